"""Score `qawl extract` on annotated articles and print the README's quality tables.

    python -m tests.gold.score [dev|train|chance] [--json FILE]

The articles and their scorer lie in ../shared, beside the checkout. Those of `chance` were drawn by chance from the raw
corpus and annotated for Qawl (`chance.jsonl`, as offsets into their bodies); nothing is learned from them.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from streams.extraction.training.annotated_news import annotated_news
from streams.extraction.training.entity_data import read_gold
from tests.conftest import SHARED

GOLD = SHARED / "gold"
RAW = SHARED / "corpus" / "large.jsonl.gz"
CHANCE = Path(__file__).with_name("chance.jsonl")
_FIELDS = {"id": "article_id", "body": "body", "title": "title", "source": "source"}


def annotated(gold: Path, split: str) -> list[dict[str, Any]]:
    """The annotated articles of a split."""
    if split == "chance":
        return [a | {"entities": []} for a in annotated_news(gold.parent, CHANCE)]  # whose names were not annotated
    return read_gold(gold / split / "gold.jsonl")


def need(split: str) -> None:
    """End the program where the articles of a split are not there."""
    for needed in (GOLD / "score.py", *([RAW] if split == "chance" else [])):
        if not needed.is_file():
            sys.exit(f"the articles are not beside this checkout: {needed} is missing")


def score(gold: Path, annotations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What the scorer says of `qawl extract` on annotated articles, as its --json prints it."""
    with tempfile.TemporaryDirectory(prefix="qawl-score-") as name:
        articles, wanted, predicted = (Path(name, f"{file}.jsonl") for file in ("articles", "gold", "predicted"))
        with articles.open("w", encoding="utf-8") as out, wanted.open("w", encoding="utf-8") as out_gold:
            for a in annotations:
                article = {ours: a.get(theirs) for theirs, ours in _FIELDS.items()}
                out.write(json.dumps(article, ensure_ascii=False) + "\n")
                out_gold.write(json.dumps(a, ensure_ascii=False) + "\n")
        with predicted.open("wb") as out_bytes:
            subprocess.run([sys.executable, "-m", "streams.cli", "extract", articles], stdout=out_bytes, check=True)
        command: list[str | Path] = [
            sys.executable,
            gold / "score.py",
            wanted,
            predicted,
            "--json",
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def report(scores: dict[str, Any], split: str) -> str:
    """The scores as a Markdown table."""
    low, high = scores["core.attributed.f1.95ci"]
    lines = [
        f"{scores['articles']} articles of `{split}`, {datetime.now(UTC):%Y-%m-%d}; "
        f"95 % interval of core.attributed F1 {low:.2f} to {high:.2f}.",
        "",
        "| | precision | recall | F1 |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {p:.3f} | {r:.3f} | {f:.3f} |" for name, (p, r, f) in scores["prf"].items() if p or r),
        "",
        "On statements whose content was found: "
        + ", ".join(f"{name} right {share:.1%}" for name, share in scores["accuracy"].items())
        + ".",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", nargs="?", default="dev", choices=["dev", "train", "chance"])
    parser.add_argument("--json", type=Path, help="also write all scores to this file")
    a = parser.parse_args()
    need(a.split)
    scores = score(GOLD, annotated(GOLD, a.split))
    if a.json:
        a.json.write_text(json.dumps(scores, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(report(scores, a.split))


if __name__ == "__main__":
    main()
