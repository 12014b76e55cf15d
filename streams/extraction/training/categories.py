"""Learn the encoder's head for word categories from raw news, the rest of the encoder as it is.

    python -m streams.extraction.training.categories ../shared/corpus

Words whose readings all have one category teach it; a part of them is replaced by a form that nothing is known of, so
that the neighbours count too. Multinomial logistic regression over the last layer. Rewrites `models/encoder.npz`; some
two minutes on one core.
"""

import argparse
import gzip
import json
import random
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from streams.extraction.document import read
from streams.extraction.lexicon import load_lexicon
from streams.extraction.training.provenance import change
from streams.extraction.words.encoder import MODEL, Encoder
from streams.extraction.words.morphology import Morphology, load_morphology

SEED = 20261125
ARTICLES, HELD_OUT = 3000, 300
UNKNOWN = "كككككك"  # in no table and without a vector
HIDDEN = 0.3
EPOCHS, BATCH, RATE = 12, 4096, 0.01


def examples(encoder: Encoder, morphology: Morphology, bodies: list[str]) -> tuple[Any, Any, Any]:
    """(last layers (n, h), category numbers (n,), whether the word was hidden (n,)) of words with one category."""
    number = {name: n for n, name in enumerate(encoder.weights.categories)}
    draw = random.Random(SEED)
    layers, targets, hidden = [], [], []
    for body in bodies:
        forms = [t.form.written for t in read(body).tokens]
        at = []
        for i, form in enumerate(forms):
            analysis = morphology.analyse(form)
            category = analysis.readings[0].category
            if analysis.known and len(analysis.categories()) == 1 and category in number:
                at.append(i)
                targets.append(number[category])
                hidden.append(draw.random() < HIDDEN)
                if hidden[-1]:
                    forms[i] = UNKNOWN
        if forms:
            layers.append(encoder.last_layer(forms)[at])
    return np.concatenate(layers), np.array(targets), np.array(hidden)


def main() -> None:
    """Learn, score on articles held out, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    a = parser.parse_args()
    torch.manual_seed(SEED)
    morphology = load_morphology()
    encoder = Encoder.load(load_lexicon(), morphology)
    with gzip.open(a.corpus / "large.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = [json.loads(line)["body"] for line in islice(lines, ARTICLES)]
    x, y, _ = examples(encoder, morphology, bodies[HELD_OUT:])
    head = nn.Linear(x.shape[1], len(encoder.weights.categories))
    optimizer = torch.optim.Adam(head.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * (len(x) // BATCH))
    data, target = torch.from_numpy(x), torch.from_numpy(y)
    for _ in range(EPOCHS):
        order = torch.randperm(len(data))
        for n in range(0, len(data) - BATCH + 1, BATCH):
            batch = order[n : n + BATCH]
            loss = functional.cross_entropy(head(data[batch]), target[batch])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    x, y, hidden = examples(encoder, morphology, bodies[:HELD_OUT])
    with torch.no_grad():
        right = (head(torch.from_numpy(x)).argmax(1).numpy() == y).astype(float)
    scores = {"seen": round(right[~hidden].mean(), 4), "hidden": round(right[hidden].mean(), 4)}
    print("categories of held-out articles:", scores)
    arrays = {"category_weight": head.weight.detach().numpy().T, "category_bias": head.bias.detach().numpy()}
    change(MODEL, arrays, {"categories": scores})


if __name__ == "__main__":
    main()
