"""Learning to choose: a linear model under which the right one of several candidates has the highest score."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from streams.extraction.choices.linear import LinearModel

RAW_WEIGHT = 0.5  # of a decision in raw news; an annotated one weighs 1
_RARE = 2  # candidates that must have a feature, where raw news gives many
_READER = "reader: "


class Choice(NamedTuple):
    """One decision: the features of each candidate, and which of them are right.

    `told` are features of what the reader says of each, which are not there when articles are extracted; `shares` are
    how probable a teacher holds each, and stand for `right`.
    """

    candidates: list[list[str]]
    right: list[bool]
    told: list[list[str]] | None = None
    shares: list[float] | None = None


def distil(annotated: Sequence[Choice], raw: Sequence[Choice], strength: float) -> LinearModel:
    """Learned from annotated decisions, and from those of raw news as a teacher makes them.

    The teacher weighs what the reader says beside all that is known when articles are extracted.
    """
    if not raw:
        return fit(annotated, strength)
    teacher = fit((c._replace(candidates=_with_told(c)) for c in annotated if c.told is not None), strength)

    def judged(choice: Choice) -> Choice:
        every = (set(features) for features in _with_told(choice))
        return choice._replace(shares=LinearModel.shares([sum(teacher.weights.get(f, 0.0) for f in x) for x in every]))

    return fit([*annotated, *(judged(c) for c in raw if len(c.candidates) > 1)], strength, rare=_RARE)


def _with_told(choice: Choice) -> list[list[str]]:
    pairs = zip(choice.candidates, choice.told or [], strict=True)
    return [[*features, *(_READER + f for f in told)] for features, told in pairs]


def fit(decisions: Iterable[Choice], strength: float, rare: int = 1) -> LinearModel:
    """Maximum likelihood of a right candidate being chosen, with L2 regularization of `1 / strength`.

    Decisions without a right candidate, or with right ones only, teach nothing and are left out; those with shares are
    learned as they are shared, at `RAW_WEIGHT`. Features of fewer than `rare` candidates are not learned.
    """
    choices = [c for c in decisions if c.shares is not None or (any(c.right) and not all(c.right))]
    vectorizer = CountVectorizer(analyzer=lambda features: features, binary=True, min_df=rare)
    x: csr_matrix = vectorizer.fit_transform([f for c in choices for f in c.candidates]).astype(np.float64)
    begins = np.cumsum([0, *(len(c.candidates) for c in choices)])[:-1]
    group = np.repeat(np.arange(len(choices)), [len(c.candidates) for c in choices])
    shared = np.array([c.shares is not None for c in choices])
    weights = np.where(shared, RAW_WEIGHT, 1.0)
    shares = np.array([share for c in choices for share in c.shares or [0.0] * len(c.right)])
    right = np.array([r for c in choices for r in c.right]) | shared[group]

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
        good = np.where(shared, np.add.reduceat(shares * scores, begins), good)
        q = np.where(shared[group], shares, q)
        gradient = x.T @ (weights[group] * (p - q)) + w / strength
        return float((weights * (every - good)).sum() + 0.5 * (w @ w) / strength), gradient

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    names = vectorizer.get_feature_names_out()
    return LinearModel({n: float(v) for n, v in zip(names, found.x, strict=True) if abs(v) >= 0.01})


def write(model: LinearModel, path: Path, title: str) -> None:
    """The model as a readable file."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f"# {title}: feature, weight (log-odds)\n")
        out.writelines(f"{name}\t{w:.4f}\n" for name, w in sorted(model.weights.items()))
