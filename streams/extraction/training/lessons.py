"""What the reader and the encoder learn from, as two files: one that a machine with an accelerator can be given.

    python -m streams.extraction.training.vectors ../shared/corpus WORK
    python -m streams.extraction.training.lessons ../shared WORK

Writes WORK/lessons.npz (forms and texts as numbers, 197 MB, a fifth of that under xz) and WORK/tables.pt, the names
behind the numbers, from which the learned encoder is exported. How words were labelled over the raw corpus (`seen`)
comes from the shipped encoder: an earlier one, which saw all annotated articles, labelled it. Two minutes on one core.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.entities.labels import LABELS
from streams.extraction.tokens import BREAK
from streams.extraction.training import encoder_data as data
from streams.extraction.words.encoder import MODEL
from streams.extraction.words.signs import SIGNS

SEED = 20261126
DOMAINS = ("gold", "aner", "aqmar")  # kinds of labelled texts, each with its own way to annotate names
RAW_LABELLED = 20_000  # raw articles that the reader labels, half of each file as far as it has so many
KNOWN_WORDS = 60_000  # forms that have a vector, the most frequent
_SHORTEST, _LONGEST = 60, 1200  # words of these
TOLD_APART = ("gold", "news", "dev")  # kinds of annotated texts that are in the raw corpus, or may be
HEAD = 40  # words at an article's beginning by which it is known again


class Tables(NamedTuple):
    """What stands beside the weights: attributes and words by row, clusters (words, 2), and the word lists."""

    attributes: Sequence[str]
    words: dict[str, int]
    clusters: Any
    categories: list[str]
    names: Mapping[str, str]
    places: Iterable[str]
    seen: Mapping[str, str]


class Texts(NamedTuple):
    """Labelled texts of one kind, one after the other.

    `ids` and `labels` (n,), `signs` (n, signs), `links` (n, LINK_COLUMNS); text k is `ends[k - 1]:ends[k]`. Labels are
    `encoder_data.NO_LABEL` in texts whose names were not annotated, signs are all 0 in sentences of CoNLL files. No
    number of an actor is that of another text's.
    """

    ids: Any
    labels: Any
    signs: Any
    links: Any
    ends: Any

    def spans(self) -> list[tuple[int, int]]:
        """Where each text begins and ends."""
        ends = [int(n) for n in self.ends]
        return list(zip([0, *ends[:-1]], ends, strict=True))

    def heads(self) -> set[tuple[int, ...]]:
        """The first words of each text, by which it is known again."""
        return {tuple(self.ids[first : min(first + HEAD, last)].tolist()) for first, last in self.spans()}


class Lessons(NamedTuple):
    """All that is learned from, as numbers.

    `attributes` (forms + 1, most) are rows from 1, 0 for none; the last form is unknown; rows above `plain` tell how
    the raw corpus was labelled. `vector_rows` (forms + 1,) lead into `vectors` (words, d), -1 for none. `clusters` and
    `categories` (forms + 1,) are what a hidden word is told by, -1 for none. `raw` (n,) is raw news, `to_label` (m, 2)
    the articles of it that the reader labels, `end` the form that parts articles.
    """

    attributes: Any
    many_attributes: int
    plain: int
    vector_rows: Any
    vectors: Any
    clusters: Any
    many_clusters: int
    categories: Any
    many_categories: int
    raw: Any
    to_label: Any
    end: int
    texts: dict[str, Texts]


def load(path: Path) -> Lessons:
    """What `main` wrote."""
    with np.load(path) as z:
        found = {name: z[name] for name in z.files}
    kinds = {name.split(".")[1] for name in found if name.startswith("texts.")}
    texts = {kind: Texts(*(found[f"texts.{kind}.{field}"] for field in Texts._fields)) for kind in sorted(kinds)}
    plain = {name: found[name] for name in Lessons._fields if name in found}
    plain |= {name: int(value) for name, value in plain.items() if value.ndim == 0}
    return Lessons(**plain, texts=texts)


def packed(texts: Sequence[data.Text]) -> Texts:
    """Texts as one."""
    signs = [np.zeros((len(t.ids), len(SIGNS)), np.uint8) if t.signs is None else t.signs for t in texts]
    links = []
    many = 0  # actors of the texts before
    for t in texts:
        own = np.zeros((len(t.ids), len(data.LINK_COLUMNS)), np.int32) if t.links is None else t.links.copy()
        if t.links is None:
            own[:, :3] = data.NO_LINK
        actors = own[:, 3:]
        actors[actors > 0] += many
        many = max(many, int(actors.max(initial=0)))
        links.append(own)
    return Texts(
        np.array([n for t in texts for n in t.ids], np.int32),
        np.array([n for t in texts for n in t.labels], np.int16),
        np.concatenate(signs),
        np.concatenate(links),
        np.cumsum([len(t.ids) for t in texts]),
    )


def chosen(raw: data.Raw, annotated: set[tuple[int, ...]]) -> Any:
    """(m, 2) where raw articles begin and end that the reader labels; none of those that are annotated."""
    draw = np.random.default_rng(SEED)
    out: list[tuple[int, int]] = []
    before = 0
    for ends in raw.ends.values():
        fit = [
            (first, last)
            for first, last in zip([before, *ends[:-1]], ends, strict=True)
            if _SHORTEST <= last - first < _LONGEST and tuple(raw.ids[first : first + HEAD].tolist()) not in annotated
        ]
        many = min(len(fit), RAW_LABELLED // len(raw.ends))
        out += [fit[n] for n in draw.choice(len(fit), many, replace=False)]
        before = ends[-1]
    draw.shuffle(out)
    return np.array(out, np.int32)


def seen_before() -> Mapping[str, str]:
    """How words were labelled over the raw corpus, from the shipped encoder."""
    with np.load(MODEL) as z:
        lines = z["seen"].tobytes().decode().split("\n")
    return dict(line.split("\t") for line in lines)


def main() -> None:
    """Write WORK/lessons.npz and WORK/tables.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path, help="folder of vectors.npz")
    a = parser.parse_args()
    with np.load(a.work / "vectors.npz") as z:
        words = {w: n for n, w in enumerate(z["words"].tobytes().decode().split("\n")[:KNOWN_WORDS])}
        vectors, clusters = z["unit"][:KNOWN_WORDS] * 2, z["clusters"][:KNOWN_WORDS]
    given = data.prepare(a.shared)
    inventory, texts = given.inventory, given.texts
    seen = seen_before()
    end = inventory.number(BREAK)
    attributes, rows = data.form_attributes(inventory, replace(given.knowledge, seen=seen), given.needed)
    plain = sum(not data.is_seen(a) for a in attributes)
    forms = len(inventory.forms)
    table = np.zeros((forms + 1, max(map(len, rows))), np.uint16)
    for n, row in enumerate(rows):
        table[n, : len(row)] = row
    vector_rows = np.full(forms + 1, -1, np.int32)
    vector_rows[:forms] = data.vector_rows(inventory, words, given.needed)
    cluster_of = np.where(vector_rows >= 0, clusters[vector_rows, 0], -1).astype(np.int16)
    kinds = {kind: packed(group) for kind, group in texts.items()}
    annotated = {head for kind in TOLD_APART for head in kinds[kind].heads()}
    arrays = {
        "attributes": table,
        "many_attributes": np.array(len(attributes)),
        "plain": np.array(plain),
        "vector_rows": vector_rows,
        "vectors": vectors.astype(np.float16),
        "clusters": cluster_of,
        "many_clusters": np.array(int(clusters.max()) + 1),
        "categories": np.append(given.category_of, -1).astype(np.int8),
        "many_categories": np.array(len(given.categories)),
        "raw": given.raw.ids,
        "to_label": chosen(given.raw, annotated),
        "end": np.array(end),
    }
    for kind, packed_texts in kinds.items():
        arrays |= {f"texts.{kind}.{field}": value for field, value in packed_texts._asdict().items()}
    np.savez(a.work / "lessons.npz", **arrays)
    tables = Tables(attributes, words, clusters, given.categories, given.names, given.territories, seen)
    torch.save(tables._asdict(), a.work / "tables.pt")
    print(forms, "forms,", len(attributes), "attributes,", {kind: len(group) for kind, group in texts.items()}, LABELS)


if __name__ == "__main__":
    main()
