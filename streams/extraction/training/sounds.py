"""Whether a Latin spelling can be that of an Arabic name: its consonants, in their order."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from streams.extraction.lexicon.tables import read_rows

_TABLE = Path(__file__).with_name("sounds.tsv")
_VOWELS = "aeiouyw"
_MUTE = "h"  # beside a vowel or in `kh`, `gh` it is hardly ever a letter of its own
_WEAK = "اءعوي ه"  # that may be left unwritten
_ARTICLE = "ال"


def load_sounds() -> Mapping[str, tuple[str, ...]]:
    """Arabic letter -> its Latin spellings."""
    rows = read_rows(_TABLE.name, _TABLE.read_text(encoding="utf-8"), 2, "a letter and its spellings")
    return {letter: () if latin == "-" else tuple(latin.split()) for _, (letter, latin) in rows}


def strangeness(key: str, latin: str, sounds: Mapping[str, tuple[str, ...]]) -> tuple[int, int]:
    """(consonants of either that the other lacks, consonants of the Arabic) for the best way to lay one on the other.

    >>> sounds = load_sounds()
    >>> strangeness("الثبيتي", "Al-Thubaiti", sounds), strangeness("الثبيتي", "Al-Otaibi", sounds)
    ((0, 3), (1, 3))
    >>> strangeness("عبدالرحيم", "Abderrahim", sounds)[0], strangeness("الهجان", "Al-Gammal", sounds)[0]
    (0, 1)
    """
    article = key.startswith(_ARTICLE)
    arabic = key[len(_ARTICLE) :] if article else key
    plain = unicodedata.normalize("NFD", latin.lower())
    letters = "".join(c for c in plain if c.isascii() and c.isalpha())

    def is_free(i: int) -> bool:
        assimilated = i > 0 and arabic[i - 1 : i + 1] == _ARTICLE  # `عبدالرحيم`, Abderrahim
        return arabic[i] in _WEAK or assimilated

    @cache
    def rest(i: int, j: int) -> int:
        if i == len(arabic) and j == len(letters):
            return 0
        ways = []
        if j < len(letters):
            c = letters[j]
            doubled = j > 0 and letters[j - 1] == c
            of_article = article and i == 0 and c == "l"  # `Al-`, `El-`, `L`
            ways.append(rest(i, j + 1) + (c not in _VOWELS + _MUTE and not doubled and not of_article))
        if i < len(arabic):
            ways.append(rest(i + 1, j) + (not is_free(i)))
            ways += [rest(i + 1, j + len(s)) for s in sounds.get(arabic[i], ()) if letters.startswith(s, j)]
        return min(ways)

    return rest(0, 0), sum(not is_free(i) for i in range(len(arabic)))
