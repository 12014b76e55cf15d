"""Words of praise that stand for who is praised: `قال تعالى (…)`, `قوله صلى الله عليه وسلم: …`."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from streams.extraction.lexicon.tables import rows
from streams.extraction.text import normalize


class Eulogy(NamedTuple):
    """It ends before token `last`; `name` is who is praised."""

    last: int
    name: str


@cache
def _names() -> dict[tuple[str, ...], str]:
    return {tuple(map(normalize, form.split())): name for form, name in rows("eulogies.tsv", 2)}


@cache
def last_words() -> frozenset[str]:
    """With which they end: what stands in parentheses behind them is quoted."""
    return frozenset(words[-1] for words in _names())


def eulogy_at(norms: Sequence[str], first: int) -> Eulogy | None:
    """The longest that begins with token `first` of a document's normalized words.

    >>> eulogy_at(["قال", "سبحانه", "وتعالي", ":"], 1)
    Eulogy(last=3, name='الله')
    """
    found = (len(words) for words in _names() if tuple(norms[first : first + len(words)]) == words)
    last = first + max(found, default=0)
    return Eulogy(last, _names()[tuple(norms[first:last])]) if last > first else None


def praised_at(norms: Sequence[str], first: int) -> str | None:
    """Who is praised by the mention that begins with token `first`, None where nobody is.

    >>> praised_at(["قال", "الله", "تعالي"], 1), praised_at(["قال", "تعالي"], 1), praised_at(["قال", "الله"], 1)
    ('الله', 'الله', None)
    """
    praise = eulogy_at(norms, first)
    if praise is not None:
        return praise.name
    behind = eulogy_at(norms, first + 1)
    return behind.name if behind is not None and norms[first] == normalize(behind.name) else None
