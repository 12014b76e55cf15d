"""Draw the raw articles whose statements the reader is to tell, as far as it has not labelled them for the encoder.

    python -m streams.extraction.training.told_articles ../shared WORK

Writes WORK/told_articles.jsonl: their number in the corpus, body, and form numbers as in WORK/reader_data.pt. What the
shipped encoder says of an article that it learned from is better than what it says of others, and a choice that learned
from that would trust it too much. A minute on one core.
"""

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from streams.extraction.tokens import tokenize

SEED = 20261126
FILES = ("large.jsonl.gz", "news.jsonl.gz")
DRAWN, KEPT = 3_500, 1_500  # of each file, and how many of these are kept
_SHORTEST, _LONGEST = 100, 700  # words
_HEAD = 40  # words by which an article is known again


def fitting(
    name: str, articles: Sequence[tuple[int, str]], index: Mapping[str, int], known: set[tuple[int, ...]]
) -> Iterator[dict[str, Any]]:
    """Articles of a file (line, body) of the right length that are not `known` yet."""
    for line, body in articles:
        ids = [index.get(t.form.written, -1) for t in tokenize(body)]
        head = tuple(ids[:_HEAD])
        if _SHORTEST <= len(ids) < _LONGEST and -1 not in ids and head not in known:
            known.add(head)
            yield {"id": f"{name}:{line}", "body": body, "ids": ids}


def main() -> None:
    """Write WORK/told_articles.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path)
    a = parser.parse_args()
    given = torch.load(a.work / "reader_data.pt", weights_only=False)
    index = {form: n for n, form in enumerate(given["forms"])}
    known = {tuple(text["ids"][:_HEAD]) for group in given["annotated"].values() for text in group}
    known |= {tuple(given["raw"][first : first + _HEAD].tolist()) for first, _ in given["to_label"]}
    draw = random.Random(SEED)
    drawn: list[dict[str, Any]] = []
    for name in FILES:
        with gzip.open(a.shared / "corpus" / name, "rt", encoding="utf-8") as text:
            lines = text.readlines()
        some = [(n, str(json.loads(lines[n])["body"])) for n in draw.sample(range(len(lines)), DRAWN)]
        drawn += list(fitting(name, some, index, known))[:KEPT]
    draw.shuffle(drawn)
    with (a.work / "told_articles.jsonl").open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(article, ensure_ascii=False) + "\n" for article in drawn)


if __name__ == "__main__":
    main()
