"""Clusters: words that stand in like contexts."""

from collections.abc import Mapping
from typing import Any

from streams.extraction.text import stems, unified
from streams.extraction.tokens import BREAK


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


def word_row(form: str, words: Mapping[str, int]) -> int:
    """Row of a form's word vector: its own, else that of what is left without particles, -1 where neither has one."""
    if form == BREAK:
        return -1
    norm = "0" if form[:1].isdigit() else unified(form)
    for part in stems(norm):
        if part in words:
            return words[part]
    return words.get("ال" + norm[2:], -1) if norm.startswith("لل") else -1
