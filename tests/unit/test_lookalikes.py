"""Words that look like cues: each construction of `lookalikes.tsv` by a sentence on either side of it."""

import pytest

from schemas import Article
from streams.extraction import Extractor
from streams.extraction.lexicon.tables import rows
from tests.unit.test_rules import NOW

# What the learned choice decides otherwise where a sentence stands alone.
OTHERWISE = {
    "أعلن, denied, future or conditional: a cue",
    "أنهى, an act ended: a cue",
    "تابع, لـ: belonging to: a cue",
    "حسب, a measure, with no speaker: a cue",
    "حمل, a thing carried; a name borne: a cue",
    "ذكر, عدم ذكر، على ذكر: the masdar, mention: no cue",
    "رد, على with a deed; رد فعل; a thing returned: a cue",
    "رفض, the masdar with a thing; a request refused by deed: a cue",
    "طالب, the noun: student: no cue",
    "طلب, the masdar: demand, order: a cue",
    "عرض, a show; an offer of goods: a cue",
    "عقب, the preposition: after: a cue",
    "علم, the paper's own knowledge: علمت «الصحيفة» أن: no cue",
    "وافق, على and a noun phrase: an act of authority: a cue",
    "وجه, a strike, an invitation's addressee, a masdar وجه (face): a cue",
}
SIDES = [
    pytest.param(
        sentence,
        reports,
        id=name,
        marks=[pytest.mark.xfail(strict=True, reason="decided otherwise")] if name in OTHERWISE else [],
    )
    for lemma, construction, not_cue, cue in rows("lookalikes.tsv", 4)
    for sentence, reports in ((not_cue, False), (cue, True))
    for name in [f"{lemma}, {construction}: {'a cue' if reports else 'no cue'}"]
    if sentence != "-"
]


@pytest.mark.parametrize(("sentence", "reports"), SIDES)
def test_a_lookalike_on_either_side_of_its_construction(sentence: str, reports: bool, extractor: Extractor) -> None:
    article = Article(article_id="a", body=sentence)
    assert bool(extractor.enrich(article, extracted_at=NOW, clock=lambda: 0.0).events) == reports
