"""Linear models over named features: a weight a feature, kept in readable files."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path

from streams.extraction.lexicon.tables import columns

FOLDER = Path(__file__).parent.parent / "models"


class LinearModel:
    """Weights of features."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        """`weights` maps feature names to log-odds; `bias` may be one of them."""
        self.weights = weights
        self._bias = weights.get("bias", 0.0)

    @classmethod
    def load(cls, path: Path) -> "LinearModel":
        """A shipped model: feature, tab, weight a line, behind a comment."""
        features, weights = columns(path.read_text(encoding="utf-8"), 2)
        # Thousands of features have the same weight: one object for all of them stays in the processor's cache.
        numbers = {weight: float(weight) for weight in set(weights)}
        return cls(dict(zip(features, map(numbers.__getitem__, weights), strict=True)))

    def score(self, features: Iterable[str]) -> float:
        """The sum of the features' weights; one that is not known weighs nothing.

        >>> LinearModel({"bias": -1.0, "a": 3.0}).score(["a", "b"])
        2.0
        """
        return self._bias + self.weight(features)

    def weight(self, features: Iterable[str]) -> float:
        """The score without the bias: what is the same for all candidates can be left out, or added up once."""
        return sum(map(self.weights.get, features, repeat(0.0)))

    def probability(self, features: Iterable[str]) -> float:
        """The logistic function of the score: the probability of a yes."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.score(features)))))

    @staticmethod
    def shares(scores: Sequence[float]) -> list[float]:
        """The probability of each of several candidates, one of which is right, from their scores.

        >>> LinearModel.shares([1.0, 1.0])
        [0.5, 0.5]
        """
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        total = sum(weights)
        return [w / total for w in weights]
