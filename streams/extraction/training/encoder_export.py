"""Write a trained encoder as the plain arrays that `words/encoder.py` reads, and what its folds say for the choices.

    python -m streams.extraction.training.encoder_export WORK

WORK/held_out.npz gets, for every annotated article, the labels and signs of an encoder that did not learn from it, for
`training.choices`; models/encoder.npz the encoder, with the scores of both in its note.
"""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.training.encoder_scores import scores, sign_scores
from streams.extraction.training.provenance import write_note
from streams.extraction.words.encoder import DILATIONS, MODEL

_SEED_NOTE = 20261125
SHIPPED_WORDS = 56_000  # of those with a vector, the most frequent
SOURCES = [
    "ANERcorp, train side of the CAMeL Lab split (Benajiba and Rosso; CC BY-SA 4.0)",
    "AQMAR Arabic Wikipedia NER corpus (Mohit et al.; CC BY-SA 3.0)",
    "Qawl's annotated articles, train, and raw Arabic news articles annotated for Qawl (no text is kept)",
    "70,916 Arabic news articles (co-occurrence and labels of words; no text is kept)",
    "Camel Morph MSA 1.0 (CC BY 4.0), through morphology.tsv",
    "arabic-name-romanizer (Wikidata, CC0): name words; Unicode CLDR (Unicode License): territories",
]


class Tables(NamedTuple):
    """What stands beside the weights: attributes and words by row, clusters (words, 2), and the word lists."""

    attributes: Sequence[str]
    words: dict[str, int]
    clusters: Any
    categories: list[str]
    names: Mapping[str, str]
    places: Iterable[str]
    seen: Mapping[str, str]


def export(w: Mapping[str, Any], vectors: Any, tables: Tables, found: dict[str, Any]) -> None:
    """Write `models/encoder.npz` from the weights `w` by name, and its note with the scores `found`."""
    projected = vectors[:SHIPPED_WORDS] @ w["project.weight"].T
    words_small, word_scales = _bytes(projected)
    used = np.abs(w["attributes.weight"][1:]).max(1) >= 0.02
    attributes_small, attribute_scales = _bytes(w["attributes.weight"][1:][used])
    layers: dict[str, Any] = {}
    for n in range(len(DILATIONS)):
        layers[f"taps{n}"] = w[f"convolutions.{n}.weight"].transpose(2, 1, 0).astype(np.float16)
        layers[f"bias{n}"] = w[f"convolutions.{n}.bias"]
    attributes = [a for a, keep in zip(tables.attributes, used, strict=True) if keep]
    telling = {norm: codes for norm, codes in tables.seen.items() if codes != "O" or norm in tables.words}
    with MODEL.open("wb") as out:
        np.savez_compressed(
            out,
            **layers,
            attributes=_text(attributes),
            attribute_vectors=attributes_small,
            attribute_scales=attribute_scales,
            words=_text(list(tables.words)[:SHIPPED_WORDS]),
            word_vectors=words_small,
            word_scales=word_scales,
            clusters=tables.clusters[:SHIPPED_WORDS],
            norm_weight=w["norm.weight"],
            norm_bias=w["norm.bias"],
            label_weight=w["label_heads.gold.weight"].T,
            label_bias=w["label_heads.gold.bias"],
            category_weight=w["category_head.weight"].T,
            category_bias=w["category_head.bias"],
            sign_weight=w["sign_head.weight"].T,
            sign_bias=w["sign_head.bias"],
            transitions=w["transitions.gold"],
            categories=_text(tables.categories),
            names=_text([f"{k}\t{v}" for k, v in sorted(tables.names.items())]),
            places=_text(sorted(tables.places)),
            seen=_text([f"{k}\t{v}" for k, v in sorted(telling.items())]),
        )
    write_note(MODEL, seed=_SEED_NOTE, scores=found, sources=SOURCES)


def put_together(work: Path, names: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Write WORK/held_out.npz from what each fold says, texts by name; the scores of all folds together."""
    lessons = dict(np.load(work / "lessons.npz"))
    arrays: dict[str, Any] = {}
    said: dict[str, list[tuple[Any, Any]]] = {kind: [] for kind in ("gold", "news", "aner")}
    signs: dict[str, list[tuple[Any, Any]]] = {kind: [] for kind in ("gold", "news")}
    for path in sorted(work.glob("held-*.npz")):
        with np.load(path) as z:
            for key in z.files:
                kind, number, what = key.split("/")
                n, ends = int(number), lessons[f"texts.{kind}.ends"]
                part = slice(ends[n - 1] if n else 0, ends[n])
                if kind in signs:
                    arrays[f"{names[kind][n]}/{what}"] = z[key]
                wanted = lessons[f"texts.{kind}.{what}"][part]
                if what == "signs":
                    signs[kind].append((wanted, z[key]))
                elif (wanted >= 0).all():
                    said[kind].append((z[key], wanted))
    np.savez_compressed(work / "held_out.npz", **arrays)
    by_kind = {f"{kind}_cv": scores(pairs) for kind, pairs in said.items()}
    return by_kind | {f"{kind}_cv_signs": sign_scores(pairs) for kind, pairs in signs.items()}


def main() -> None:
    """Put together and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    a = parser.parse_args()
    given = torch.load(a.work / "tables.pt", weights_only=False)
    found = json.loads((a.work / "encoder-None.json").read_text(encoding="utf-8"))
    found |= put_together(a.work, given["names"])
    with np.load(a.work / "student-None.npz") as z, np.load(a.work / "lessons.npz") as known:
        weights = {name: z[name].astype(np.float32) for name in z.files}
        export(weights, known["vectors"].astype(np.float32), Tables(**given["tables"]), found)
    print(json.dumps(found, indent=1))


def _bytes(vectors: Any) -> tuple[Any, Any]:
    """Vectors as int8 with a scale each."""
    scales = np.abs(vectors).max(1) / 127
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _text(lines: list[str]) -> Any:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


if __name__ == "__main__":
    main()
