"""The quality that the README states holds on the annotated articles (skipped where they are absent)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.gold
FLOORS = {"core.attributed": 0.65, "core.content": 0.75, "core.cue": 0.80}


def test_dev_scores(gold_folder: Path, tmp_path: Path) -> None:
    articles = tmp_path / "articles.jsonl"
    with articles.open("w", encoding="utf-8") as out:
        for file in sorted((gold_folder / "dev" / "articles").glob("*.json")):
            a = json.loads(file.read_text(encoding="utf-8"))
            out.write(json.dumps({"article_id": a["id"], "body": a["body"], "title": a.get("title")}) + "\n")
    predicted = tmp_path / "predicted.jsonl"
    with predicted.open("w", encoding="utf-8") as out:
        subprocess.run([sys.executable, "-m", "streams.cli", "extract", str(articles)], stdout=out, check=True)
    command = [sys.executable, str(gold_folder / "score.py"), str(gold_folder / "dev" / "gold.jsonl"), str(predicted)]
    scores = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert scores["missing_articles"] == []
    for name, floor in FLOORS.items():
        assert scores["prf"][name][2] >= floor, (name, scores["prf"][name])
