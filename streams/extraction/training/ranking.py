"""Learning to choose: a linear model under which the right one of several candidates has the highest score."""

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


def fit(decisions: Iterable[Choice], strength: float) -> LinearModel:
    """Maximum likelihood of a right candidate being chosen, with L2 regularization of `1 / strength`.

    Decisions without a right candidate, or with right ones only, teach nothing and are left out; so are features of a
    single candidate, which are half of all.
    """
    choices = [c for c in decisions if any(c.right) and not all(c.right)]
    vectorizer = CountVectorizer(analyzer=lambda features: features, min_df=_RARE)
    x: csr_matrix = vectorizer.fit_transform([f for c in choices for f in c.candidates]).astype(np.float64)
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
        gradient = x.T @ (p - q) + w / strength
        return float((every - good).sum() + 0.5 * (w @ w) / strength), gradient

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    names = vectorizer.get_feature_names_out()
    return LinearModel({n: float(v) for n, v in zip(names, found.x, strict=True) if abs(v) >= _FAINT})


def write(model: LinearModel, path: Path, title: str) -> None:
    """The model as a readable file."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f"# {title}: feature, weight (log-odds)\n")
        out.writelines(f"{name}\t{w:.4f}\n" for name, w in sorted(model.weights.items()))
