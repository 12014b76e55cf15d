"""Links from a cue to its content and to its speaker, and what is proposed of them where no rule proposes anything."""

from typing import Any

import numpy as np
import pytest
import torch

from streams.extraction import Extractor
from streams.extraction.document import Document, read
from streams.extraction.lexicon import load_lexicon
from streams.extraction.rules.cue import find_cues
from streams.extraction.rules.linked import seen_cues
from streams.extraction.training.encoder_data import LINK_COLUMNS, NO_LINK, gold_links
from streams.extraction.training.link_learning import annotated, best_links, link_loss
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.encoder import Encoder
from streams.extraction.words.links import (
    BEGINS,
    DISTANCES,
    ENDS,
    LINK_WIDTH,
    LINKS,
    NEAR,
    NOWHERE,
    SAYS,
    SPEAKER,
    Links,
    LinkWeights,
    kept,
)
from streams.extraction.words.morphology import load_morphology
from streams.extraction.words.signs import SIGNS
from tests.unit.test_extraction import run

BODY = "قال وزير الصحة سامي الحداد إن اللقاح متوفر في المراكز. وأضاف أن الحملة تبدأ غدا."


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(load_lexicon(), load_morphology())


@pytest.fixture(scope="module")
def doc() -> Document:
    return read(BODY)


@pytest.fixture(scope="module")
def words(encoder: Encoder, doc: Document) -> WordsInContext:
    return encoder.in_context(doc)


@pytest.mark.parametrize(
    ("cue", "link", "target"),
    [
        ("قال", BEGINS, "اللقاح"),
        ("قال", ENDS, "المراكز"),
        ("قال", SPEAKER, "وزير"),
        ("واضاف", BEGINS, "الحمله"),
        ("واضاف", ENDS, "غدا"),
        ("واضاف", SPEAKER, "واضاف"),  # it has no speaker of its own
    ],
)
def test_a_cue_links_to_its_content_and_its_speaker(
    doc: Document, words: WordsInContext, cue: str, link: int, target: str
) -> None:
    token, log = words.links.best(link, doc.norms.index(cue))
    assert doc.norms[token] == target
    assert log > np.log(0.5)


def test_an_implied_speaker_links_to_a_mention_of_whom_it_means(doc: Document, words: WordsInContext) -> None:
    token, _ = words.links.best(SAYS, doc.norms.index("واضاف"))
    assert doc.norms[token] in ("وزير", "الصحه", "سامي", "الحداد")


