"""The labels of entity tagging: BIO over three types, and what may follow what."""

import numpy as np

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
_IMPOSSIBLE = -1e4

# (labels, labels): 0 where the second may follow the first, -10,000 where it may not.
FORBIDDEN = np.array(
    [[_IMPOSSIBLE if b.startswith("I-") and a[2:] != b[2:] else 0.0 for b in LABELS] for a in LABELS], np.float32
)
