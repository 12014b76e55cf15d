"""Signs of statements: what the encoder says of each word beside its entity label and category."""

from typing import Any

import numpy as np

SIGNS = (
    "core cue",
    "extended cue",
    "content begins",
    "content ends",
    "speaker begins",
    "speaker goes on",
    "content",  # a word of some content
    "actor",  # a word of some mention of whoever says something in the article
)
CORE_CUE, EXTENDED_CUE, CONTENT_BEGINS, CONTENT_ENDS = range(4)
SPEAKER_BEGINS, SPEAKER_GOES_ON, CONTENT, ACTOR = range(4, len(SIGNS))
SURE = 8.0  # log-odds beyond which a sign is not told to be stronger
EDGES = (-6.0, -4.5, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.5)  # log-odds at which a sign passes into its next step


def steps(log_odds: Any) -> Any:
    """How strong signs are, from 0 to `len(EDGES)`, as choices weigh them.

    >>> steps(np.array([-9.0, 0.5, 9.0])).tolist()
    [0, 6, 10]
    """
    return np.digitize(log_odds, EDGES).astype(np.uint8)
