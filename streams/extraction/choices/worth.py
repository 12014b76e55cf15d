"""Which of several likely contents is worth most: one that is right but for an aside is worth more than a wrong one."""

from collections.abc import Sequence

_EXACT = 0.5  # worth of the very content, beside that of one that is alike
_SURE = (1 + _EXACT) / (1 + 2 * _EXACT)  # share from which on no other content can be worth more


def most_worth(shares: Sequence[float], contents: Sequence[tuple[int, int]]) -> tuple[int, float]:
    """Which content to choose, and how probable it is that the right one is like it.

    `shares` are the probabilities of the contents, which are token ranges.

    >>> best, alike = most_worth([0.4, 0.3, 0.3], [(0, 3), (0, 9), (0, 10)])
    >>> best, round(alike, 1)
    (1, 0.6)
    """

    def alike(i: int) -> float:
        return sum(share for share, content in zip(shares, contents, strict=True) if are_alike(content, contents[i]))

    best = max(range(len(shares)), key=shares.__getitem__)
    if shares[best] < _SURE:
        best = max(range(len(shares)), key=lambda i: _EXACT * shares[i] + alike(i))
    return best, alike(best)


def are_alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two token ranges have half of their tokens in common, so that `score.py` takes one for the other.

    >>> are_alike((0, 10), (5, 10)), are_alike((0, 10), (6, 10))
    (True, False)
    """
    common = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * common >= max(one[1], other[1]) - min(one[0], other[0])
