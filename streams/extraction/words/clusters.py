"""Clusters: words that stand in like contexts."""

from collections.abc import Mapping
from typing import Any


class Clusters:
    """Numbers of the fine and the coarse cluster of frequent words; words in like contexts have the same."""

    def __init__(self, words: Mapping[str, int], numbers: Any) -> None:
        """`words` maps a normalized word to its row of `numbers` (words, 2)."""
        self._words, self._numbers = words, numbers

    def __contains__(self, norm: object) -> bool:
        return norm in self._words

    def rank(self, norm: str) -> int:
        """How many words are more frequent, as many as there are for a rare one."""
        return self._words.get(norm, len(self._words))

    def get(self, norm: str) -> tuple[int, int] | None:
        """(fine, coarse) of a normalized word, None for a rare one."""
        row = self._words.get(norm)
        return None if row is None else (int(self._numbers[row, 0]), int(self._numbers[row, 1]))
