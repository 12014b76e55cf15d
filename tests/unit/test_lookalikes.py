"""Words that look like cues: each construction of `lookalikes.tsv` by a sentence on either side of it."""

import pytest

from streams.extraction import Extractor
from streams.extraction.lexicon.tables import rows
from tests.unit.test_extraction import presented

# What the learned choice decides otherwise where a sentence stands alone.
OTHERWISE = {
    "تابع, لـ: belonging to: a cue",
    "دعا, the occasion's invitation to a person without إلى a deed: no cue",
    "ذكر, عدم ذكر، على ذكر: the masdar, mention: no cue",
    "شهد, a place or time that witnesses: a cue",
    "عد, يعد, يعد من: is considered: a cue",
    "وافق, على and a noun phrase: an act of authority: a cue",
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
    assert bool(presented(extractor, sentence)) == reports
