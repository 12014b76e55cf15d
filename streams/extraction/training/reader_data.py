"""What the reader learns from, as one file that a machine with an accelerator can be given.

    python -m streams.extraction.training.reader_data ../shared WORK

Writes WORK/reader_data.pt: raw news and labelled texts as form numbers, the attributes of forms, the statements of
gold/train and gold/dev by word, and which raw articles the reader is to label. Two minutes on one core.
"""

import argparse
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from streams.extraction.document import read
from streams.extraction.tokens import BREAK
from streams.extraction.training import encoder_data as data
from streams.extraction.training.entity_data import read_gold
from streams.extraction.training.reader_model import TYPES

SEED = 20261126
LABELLED_ARTICLES = 10_000
_SHORTEST, _LONGEST = 60, 1200  # words of articles that the reader labels
_MOST_PARTICLES = 3  # letters before a name that may be particles


def statements(article: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Cue, contents, speaker and mentions of the actor of each annotated statement, as ranges of tokens."""
    body = str(article["body"])
    tokens = read(body).tokens
    starts = [t.start for t in tokens]

    def inside(first: int, last: int) -> tuple[int, int]:
        begin = bisect_right(starts, first) - 1
        begin += begin < 0 or tokens[begin].end <= first
        return begin, max(begin + 1, bisect_left(starts, last))

    def mentions(names: Sequence[str]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for name in sorted(names, key=len, reverse=True):
            at = body.find(name)
            while at >= 0:
                first, last = inside(at, at + len(name))
                whole = at - starts[first] <= _MOST_PARTICLES and tokens[last - 1].end <= at + len(name)
                if whole and not any(a < last and first < b for a, b in found):
                    found.append((first, last))
                at = body.find(name, at + 1)
        return found

    out = []
    for s in article["statements"]:
        if s["cue"]:
            actor = article["actors"][s["actor"]]
            out.append(
                {
                    "cue": inside(*s["cue"]),
                    "core": s["tier"] == "core",
                    "type": TYPES.index(s["type"]),
                    "content": [inside(*span) for span in s["content"]],
                    "speaker": inside(*s["speaker"]) if s["speaker"] else None,
                    "actor": mentions([*{actor["name"], *actor["aliases"]}]),
                }
            )
    return out


def main() -> None:
    """Write WORK/reader_data.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path)
    a = parser.parse_args()
    given = data.prepare(a.shared)
    inventory, raw, texts = given.inventory, given.raw, given.texts
    attributes, rows = data.form_attributes(inventory, given.knowledge, given.needed)
    table = np.zeros((len(rows) + 1, max(map(len, rows))), np.uint16)
    for n, row in enumerate(rows):
        table[n, : len(row)] = row
    annotated = {
        domain: [
            {"name": text.name, "ids": text.ids, "labels": text.labels, "statements": statements(article)}
            for text, article in zip(texts[domain], read_gold(a.shared / "gold" / split / "gold.jsonl"), strict=True)
        ]
        for domain, split in (("gold", "train"), ("dev", "dev"))
    }
    known = {tuple(text["ids"][:40]) for group in annotated.values() for text in group}
    draw = np.random.default_rng(SEED)
    to_label: list[tuple[int, int]] = []
    before = 0
    for ends in raw.ends.values():
        articles = list(zip([before, *ends[:-1]], ends, strict=True))
        fit = [
            (first, last)
            for first, last in articles
            if _SHORTEST <= last - first < _LONGEST and tuple(raw.ids[first : first + 40].tolist()) not in known
        ]
        to_label += [fit[n] for n in draw.choice(len(fit), LABELLED_ARTICLES // len(raw.ends), replace=False)]
        before = ends[-1]
    draw.shuffle(to_label)
    torch.save(
        {
            "raw": raw.ids,
            "to_label": to_label,
            "forms": inventory.forms,
            "end": inventory.number(BREAK),
            "attributes": table,
            "many_attributes": len(attributes),
            "category_of": given.category_of,
            "categories": len(given.categories),
            "texts": {domain: [(t.ids, t.labels) for t in texts[domain]] for domain in ("aner", "aqmar")},
            "annotated": annotated,
        },
        a.work / "reader_data.pt",
    )


if __name__ == "__main__":
    main()
