"""The quality that the README states holds on the annotated articles (skipped where they are absent)."""

from pathlib import Path

import pytest

from tests.gold.score import score

pytestmark = pytest.mark.gold
FLOORS = {"core.attributed": 0.65, "core.content": 0.75, "core.cue": 0.80}


def test_dev_scores(gold_folder: Path) -> None:
    scores = score(gold_folder, "dev")
    assert scores["missing_articles"] == []
    for name, floor in FLOORS.items():
        assert scores["prf"][name][2] >= floor, (name, scores["prf"][name])