def links_of(many: int, width: int = 24) -> Links:
    """Those of random words."""
    draw = np.random.default_rng(1)

    def of(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    both = 2 * len(LINKS) * LINK_WIDTH
    head = of(width, both) / width**0.5, of(both)
    return Links(kept(of(width, many)), LinkWeights.of(head, of(len(LINKS), len(DISTANCES) + 1)))


def test_links_are_the_same_together_and_one_by_one() -> None:
    asked = [3, 4, 250, 251, 900]
    together, alone = links_of(1000), links_of(1000)
    together.prepare(asked)
    everywhere = np.arange(1000)
    for cue in asked:
        for link in range(len(LINKS)):
            np.testing.assert_allclose(
                together.logs(link, cue, everywhere), alone.logs(link, cue, everywhere), atol=1e-4
            )


def test_the_targets_of_a_cue_are_near_it_and_share_one_probability() -> None:
    logs = np.array(links_of(1000).logs(ENDS, 500, range(-5, 1005)))
    there = np.flatnonzero(logs > NOWHERE) - 5
    assert there.min() >= 500 - NEAR
    assert there.max() <= 500 + NEAR
    assert np.exp(logs).sum() == pytest.approx(1, abs=0.02)  # what is below NOWHERE is told as NOWHERE


def test_several_targets_are_as_probable_as_all_of_them() -> None:
    links = links_of(50)
    found = np.exp(links.logs(SAYS, 20, range(50)))
    assert np.exp(links.together(SAYS, 20, [3, 4, 4, 9])) == pytest.approx(found[[3, 4, 9]].sum(), rel=1e-3)
    assert links.together(SAYS, 20, []) == NOWHERE


def test_annotated_links_lead_from_the_cue() -> None:
    doc = read(BODY)

    def span(text: str) -> list[int]:
        return [BODY.index(text), BODY.index(text) + len(text)]

    minister = "وزير الصحة سامي الحداد"
    article: dict[str, Any] = {
        "actors": {"A1": {"name": "سامي الحداد", "aliases": ["سامي الحداد", minister]}},
        "statements": [
            {
                "cue": span("قال"),
                "speaker": span(minister),
                "content": [span("اللقاح متوفر في المراكز")],
                "actor": "A1",
            },
            {"cue": span("وأضاف"), "speaker": None, "content": [span("الحملة تبدأ غدا")], "actor": "A1"},
        ],
    }
    article["statements"] = [{**s, "actor": "A1"} for s in article["statements"]]
    found = gold_links(article, doc)
    assert found.shape == (len(doc.tokens), len(LINK_COLUMNS))
    said, added = doc.norms.index("قال"), doc.norms.index("واضاف")
    assert found[said].tolist() == [6, 9, 1, 1, 0]
    assert found[added].tolist() == [2, 4, 0, 1, 0]
    assert [doc.norms[i] for i in np.flatnonzero(found[:, 4])] == ["وزير", "الصحه", "سامي", "الحداد"]
    assert (np.delete(found[:, :3], [said, added], 0) == NO_LINK).all()


def test_what_is_annotated_costs_nothing_where_it_is_certain() -> None:
    rows = torch.tensor([[[1, 2, 0, 7, 0], [NO_LINK, NO_LINK, NO_LINK, 0, 7], [NO_LINK, NO_LINK, NO_LINK, 0, 0]]])
    scores = torch.zeros(1, len(LINKS), 3, 3)
    for link, target in enumerate((1, 2, 0, 1)):
        scores[0, link, 0, target] = 50.0
    logs = torch.log_softmax(scores, 3)
    assert link_loss(logs, annotated(rows)).max() < 1e-4
    assert best_links(logs)[0][0, 0].tolist() == [1, 2, 0, 1]


def test_a_target_outside_of_the_row_does_not_count() -> None:
    rows = torch.tensor([[[1, 9, 0, 7, 0], [NO_LINK, NO_LINK, NO_LINK, 0, 0]]])
    logs = torch.log_softmax(torch.zeros(1, len(LINKS), 2, 2), 3)
    assert link_loss(logs, annotated(rows)).tolist() == pytest.approx([0.6931, 0.0, 0.6931, 0.0], abs=1e-3)


def told(doc: Document, encoder: Encoder, at: int) -> WordsInContext:
    """The words of a document of which the encoder sees a cue at one only."""
    signs = np.full((len(doc.tokens), len(SIGNS)), -8.0, np.float32)
    signs[at, 0] = 4.0
    words = encoder.in_context(doc)
    known = words.clusters, encoder.weights.categories
    return WordsInContext(doc, load_morphology(), *known, encoder.read(doc).categories, signs, words.links)


def test_what_its_construction_rules_out_is_no_cue_whatever_the_encoder_sees(encoder: Encoder) -> None:
    doc, lexicon = read("ولم يعلن الوزير أن الطريق مفتوح."), load_lexicon()
    known = find_cues(doc, lexicon)
    assert seen_cues(doc, lexicon, told(doc, encoder, doc.norms.index("يعلن")), known) == known


@pytest.mark.parametrize(
    ("body", "word", "form", "construction"),
    [
        (
            "كما أوضخ الخبير سامي الحداد أن الطريق مفتوح.",
            "اوضخ",
            "noun",
            "noun",
        ),  # a slip for أوضح, which the table does not know
        ("لافروف: سوريا تخلصت من ترسانتها.", ":", "noun", "noun"),
    ],
)
def test_what_the_encoder_sees_is_a_cue_beside_those_of_the_lexicon(
    encoder: Encoder, body: str, word: str, form: str, construction: str
) -> None:
    doc, lexicon = read(body), load_lexicon()
    at = doc.norms.index(word)
    known = find_cues(doc, lexicon)
    assert at not in {c.at for c in known}
    found = {c.at: c for c in seen_cues(doc, lexicon, told(doc, encoder, at), known)}
    assert (found[at].reading.form, found[at].construction) == (form, construction)
    assert set(found) == {at, *(c.at for c in known)}


@pytest.mark.parametrize(
    ("body", "cue", "content"),
    [
        (  # the rules take the initials for the quotation that is reported
            'وذكرت قناة "كيه.آي.آر.أو7" التلفزيونية أن المقاتلتين لم تشاركا في إسقاط الطائرة.',
            "وذكرت",
            "المقاتلتين لم تشاركا في إسقاط الطائرة",
        ),
        (  # أن belongs to the verb of the relative clause
            "وقال الباحث الذي أكد أن الدراسة شملت ألف شخص إن النتائج أولية.",
            "وقال",
            "النتائج أولية",
        ),
        (  # it begins in a later sentence, behind a cue that reports something itself
            "وقدم صناع في «خيمة التراث» بالمعرض حرفا عرف بها الجيل القديم، وقال رامي الخوري الذي يعمل في صناعة الشباك "
            "منذ أربعين عاما، وأكد أن الهدف هو الحفاظ على المهنة. ويقول «التناك» نبيل الخطيب الذي يصنع الصناديق من "
            "المعدن: إنه ورث هذه الحرفة عن والده.",
            "وأكد",
            "الهدف هو الحفاظ على المهنة",
        ),
    ],
)
def test_a_content_that_the_encoder_sees_is_weighed_beside_those_of_the_rules(
    extractor: Extractor, body: str, cue: str, content: str
) -> None:
    assert (cue, content) in [(s.cue.text, s.content.text) for s in run(extractor, body).statements]


SEEN_SPEAKERS = {
    "whose phrase ends where the object begins": (
        "وانتقدت مصادر دبلوماسية في الحكومة اليمنية الأمم المتحدة.",
        ("وانتقدت", "مصادر دبلوماسية في الحكومة اليمنية"),
    ),
    "without a head that the rules know": (
        "وأيد آخرون هذا التوجه الذي يدل على الشفافية.",
        ("وأيد", "آخرون"),
    ),
    "with a name in quotation marks": (
        'وأدانت منظمة "هيومن رايتس ووتش" أعمال العنف في طرابلس.',
        ("وأدانت", 'منظمة "هيومن رايتس ووتش"'),
    ),
    "of a verb behind the content, after the day": (
        "بدأ توزيع اللقاح أمس، بحسب ما أعلنت الاثنين وزيرة الصحة سناء الحداد.",
        ("بحسب", "وزيرة الصحة سناء الحداد"),
    ),
}


@pytest.mark.parametrize("who", SEEN_SPEAKERS)
def test_a_speaker_whom_no_rule_finds_is_the_one_that_the_encoder_sees(extractor: Extractor, who: str) -> None:
    body, expected = SEEN_SPEAKERS[who]
    statements = run(extractor, body).statements
    assert expected in [(s.cue.text, s.speaker.text if s.speaker else "") for s in statements]
