"""Score `qawl extract` on annotated articles and print the README's quality table.

    python -m tests.gold.score [dev|train] [--json FILE]

The articles and their scorer lie in ../shared/gold, beside the checkout.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.conftest import SHARED

GOLD = SHARED / "gold"
_FIELDS = {"id": "article_id", "body": "body", "title": "title", "source": "source"}


def score(gold: Path, split: str) -> dict[str, Any]:
    """What the scorer says of the articles of a split, as its --json prints it."""
    with tempfile.TemporaryDirectory(prefix="qawl-score-") as name:
        articles, predicted = Path(name, "articles.jsonl"), Path(name, "predicted.jsonl")
        with articles.open("w", encoding="utf-8") as out:
            for file in sorted((gold / split / "articles").glob("*.json")):
                annotated = json.loads(file.read_text(encoding="utf-8"))
                article = {ours: annotated.get(theirs) for theirs, ours in _FIELDS.items()}
                out.write(json.dumps(article, ensure_ascii=False) + "\n")
        with predicted.open("wb") as out_bytes:
            subprocess.run([sys.executable, "-m", "streams.cli", "extract", articles], stdout=out_bytes, check=True)
        command: list[str | Path] = [
            sys.executable,
            gold / "score.py",
            gold / split / "gold.jsonl",
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
        *(f"| {name} | {p:.3f} | {r:.3f} | {f:.3f} |" for name, (p, r, f) in scores["prf"].items()),
        "",
        "On statements whose content was found: "
        + ", ".join(f"{name} right {share:.1%}" for name, share in scores["accuracy"].items())
        + ".",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", nargs="?", default="dev", choices=["dev", "train"])
    parser.add_argument("--json", type=Path, help="also write all scores to this file")
    a = parser.parse_args()
    if not (GOLD / "score.py").is_file():
        sys.exit(f"the annotated articles are not beside this checkout: {GOLD} is missing")
    scores = score(GOLD, a.split)
    if a.json:
        a.json.write_text(json.dumps(scores, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(report(scores, a.split))


if __name__ == "__main__":
    main()
