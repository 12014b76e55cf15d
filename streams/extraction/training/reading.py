"""Rows of words that the reader sees at once: texts packed one behind the other, long ones in overlapping parts."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

OVERLAP = 64  # words that two parts of a long text share


class Part(NamedTuple):
    """Words [first, last) of a long array of texts, at place `at` of row `row`; what is told of [new, until) counts."""

    row: int
    at: int
    first: int
    last: int
    new: int
    until: int


def pack(texts: Iterable[tuple[int, int]], length: int) -> list[Part]:
    """Texts [first, last) in rows of `length` words, in their order; the next text opens a row where it has no room.

    >>> pack([(0, 3), (3, 9)], 6)
    [Part(row=0, at=0, first=0, last=3, new=0, until=3), Part(row=1, at=0, first=3, last=9, new=3, until=9)]
    """
    out: list[Part] = []
    row = at = 0
    for first, last in texts:
        new = first
        while new < last:
            begin = max(first, new - OVERLAP)
            end = min(last, begin + length)
            if at and at + end - begin > length:
                row, at = row + 1, 0
            until = end if end == last else end - OVERLAP // 2  # the middle of what two parts share belongs to either
            out.append(Part(row, at, begin, end, new, until))
            at += end - begin
            new = until
    return out


def places(parts: list[Part], length: int, filler: int) -> Any:
    """(rows, length) where in the array each word stands; `filler` where no text is."""
    found = np.full((parts[-1].row + 1, length), filler, np.int64)
    for p in parts:
        found[p.row, p.at : p.at + p.last - p.first] = np.arange(p.first, p.last)
    return found
