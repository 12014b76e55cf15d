"""Classes of the lexicon that tell what somebody is rather than who spoke, each by an example.

Each is a sentence, and of each statement who made it: name, kind, role, and the medium that passed it on.
"""

import pytest

from schemas import Article
from streams.extraction import Extractor
from tests.unit.test_extraction import NOW
from tests.unit.without import without

Described = list[tuple[str, str, str | None, str | None]]

# file: class -> (sentence, [(actor, kind, role, via)])
EXAMPLES: dict[str, tuple[str, Described]] = {
    "titles: office": ("قال وزير الصحة إن الطريق مفتوح.", [("وزير الصحة", "person", "وزير الصحة", None)]),
    "titles: profession": (
        "قال مدرب المنتخب سامي الحداد إن الفريق جاهز.",
        [("سامي الحداد", "person", "مدرب المنتخب", None)],
    ),
    "unnamed: unnamed": ("قال شاهد إن الطريق مفتوح.", [("شاهد", "unnamed", None, None)]),
    "constructions: relaying": (
        "ذكرت وكالة رويترز نقلا عن مسؤول أمني أن الطريق مفتوح.",
        [("مسؤول أمني", "unnamed", None, "وكالة رويترز")],
    ),
    "constructions: second_hand": (
        "نقلت وكالة رويترز عن مصدر أمني أن الطريق مفتوح.",
        [("مصدر أمني", "unnamed", None, "وكالة رويترز")],
    ),
    "constructions: attributed": (
        "قال الوزير سامي الحداد إن الطريق مفتوح، وفق ما ذكرت صحيفة واشنطن بوست.",
        [("سامي الحداد", "person", "الوزير", "صحيفة واشنطن بوست")],
    ),
    "constructions: attributed_in": (
        "قال الوزير سامي الحداد إن الطريق مفتوح، وفق ما نقلت عنه صحيفة الغد.",
        [("سامي الحداد", "person", "الوزير", "صحيفة الغد")],
    ),
    "constructions: in_title": (
        "التقى السفير البريطاني لدى الأمم المتحدة سامي الحداد الصحفيين أمس. وأكد أن الطريق مفتوح.",
        [("سامي الحداد", "person", "السفير البريطاني لدى الأمم المتحدة", None)],
    ),
    "constructions: address": (
        "قال رئيس المجلس صاحب السمو الملكي الأمير خالد الحداد إن الطريق مفتوح.",
        [("خالد الحداد", "person", "رئيس المجلس", None)],
    ),
    "constructions: authority": (
        "أعلنت السلطات الصينية أن المدينة مغلقة.",
        [("السلطات الصينية", "organization", None, None)],
    ),
    "constructions: another": (
        "قال الوزير سامي الحداد إن الطريق مفتوح. وأكد آخر أن الحملة تبدأ غدا.",
        [("سامي الحداد", "person", "الوزير", None), ("آخر", "unnamed", None, None)],
    ),
    "constructions: of_them": (
        "وقال كثير منهم إن الطريق مفتوح.",
        [("كثير منهم", "group", None, None)],
    ),
    "constructions: daily": (
        "وذكرت يومية «المساء» المغربية، أن الطريق مفتوح. وأضاف المصدر ذاته أن الجسر مغلق.",
        [("يومية «المساء» المغربية", "organization", None, None)] * 2,
    ),
}


def described(extractor: Extractor, body: str) -> Described:
    events = extractor.enrich(Article(article_id="a", body=body), extracted_at=NOW, clock=lambda: 0.0).events
    return [(e.actor.name, e.actor.kind, e.actor.role, e.via) for e in events]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    assert described(extractor, sentence) == expected


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_comes_out_otherwise_without(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    assert described(without(extractor, name), sentence) != expected
