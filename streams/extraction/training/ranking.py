"""Learning to choose: a linear model under which the right one of several candidates has the highest score."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from streams.extraction.choices.linear import LinearModel

_RARE = 2  # candidates that must have a feature
_FAINT = 0.03  # a weight that is left out, as a third of all are


class Choice(NamedTuple):
    """One decision: the features of each candidate, which are right, and numbers (n, d) of the first n of them."""

    candidates: list[list[str]]
    right: list[bool]
    numbers: Any = None


def fit(decisions: Iterable[Choice], strength: float, learned: LinearModel | None = None) -> LinearModel:
    """Maximum likelihood of a right candidate being chosen, with L2 regularization of `1 / strength`.

    Decisions without a right candidate, or with right ones only, teach nothing and are left out; so are features of a
    single candidate, which are half of all. A model that was `learned` from other decisions goes on learning: its
    weights are what others are held near to, instead of 0, and what is not met here stays as it was.
    """
    choices = [c for c in decisions if any(c.right) and not all(c.right)]
    known = {} if learned is None else learned.weights
    met = Counter(f for c in choices for features in c.candidates for f in set(features))
    names = sorted(f for f, many in met.items() if many >= _RARE or f in known)
    vectorizer = CountVectorizer(analyzer=lambda features: features, vocabulary=names)
    x: csr_matrix = vectorizer.transform([f for c in choices for f in c.candidates]).astype(np.float64)
    held = np.array([known.get(f, 0.0) for f in names])
    begins = np.cumsum([0, *(len(c.candidates) for c in choices)])[:-1]
    group = np.repeat(np.arange(len(choices)), [len(c.candidates) for c in choices])
    right = np.array([r for c in choices for r in c.right])

    def log_shares(scores: Any, among: Any) -> Any:
        masked = np.where(among, scores, -1e30)
        top = np.maximum.reduceat(masked, begins)
        chances = np.exp(masked - top[group])
        total = np.add.reduceat(chances, begins)
        return top + np.log(total), chances / total[group]

    def loss(w: Any) -> tuple[float, Any]:
        scores = x @ w
        every, p = log_shares(scores, np.ones_like(right))
        good, q = log_shares(scores, right)
        away = w - held
        return float((every - good).sum() + 0.5 * (away @ away) / strength), x.T @ (p - q) + away / strength

    found = minimize(loss, held, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    weights = {**known, **dict(zip(names, map(float, found.x), strict=True))}
    return LinearModel({n: v for n, v in weights.items() if abs(v) >= _FAINT})


def right(decisions: Iterable[Choice], model: LinearModel) -> int:
    """How many decisions of a model are right."""
    many = 0
    for c in decisions:
        scores = [model.weight(features) for features in c.candidates]
        many += c.right[max(range(len(scores)), key=scores.__getitem__)]
    return many


def write(model: LinearModel, path: Path, title: str) -> None:
    """The model as a readable file."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f"# {title}: feature, weight (log-odds)\n")
        out.writelines(f"{name}\t{w:.4f}\n" for name, w in sorted(model.weights.items()))
