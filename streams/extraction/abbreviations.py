"""Abbreviations: names spelt out by letters, one of which is called إن, and words that a full stop shortens."""

from collections.abc import Sequence
from functools import cache

from streams.extraction.lexicon.tables import rows
from streams.extraction.text import normalize, stems

_AN = normalize("إن")
LETTER = "إن"  # stands for the letter among normalized words, none of which is written so


@cache
def shortened() -> frozenset[str]:
    """Normalized words behind which a full stop ends no sentence."""
    return frozenset(normalize(form) for (form,) in rows("full_stops.tsv", 1))


@cache
def _names() -> tuple[tuple[str, ...], ...]:
    """The normalized words of each name, long names first."""
    names = [tuple(map(normalize, form.split())) for form, _ in rows("abbreviations.tsv", 2)]
    return tuple(sorted(names, key=len, reverse=True))


@cache
def _other_letters() -> tuple[str, ...]:
    """The words of the names but for إن; the first إن of each name has one of them beside it."""
    return tuple({word for name in _names() for word in name} - {_AN})


def spelt(norms: Sequence[str]) -> tuple[str, ...]:
    """Normalized words, with `LETTER` for each that is a letter of such a name, and neither إن nor أن.

    >>> spelt(["قالت", "سي", "ان", "ان", "ان", "العمل", "بدا"])
    ('قالت', 'سي', 'إن', 'إن', 'ان', 'العمل', 'بدا')
    """
    out, letters = list(norms), _other_letters()
    around = ["", *norms, ""]  # of word i, `around[i]` stands before it and `around[i + 2]` behind
    for i in [i for i, norm in enumerate(norms) if norm == _AN]:
        if not around[i].endswith(letters) and around[i + 2] not in letters:
            continue
        for name in _names():
            first = i - name.index(_AN)
            if first >= 0 and out[i] == _AN and _is_at(norms, first, name):
                out[first + 1 : first + len(name)] = [LETTER if word == _AN else word for word in name[1:]]
                out[first] = LETTER if name[0] == _AN else norms[first]
    return tuple(out)


def _is_at(norms: Sequence[str], first: int, name: tuple[str, ...]) -> bool:
    """Whether a name stands at `first`, its first word perhaps behind particles (`لسي إن إن`)."""
    if tuple(norms[first + 1 : first + len(name)]) != name[1:]:
        return False
    return norms[first] == name[0] or (name[0] != _AN and name[0] in stems(norms[first]))
