"""Which texts a fold of a cross-validation holds out; the same for the reader and the encoder that it teaches."""

import random

SEED = 20261125
FOLDS = 5


def folds_of(many: int, folds: int, block: int = 1) -> list[set[int]]:
    """Numbers of the texts that each fold holds out; neighbours of one block stay together."""
    blocks = list(range((many + block - 1) // block))
    random.Random(SEED).shuffle(blocks)
    return [{n for b in blocks[k::folds] for n in range(b * block, min(many, (b + 1) * block))} for k in range(folds)]
