"""Letters are spelt and unified as camel-tools does it, which is not imported for that."""

from hypothesis import given
from hypothesis import strategies as st

from streams.extraction.text import TATWEEL, normalize, written

INVISIBLE = [chr(c) for c in (0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF)]
INVISIBLE += [chr(c) for c in range(0x2066, 0x206A)]
BLOCKS = ((0x600, 0x700), (0x750, 0x780), (0x870, 0x900), (0xFB50, 0xFE00), (0xFE70, 0xFF00), (0x20, 0x250))
LETTERS = [chr(c) for first, last in BLOCKS for c in range(first, last)]


def of_camel_tools(word: str) -> tuple[str, str]:
    """A word as it is spelt and with its letters unified."""
    from camel_tools.utils.dediac import dediac_ar
    from camel_tools.utils.normalize import (
        normalize_alef_ar,
        normalize_alef_maksura_ar,
        normalize_teh_marbuta_ar,
        normalize_unicode,
    )

    spelt = dediac_ar(normalize_unicode(word) if max(word) >= "\u2000" else word)
    spelt = "".join(c for c in spelt if c not in INVISIBLE and c != TATWEEL)
    return spelt, normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(spelt))).lower()


def test_every_letter() -> None:
    assert [(c, written(c), normalize(c)) for c in LETTERS] == [(c, *of_camel_tools(c)) for c in LETTERS]


@given(st.text(st.sampled_from([*LETTERS, *INVISIBLE]), min_size=1, max_size=12))
def test_every_word(word: str) -> None:
    assert (written(word), normalize(word)) == of_camel_tools(word)
