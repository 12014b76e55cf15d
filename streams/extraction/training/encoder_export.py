"""Writing a trained encoder as the plain arrays that `words/encoder.py` reads."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from streams.extraction.training.encoder_model import EncoderModel
from streams.extraction.training.provenance import write_note
from streams.extraction.words.encoder import MODEL

_SEED_NOTE = 20261125
SHIPPED_WORDS = 60_000
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

    attributes: list[str]
    words: dict[str, int]
    clusters: Any
    categories: list[str]
    names: Mapping[str, str]
    places: Iterable[str]
    seen: Mapping[str, str]


def export(model: EncoderModel, tables: Tables, found: dict[str, Any]) -> None:
    """Write `models/encoder.npz` and its note with the scores `found`."""
    w = {name: value.detach().numpy() for name, value in model.named_parameters()}
    fixed = model.vectors.weight.detach().numpy()[1 : SHIPPED_WORDS + 1]
    projected = fixed @ w["project.weight"].T
    words_small, word_scales = _bytes(projected)
    used = np.abs(w["attributes.weight"][1:]).max(1) >= 0.02
    attributes_small, attribute_scales = _bytes(w["attributes.weight"][1:][used])
    layers: dict[str, Any] = {}
    for n in range(len(model.convolutions)):
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


def _bytes(vectors: Any) -> tuple[Any, Any]:
    """Vectors as int8 with a scale each."""
    scales = np.abs(vectors).max(1) / 127
    return np.round(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _text(lines: list[str]) -> Any:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)
