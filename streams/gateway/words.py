"""What a search finds: words of a text and of a query as keys that spelling and attached particles do not change."""

import re

from streams.extraction.text import spelling_key, stems

_WORD = re.compile(r"[^\W_]+(?:[\u064b-\u065f\u0670\u0640]+[^\W_]*)*")


def keys(text: str) -> list[str]:
    """A key for each word: normalized, without attached particles and article.

    >>> keys("وتحدث «للوزير»: الأخبارُ سارّة"), keys("الوزير")
    (['تحدث', 'وزير', 'اخبار', 'ساره'], ['وزير'])
    """
    return [stems(spelling_key(word))[-1] for word in _WORD.findall(text)]
