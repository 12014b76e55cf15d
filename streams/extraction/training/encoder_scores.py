"""Scores of labelled texts: exact mentions, F1 by type and over all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from streams.extraction.entities.labels import LABELS
from streams.extraction.words.signs import SIGNS

Span = tuple[int, int, str]


def spans(labels: Sequence[int]) -> set[Span]:
    """Mentions as (first, last, type).

    >>> sorted(spans([0, 1, 2, 0, 5]))
    [(1, 3, 'PER'), (4, 5, 'ORG')]
    """
    found: set[Span] = set()
    n = 0
    while n < len(labels):
        if labels[n] == 0:
            n += 1
            continue
        kind, last = LABELS[labels[n]][2:], n + 1
        while last < len(labels) and LABELS[labels[last]] == f"I-{kind}":
            last += 1
        found.add((n, last, kind))
        n = last
    return found


def scores(pairs: Iterable[tuple[Sequence[int], Sequence[int]]]) -> dict[str, float]:
    """F1 of exact mentions by type and micro, given (found, annotated) labels of every text."""
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for labels, annotated in pairs:
        predicted, gold = spans(labels), spans(annotated)
        for counter, group in ((right, predicted & gold), (said, predicted), (wanted, gold)):
            counter.update(kind for _, _, kind in group)
    out = {kind: round(2 * right[kind] / max(1, said[kind] + wanted[kind]), 4) for kind in sorted(wanted)}
    return out | {"micro": round(2 * right.total() / max(1, said.total() + wanted.total()), 4)}


def sign_scores(pairs: Iterable[tuple[Any, Any]]) -> dict[str, float]:
    """F1 of each sign, given (annotated, log-odds), each (n, signs), of every text."""
    both = [(wanted > 0, found > 0) for wanted, found in pairs]
    right, said, wanted = (
        sum(x.sum(0) for x in group) for group in ([w & f for w, f in both], [f for _, f in both], [w for w, _ in both])
    )
    return {name: round(2 * float(right[n]) / max(1.0, float(said[n] + wanted[n])), 4) for n, name in enumerate(SIGNS)}
