"""Write trained encoders as the plain arrays that `words/encoder.py` reads.

    python -m streams.extraction.training.encoder_export WORK

models/encoder.npz gets the encoder that learned from all, WORK/fold-K.npz those of the folds, from which
`training.choices` learns; the scores of all stand in the encoder's note. Six minutes on two cores.
"""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.multiprocessing import get_context

from streams.extraction.training.encoder import held_out
from streams.extraction.training.encoder_learning import read
from streams.extraction.training.encoder_model import WIDTH, Encoders
from streams.extraction.training.encoder_scores import scores, sign_scores
from streams.extraction.training.folds import FOLDS
from streams.extraction.training.lessons import Tables, load
from streams.extraction.training.provenance import write_note
from streams.extraction.words.encoder import DILATIONS, MODEL

_SEED_NOTE = 20261125
SHIPPED_WORDS = 46_000  # of those with a vector, the most frequent
SOURCES = [
    "ANERcorp, train side of the CAMeL Lab split (Benajiba and Rosso; CC BY-SA 4.0)",
    "AQMAR Arabic Wikipedia NER corpus (Mohit et al.; CC BY-SA 3.0)",
    "Qawl's annotated articles, train, and raw Arabic news articles annotated for Qawl (no text is kept)",
    "70,916 Arabic news articles (co-occurrence and labels of words; no text is kept)",
    "Camel Morph MSA 1.0 (CC BY 4.0), through morphology.tsv",
    "arabic-name-romanizer (Wikidata, CC0): name words; Unicode CLDR (Unicode License): territories",
]


def export(w: Mapping[str, Any], vectors: Any, tables: Tables, path: Path) -> None:
    """Write an encoder from its weights `w` by name."""
    words_small, word_scales = _bytes(vectors[:SHIPPED_WORDS] @ w["project"])
    used = np.abs(w["attributes"][1:]).max(1) >= 0.02
    attributes_small, attribute_scales = _bytes(w["attributes"][1:][used])
    layers: dict[str, Any] = {}
    for n in range(len(DILATIONS)):
        layers[f"taps{n}"], layers[f"bias{n}"] = w[f"taps.{n}"].astype(np.float16), w[f"biases.{n}"][0]
        layers[f"units{n}"] = np.arange(WIDTH, dtype=np.int16)
    for name, head in (("label", "label_heads.gold"), *((h, f"{h}_head") for h in ("category", "sign", "link"))):
        layers[f"{name}_weight"], layers[f"{name}_bias"] = w[f"{head}.0"].astype(np.float16), w[f"{head}.1"][0]
    attributes = [a for a, keep in zip(tables.attributes, used, strict=True) if keep]
    telling = {norm: codes for norm, codes in tables.seen.items() if codes != "O" or norm in tables.words}
    with path.open("wb") as out:
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
            norm_weight=w["norm_weight"],
            norm_bias=w["norm_bias"],
            link_weights=w["link_weights"],
            transitions=w["transitions.gold"],
            categories=_text(tables.categories),
            names=_text([f"{k}\t{v}" for k, v in sorted(tables.names.items())]),
            places=_text(sorted(tables.places)),
            seen=_text([f"{k}\t{v}" for k, v in sorted(telling.items())]),
        )


class Said(NamedTuple):
    """What encoders say of texts that they did not learn from, by kind, beside what is annotated."""

    labels: dict[str, list[tuple[Any, Any]]]
    signs: dict[str, list[tuple[Any, Any]]]

    def scores(self, suffix: str) -> dict[str, Any]:
        """F1 of names and of signs by kind."""
        names = {f"{kind}{suffix}": scores(pairs) for kind, pairs in self.labels.items()}
        return names | {f"{kind}{suffix}_signs": sign_scores(pairs) for kind, pairs in self.signs.items()}


def judge(work: Path, fold: int | None) -> Said:
    """What WORK/student-K says of what it did not learn from, or that of all articles of gold/dev; on one core."""
    torch.set_num_threads(1)
    lessons = load(work / "lessons.npz")
    model = Encoders(lessons, 1, "cpu").take(_weights(work, fold)).eval()
    said = Said({}, {})
    for kind, numbers in (
        {"dev": set(range(len(lessons.texts["dev"].ends)))}.items()
        if fold is None
        else (held_out(lessons, fold)._asdict().items())
    ):
        texts, spans = lessons.texts[kind], lessons.texts[kind].spans()
        for n in sorted(numbers):
            ids, labels, signs = (array[slice(*spans[n])] for array in texts[:3])
            found = read(model, ids, "aner" if kind == "aner" else "gold")
            if (labels >= 0).all():
                said.labels.setdefault(kind, []).append((found[0], labels))
            if kind != "aner":
                said.signs.setdefault(kind, []).append((signs, found[1]))
    return said


def _weights(work: Path, fold: int | None) -> dict[str, Any]:
    with np.load(work / f"student-{fold}.npz") as z:
        return {name: z[name].astype(np.float32) for name in z.files}


def main() -> None:
    """Write and judge all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    a = parser.parse_args()
    tables = Tables(**torch.load(a.work / "tables.pt", weights_only=False))
    with np.load(a.work / "lessons.npz") as known:
        vectors = known["vectors"].astype(np.float32)
    for fold in (None, *range(FOLDS)):
        export(_weights(a.work, fold), vectors, tables, MODEL if fold is None else a.work / f"fold-{fold}.npz")
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        of_all, *of_folds = pool.starmap(judge, [(a.work, fold) for fold in (None, *range(FOLDS))], chunksize=1)
    together = Said({}, {})
    for said in of_folds:
        for mine, its in zip(together, said, strict=True):
            for kind, pairs in its.items():
                mine.setdefault(kind, []).extend(pairs)
    found = of_all.scores("") | together.scores("_cv")
    write_note(MODEL, seed=_SEED_NOTE, scores=found, sources=SOURCES)
    print(json.dumps(found, indent=1))


def _bytes(vectors: Any) -> tuple[Any, Any]:
    """Vectors as int8 with a scale each."""
    scales = np.abs(vectors).max(1) / 127
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _text(lines: list[str]) -> Any:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


if __name__ == "__main__":
    main()
