"""Speech acts with a nominal complement, each by a sentence: where the complement begins, and which cues take one."""

import pytest

from schemas import Article
from streams.extraction import Extractor
from streams.extraction.pipeline import Stages
from streams.extraction.statements import DOUBTED, DOUBTED_ACT, resolved
from tests.unit.test_extraction import run

EXAMPLES = {
    "what somebody called so": (
        "استنكر الوزير سامي الحداد ما وصفه بالحملة المغرضة.",
        ("وصفه", "الحملة المغرضة"),
    ),
    "the object behind an occasion": (
        "وأبدى الوزير سامي الحداد في الوقت نفسه مخاوفه بشأن أمن البلاد.",
        ("وأبدى", "مخاوفه بشأن أمن البلاد"),
    ),
    "ل for إلى": ("وأشار الوزير سامي الحداد لزيادة الإنتاج.", ("وأشار", "زيادة الإنتاج")),
    "a plural participle": (
        "وندد علماء الأزهر بالهجوم، مشيرين إلى رفضهم الأفكار المتطرفة.",
        ("مشيرين", "رفضهم الأفكار المتطرفة"),
    ),
    "behind a subject that the preposition might go on with": (
        "وحذر خبراء الأرصاد من سقوط أمطار غزيرة.",
        ("وحذر", "سقوط أمطار غزيرة"),
    ),
    "behind people in the plural": (
        "وأعلن مسؤولون أمنيون مقتل ثلاثة جنود في انفجار عبوة ناسفة.",
        ("وأعلن", "مقتل ثلاثة جنود في انفجار عبوة ناسفة"),
    ),
    "another country behind a country": (
        "واتهمت روسيا الولايات المتحدة بانتهاك المعاهدة.",
        ("واتهمت", "الولايات المتحدة بانتهاك المعاهدة"),
    ),
    "behind a relative clause": (
        "انتقد الرئيس الأمريكي دونالد ترامب، الذي يزور باريس، الاتفاق النووي مع إيران بشدة.",
        ("انتقد", "الاتفاق النووي مع إيران بشدة"),
    ),
    "somebody's title behind the subject": (
        "وانتقد وزير شؤون الشرق الأوسط، أليستير بيرت، زميله السياسي جونسون.",
        ("وانتقد", "زميله السياسي جونسون"),
    ),
    "a noun and whose act it is": (
        "وتراجعت الأسواق بعد إعلان واشنطن الانسحاب من الاتفاق النووي.",
        ("إعلان", "الانسحاب من الاتفاق النووي"),
    ),
}


@pytest.mark.parametrize("construction", EXAMPLES)
def test_the_complement_is(extractor: Extractor, construction: str) -> None:
    body, expected = EXAMPLES[construction]
    assert expected in [(s.cue.text, s.content.text) for s in run(extractor, body).statements]


def test_a_noun_that_is_no_speech_act_is_silent(extractor: Extractor) -> None:
    assert run(extractor, "وعلق العمال إعلانا كبيرا على واجهة المبنى الجديد.").statements == ()


def test_a_doubted_statement_is_not_told(extractor: Extractor) -> None:
    article = Article(article_id="a", body="قال وزير الصحة سامي الحداد إن اللقاح متوفر.")
    draft = extractor.find(article, Stages(lambda: 0.0)).drafts[0]
    assert [d for d, _ in resolved([draft])] == [draft]
    draft.confidence = DOUBTED - 0.01
    assert list(resolved([draft])) == []


def test_a_speech_act_is_told_only_where_it_is_surer(extractor: Extractor) -> None:
    article = Article(
        article_id="a", body="وأكدت الوزيرة هالة منصور أن اللقاح متوفر. وانتقد الوزير سامي الحداد الاتفاق."
    )
    words, act = extractor.find(article, Stages(lambda: 0.0)).drafts
    assert (words.is_act, act.is_act) == (False, True)
    words.confidence = act.confidence = (DOUBTED + DOUBTED_ACT) / 2
    assert [d for d, _ in resolved([words, act])] == [words]
