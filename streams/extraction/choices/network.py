"""Small networks that weigh signs together: how strong several of them are at once, which a linear model adds up only.

A candidate's score is its linear model's (`choices/linear.py`) and, on top, what a network of two hidden layers makes
of that score and of numbers that describe it: log-odds of signs at the tokens that matter, lengths, kinds.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np

from streams.extraction.choices.linear import FOLDER, LinearModel
from streams.extraction.lexicon.load import CueForm
from streams.extraction.rules.opening import Opener

KEPT = 0.6  # share of the linear score that is kept as it is, since the network sees it too


class Network(NamedTuple):
    """Standardization (d + 1,) of numbers and linear score, and layers of (matrix, bias); none add nothing."""

    mean: Any
    scale: Any
    layers: tuple[tuple[Any, Any], ...]

    @classmethod
    def load(cls, path: Path) -> "Network":
        """A shipped network."""
        with np.load(path) as z:
            layers = [(z[f"matrix{n}"].astype(np.float32), z[f"bias{n}"].astype(np.float32)) for n in range(3)]
            return cls(z["mean"], z["scale"], tuple(layers))

    def scores(self, linear: Any, numbers: Any) -> Any:
        """(n,) of candidates with linear scores (n,) and numbers (n, d).

        >>> layer = np.ones((2, 1), np.float32), np.zeros(1, np.float32)
        >>> Network(np.zeros(2), np.ones(2), (layer,)).scores(np.array([1.0]), np.array([[2.0]])).round(1).tolist()
        [3.6]
        """
        h = np.concatenate([numbers, linear[:, None]], 1)
        h -= self.mean
        h *= self.scale
        for n, (matrix, bias) in enumerate(self.layers):
            h = (np.maximum(h, 0, out=h) if n else h) @ matrix
            h += bias
        return KEPT * linear + h[:, 0]


class Scorer(NamedTuple):
    """A linear model with the network on top of it, which may be missing."""

    linear: LinearModel
    network: Network | None = None

    @classmethod
    def load(cls, name: str) -> "Scorer":
        """A shipped one."""
        return cls(LinearModel.load(FOLDER / f"{name}.tsv"), Network.load(FOLDER / f"{name}_network.npz"))

    def scores(self, candidates: Iterable[Iterable[str]], numbers: Any) -> list[float]:
        """Of candidates with their features and numbers (n, d)."""
        return self.on([self.linear.score(features) for features in candidates], numbers)

    def on(self, linear: list[float], numbers: Any) -> list[float]:
        """Of candidates with their linear scores and numbers (n, d)."""
        if self.network is None or not linear:
            return linear
        found: list[float] = self.network.scores(np.array(linear, np.float32), numbers).tolist()
        return found


class OneOf:
    """Which of some names a value is, as numbers."""

    def __init__(self, names: Sequence[str]) -> None:
        """In this order."""
        self._rows = np.eye(len(names) + 1, len(names), dtype=np.float32)
        self._number = {name: n for n, name in enumerate(names)}

    def __call__(self, values: Iterable[str]) -> Any:
        """(n, names) of values; a row of zeros for one that is none of them.

        >>> OneOf(["a", "b"])(["b", "c"]).tolist()
        [[0.0, 1.0], [0.0, 0.0]]
        """
        number, other = self._number, len(self._number)
        return self._rows[[number.get(value, other) for value in values]]


FORM, OPENER = OneOf(get_args(CueForm)), OneOf(get_args(Opener))  # of a cue, of a content


def logs(values: Any) -> Any:
    """Distances, small ones told apart best; their sign stays."""
    return np.copysign(np.log1p(np.abs(values)), values)
