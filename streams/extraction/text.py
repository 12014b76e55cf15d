"""Spelling-insensitive forms of Arabic words, made word by word so that offsets never move.

Normalization is applied to one token's text at a time and kept beside the token's offsets into the original; no
function here returns a changed document, so nothing has to be mapped back.
"""

from functools import lru_cache

from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)

TATWEEL = "\u0640"
# Zero-width and directional characters that copy and paste leaves inside words.
INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_DELETE_INVISIBLE = dict.fromkeys(
    [0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
_HAMZA_SEATS = str.maketrans("ؤئ", "وي")


@lru_cache(maxsize=1 << 16)
def written(word: str) -> str:
    """One word as it is spelt, hamza and all, without diacritics, tatweel and invisible characters.

    >>> written("مُشيــراً"), written("إلى")
    ('مشيرا', 'إلى')
    """
    if word.isascii():
        return word
    spelt: str = dediac_ar(normalize_unicode(word.translate(_DELETE_INVISIBLE)))
    return spelt.replace(TATWEEL, "")


@lru_cache(maxsize=1 << 16)
def normalize(word: str) -> str:
    """One word without diacritics, tatweel and invisible characters, with alef, yaa and taa variants unified.

    >>> normalize("مُشيــراً"), normalize("إلى"), normalize("الأخيرة"), normalize("ﻗﺎﻝ")
    ('مشيرا', 'الي', 'الاخيره', 'قال')
    """
    unified: str = normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(written(word))))
    return unified.lower()


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """A spelling-insensitive key of a name: normalized words, hamza seats unified, joined by single spaces.

    >>> name_key("عبد الرّؤوف  الأحمَدي")
    'عبد الرووف الاحمدي'
    """
    return " ".join(normalize(word).translate(_HAMZA_SEATS) for word in name.split())


def arabic_share(text: str) -> float:
    """Share of Arabic letters among the letters of a text, 0.0 for a text without letters.

    >>> arabic_share("قال"), arabic_share("said"), arabic_share("123")
    (1.0, 0.0, 0.0)
    """
    letters = sum(map(str.isalpha, text))
    arabic = sum("\u0600" <= c <= "\u06ff" or "\ufb50" <= c <= "\ufefc" for c in text if c.isalpha())
    return arabic / letters if letters else 0.0
