"""Leave out the units of the encoder's layers that say nothing, whatever is read.

    python -m streams.extraction.training.silent ../shared/corpus

A unit with a rectifier may learn to let nothing through any more; of what was learned so far more than half did. One
that speaks of less than one word in ten thousand of raw news is left out: of the statements of 2,117 articles two in
ten thousand changed by that. Rewrites `models/encoder.npz`; three minutes on one core.
"""

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from streams.extraction.document import read
from streams.extraction.lexicon import load_lexicon
from streams.extraction.tokens import BREAK
from streams.extraction.training.provenance import change
from streams.extraction.words.encoder import MODEL, Encoder
from streams.extraction.words.morphology import load_morphology

RAREST = 1e-4  # share of words that a unit must speak of


def spoken(encoder: Encoder, corpus: Path) -> list[np.ndarray]:
    """Of the units (k,) of each layer the share of words of a corpus that they say something of."""
    times = [np.zeros(len(layer.units), np.int64) for layer in encoder.weights.layers]
    words = 0
    with gzip.open(corpus / "news.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            forms = [t.form.written for t in read(json.loads(line)["body"]).tokens]
            x = encoder.inputs([BREAK, *forms, BREAK])
            words += x.shape[1]
            for counted, (said, _) in zip(times, encoder.convolutions.layers(x), strict=True):
                counted += (said > 0).sum(1)
    return [counted / words for counted in times]


def main() -> None:
    """Count, and write what is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    a = parser.parse_args()
    encoder = Encoder.load(load_lexicon(), load_morphology())
    arrays: dict[str, Any] = {}
    many = []
    for n, (layer, share) in enumerate(zip(encoder.weights.layers, spoken(encoder, a.corpus), strict=True)):
        kept = share >= RAREST
        arrays |= {f"taps{n}": layer.taps[:, :, kept], f"bias{n}": layer.bias[kept], f"units{n}": layer.units[kept]}
        many.append(int(kept.sum()))
    print("units of each layer:", many)
    change(MODEL, arrays, {"units": many})


if __name__ == "__main__":
    main()
