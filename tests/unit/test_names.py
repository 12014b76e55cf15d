"""Names as the parts of an article tell them: what the encoder cut is put together, particles are split off."""

import pytest

from streams.extraction import Extractor
from streams.extraction.document import read
from streams.extraction.entities import EntityMention
from streams.extraction.entities.agreement import agree
from tests.unit.test_extraction import run

NAMES = frozenset(["كييز", "راجح", "صالحي", "اكبر", "ان", "بان", "لورانس"])
WORDS = {"ان": 5, "ادي": 3000, "وروسيا": 4000, "روسيا": 180, "لورانس": 5000}


def named(body: str, *people: str) -> list[str]:
    """The people of a body, of whom the encoder found the given parts, in their order."""
    doc = read(body)
    found: list[EntityMention] = []
    for person in people:
        begin = body.index(person, doc.tokens[found[-1].last - 1].end if found else 0)
        tokens = [i for i, t in enumerate(doc.tokens) if begin <= t.start < begin + len(person)]
        found.append(EntityMention(tokens[0], tokens[-1] + 1, "PER"))
    return [doc.text(m.first, m.last)[m.skip :] for m in agree(doc, tuple(found), WORDS, NAMES)]


@pytest.mark.parametrize(
    ("body", "people", "expected"),
    [
        ("قال باير هاردنغ-رولز إن", ["باير هاردنغ"], ["باير هاردنغ-رولز"]),
        # the parts overlap, as the encoder cut them
        ("قال هانز-يواخيم فاتسكه إن", ["هانز", "يواخيم فاتسكه"], ["هانز-يواخيم فاتسكه"]),
        ("وقالت دي-آن كنتيش روجرز إن", ["دي", "كنتيش روجرز"], ["دي-آن كنتيش روجرز"]),
        ("وقالت آن هيدالغو إن", ["هيدالغو"], ["آن هيدالغو"]),
        ("وقال كييز فان دونجين إن", ["كييز", "فان دونجين"], ["كييز فان دونجين"]),
        ("وقال أبو الخير آدم يونس إن", ["أبو الخير", "آدم يونس"], ["أبو الخير آدم يونس"]),
        # whom he warned is somebody else
        ("قال أكبر صالحي وحذر صالحي ترامب", ["أكبر صالحي", "صالحي", "ترامب"], ["أكبر صالحي", "صالحي", "ترامب"]),
        # the particle that the second has would else be split off both
        ("قال راجح بادي وأضاف بادي", ["راجح بادي", "بادي"], ["راجح بادي", "بادي"]),
    ],
)
def test_a_name_is_whole(body: str, people: list[str], expected: list[str]) -> None:
    assert named(body, *people) == expected


def test_a_medium_that_somebody_speaks_to_is_no_part_of_the_name() -> None:
    assert named("وقالت هبة مريف للأناضول إن", "هبة مريف للأناضول") == ["هبة مريف", "لأناضول"]


def test_no_conjunction_stands_behind_a_particle() -> None:
    assert named("وقال بوروسيا دورتموند إن", "بوروسيا دورتموند") == ["بوروسيا دورتموند"]


def test_what_is_met_everywhere_does_not_tell_a_particle() -> None:
    assert named("وقال بان كي مون إن الأمين العام يرى أن", "بان كي مون") == ["بان كي مون"]


def test_a_name_that_stands_behind_a_particle_is_the_same_name() -> None:
    assert named("وقال المدير الغامدي إن ووفقا للغامدي", "الغامدي") == ["الغامدي", "لغامدي"]
    assert named("وقال سامي بومبيو إن وفقا لبومبيو", "سامي بومبيو") == ["سامي بومبيو", "بومبيو"]
    assert named("وقال سامي ورانس إن لورانس", "سامي ورانس") == ["سامي ورانس"], "a frequent word"


def test_a_subject_behind_its_verb_has_no_fa() -> None:
    doc = read("وقالت فلورانس بارلي إن")
    categories = ["w+verb.pa", "noun_prop", "noun_prop", "conj_sub"]
    found = (EntityMention(1, 3, "PER"),)
    assert [m.skip for m in agree(doc, found, WORDS, NAMES, categories.__getitem__)] == [0]
    assert [m.skip for m in agree(doc, found, WORDS, NAMES)] == [1]


def test_the_place_of_a_name_tells_its_first_letter() -> None:
    doc = read("قال وارين ميتشل وإلكاي غوندوغان إن")
    found = EntityMention(1, 3, "PER"), EntityMention(3, 5, "PER")
    categories = ["verb.pa", "noun_prop", "noun_prop", "w+noun_prop", "noun_prop", "conj_sub"]
    words = {"قال": 55, "ارين": 900}
    assert [m.skip for m in agree(doc, found, words, NAMES, categories.__getitem__)] == [0, 1]
    assert [m.skip for m in agree(doc, found, words, NAMES)] == [1, 0]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("وقال المدرب فليبي سكولاري إن الفريق جاهز.", "فليبي سكولاري"),  # nobody is called the rest
        ("وقال الضابط السابق بروس ريديل إن الأمر انتهى.", "بروس ريديل"),  # who is no Russian
        ("وقال باسم التميمي إن اسم ابنته عهد.", "باسم التميمي"),  # the rest is a word of the article, but no name
        ("التقى سامي الحداد بأنغيلا ميركل. وقالت ميركل إن الطريق مفتوح.", "أنغيلا ميركل"),  # here it is a particle
    ],
)
def test_a_name_that_begins_like_a_particle_keeps_its_letter(extractor: Extractor, body: str, name: str) -> None:
    assert run(extractor, body).statements[0].actor.name == name
