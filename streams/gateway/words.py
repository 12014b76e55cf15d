"""What a search finds: words of a text and of a query as keys that spelling and attached particles do not change."""

import re
from collections.abc import Iterator

from streams.extraction.text import spelling_key, stems

_WORD = re.compile(r"[^\W_]+(?:[\u064b-\u065f\u0670\u0640]+[^\W_]*)*")
_ARTICLES = ("ال", "لل")


def text_keys(text: str) -> list[str]:
    """Under which keys the words of a text are found: each as it is, and without what may be attached to it.

    Whether the first letter of `وزارة` is attached, as that of `ودبي` is, no letter tells: it is found either way, and
    so is `للجنة`, of `لجنة` or of `جنة`.

    >>> text_keys("وتحدث «للجنة»: الأخبارُ سارّة")
    ['وتحدث', 'تحدث', 'للجنه', 'لجنه', 'جنه', 'الاخبار', 'اخبار', 'ساره']
    """
    return [key for word in _words(text) for stem in stems(word) for key in _read(stem)]


def query_keys(text: str) -> list[str]:
    """The key of each word that is searched for: without its article, and what is attached before that.

    >>> query_keys("الوزارة"), query_keys("وزارة"), query_keys("بالوزارة")
    (['وزاره'], ['وزاره'], ['وزاره'])
    """
    return [_bare(stems(word)) for word in _words(text)]


def _words(text: str) -> Iterator[str]:
    return map(spelling_key, _WORD.findall(text))


def _read(stem: str) -> tuple[str, ...]:
    return (stem, stem[1:]) if stem.startswith("لل") and len(stem) > 4 else (stem,)


def _bare(found: tuple[str, ...]) -> str:
    return found[-1] if len(found) > 1 and found[-2].startswith(_ARTICLES) else found[0]
