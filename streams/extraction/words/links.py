"""Links: from a cue to where its content begins and ends, to its speaker's mention, to whoever says it.

The signs (`words/signs.py`) tell of each word alone that some content ends there; a link tells whose. For each link the
encoder's last layer gives every word what it asks as a cue and what it answers as a target, two short vectors whose
product, with a weight for how far and on which side the target stands, is the target's score. Of a cue's targets one is
right, so that scores become probabilities over all words near it. All of it is computed when a cue is asked for.

A cue without a speaker of its own links to itself; the actor's link leads to any word of any of his mentions.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

LINKS = ("content begins", "content ends", "speaker", "actor")
BEGINS, ENDS, SPEAKER, SAYS = range(len(LINKS))
LINK_WIDTH = 32  # of the vectors
_ONE, _MOST = 1024, 32767  # whole numbers in kept vectors: what stands for 1, and the greatest
NEAR = 192  # words on either side of a cue that it may link to
DISTANCES = (-128, -64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 3, 5, 9, 17, 33, 65, 129)  # where the weight changes
NOWHERE = -12.0  # log of a probability that is as good as none
EDGES = (-7.0, -5.0, -4.0, -3.0, -2.0, -1.2, -0.7, -0.35, -0.1)  # logs at which a link passes into its next step
_GROUP = 16  # cues whose links are computed at once


def distance_rows(offsets: Any) -> Any:
    """The row of the weights that distances in words have, each from a cue to its target.

    >>> distance_rows(np.array([-300, -1, 0, 1, 300])).tolist()
    [0, 8, 9, 10, 18]
    """
    return np.digitize(offsets, DISTANCES)


class LinkWeights(NamedTuple):
    """What the encoder weighs links by, over a last layer of h values.

    `asked` and `told` are matrices (h, links * LINK_WIDTH) and biases (links * LINK_WIDTH,); `near` (links,
    2 * NEAR + 3) the weights of every distance from one too far before a cue to one too far behind it.
    """

    asked: tuple[Any, Any]
    told: tuple[Any, Any]
    near: Any

    @classmethod
    def of(cls, head: tuple[Any, Any], distances: Any) -> "LinkWeights":
        """Of the encoder's head (h, 2 * links * LINK_WIDTH) with its bias, and `distances` (links, distances)."""
        near = distances[:, distance_rows(np.arange(-NEAR - 1, NEAR + 2))].astype(np.float32)
        near[:, [0, -1]] = -1e4
        matrix, bias = head
        half = len(bias) // 2
        return cls((matrix[:, :half], bias[:half]), (matrix[:, half:], bias[half:]), near)


def kept(layer: Any) -> Any:
    """A layer as whole numbers of 16 bits: it stays as long as its document, and half precision takes longer.

    >>> kept(np.array([0.5, -3.0, 1e6])).tolist()
    [512, -3072, 32767]
    """
    whole = np.rint(layer * np.float32(_ONE))
    return np.minimum(np.maximum(whole, np.float32(-_MOST)), np.float32(_MOST)).astype(np.int16)


class Links:
    """The links of one document's cues."""

    def __init__(self, layer: Any, weights: LinkWeights) -> None:
        """`layer` (h, words) is the encoder's last one, `kept`."""
        self._layer, self._weights = layer, weights
        self._found: dict[int, tuple[int, Any]] = {}  # of a cue the first token and the logs (links, tokens) from it on

    def prepare(self, cues: Sequence[int]) -> None:
        """Compute the links of these cues (tokens in ascending order) together."""
        near = self._weights.near
        for n in range(0, len(cues), _GROUP):
            at = np.array(cues[n : n + _GROUP])
            first, last = max(0, int(at[0]) - NEAR), min(self._layer.shape[1], int(at[-1]) + NEAR + 1)
            offsets = np.clip(np.arange(first, last) - at[:, None], -NEAR - 1, NEAR + 1) + NEAR + 1
            asked = self._seen(at, self._weights.asked)
            told = self._seen(slice(first, last), self._weights.told)
            scores = np.matmul(asked.transpose(0, 2, 1), told)
            scores += near[:, offsets]
            scores -= scores.max(2, keepdims=True)
            scores -= np.log(np.exp(scores).sum(2, keepdims=True))
            np.maximum(scores, NOWHERE, out=scores)
            for k, cue in enumerate(at.tolist()):
                self._found[cue] = first, scores[:, k]

    def _seen(self, tokens: Any, head: tuple[Any, Any]) -> Any:
        """(links, LINK_WIDTH, tokens) of some tokens."""
        matrix, bias = head
        vectors = matrix.T @ self._layer[:, tokens].astype(np.float32)
        vectors *= np.float32(1 / _ONE)
        vectors += bias[:, None]
        return vectors.reshape(len(LINKS), LINK_WIDTH, -1)

    def _of(self, link: int, cue: int) -> tuple[int, Any]:
        """The first token of those near a cue, and the logs (tokens,) from it on."""
        if cue not in self._found:
            self.prepare([cue])
        first, logs = self._found[cue]
        return first, logs[link]

    def logs(self, link: int, cue: int, tokens: Iterable[int]) -> list[float]:
        """The logs of the probabilities that a cue links to each of some tokens; NOWHERE where it is too far."""
        first, found = self._of(link, cue)
        item, many = found.item, len(found)
        return [item(t - first) if 0 <= t - first < many else NOWHERE for t in tokens]

    def log(self, link: int, cue: int, token: int) -> float:
        """The same of one token."""
        first, found = self._of(link, cue)
        at = token - first
        log: float = found.item(at) if 0 <= at < len(found) else NOWHERE
        return log

    def best(self, link: int, cue: int) -> tuple[int, float]:
        """The likeliest target of a cue, and the log of its probability."""
        first, found = self._of(link, cue)
        n = int(found.argmax())
        return first + n, float(found[n])

    def best_beside(self, link: int, cue: int, begin: int, end: int) -> tuple[int, float]:
        """The same, outside of the tokens [begin, end)."""
        first, found = self._of(link, cue)
        others = found.copy()
        others[max(0, begin - first) : max(0, end - first)] = NOWHERE
        n = int(others.argmax())
        return first + n, float(others[n])

    def step(self, link: int, cue: int, token: int) -> int:
        """How probable a link is, from 0 to `len(EDGES)`, as choices weigh it."""
        return link_step(self.log(link, cue, token))

    def together(self, link: int, cue: int, tokens: Iterable[int]) -> float:
        """The log of the probability that a cue links to any of some tokens."""
        total = sum(map(math.exp, self.logs(link, cue, set(tokens))))
        return max(NOWHERE, math.log(total + 1e-12))


def link_step(log: float) -> int:
    """The step of a log.

    >>> [link_step(x) for x in (-9.0, -0.5, 0.0)]
    [0, 7, 9]
    """
    return bisect_right(EDGES, log)
