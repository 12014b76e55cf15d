"""Spelling-insensitive forms of Arabic words, made word by word so that offsets never move.

Normalization is applied to one token's text at a time and kept beside the token's offsets into the original; no
function here returns a changed document, so nothing has to be mapped back.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import islice

TATWEEL = "\u0640"
_VOWELS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
# Zero-width and directional characters that copy and paste leaves inside words.
INVISIBLE = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_PRESENTATION_FORMS = "\u2000"  # from here on; below it, words of news hold nothing that composing changes
_LIGATURES = str.maketrans({"﷼": "ريال", "﷽": "بسم الله الرحمن الرحيم"})  # of which Unicode makes something else
# What camel-tools does in five passes, as two tables; to import it for that would take 33 MB and most of a second.
_SPELT = str.maketrans("", "", _VOWELS + TATWEEL + INVISIBLE)
_UNVOICED = str.maketrans("", "", _VOWELS + INVISIBLE)
_STRETCHED = re.compile(f"{TATWEEL}+(?=[^\\W\\d_])")
_VARIANTS = str.maketrans("آأإٱىة", "اااايه")
_LETTERS = re.compile(r"[^\W\d_]+")
_ARABIC_LETTERS = re.compile(
    f"[{''.join(c for c in map(chr, (*range(0x600, 0x700), *range(0xFB50, 0xFEFD))) if c.isalpha())}]+"
)
_SERVANT = re.compile(r"\bعبد (?=\S)")
_PROCLITICS = "وفبلك"
_HAMZA_SEATS = str.maketrans("ؤئ", "وي")


def written(word: str) -> str:
    """One word as it is spelt, hamza and all, without diacritics, tatweel and invisible characters.

    >>> written("مُشيــراً"), written("إلى")
    ('مشيرا', 'إلى')
    """
    return word if word.isascii() else _composed(word).translate(_SPELT)


def length_of(letters: int, word: str) -> int:
    """Length in an original word of its first letters, vowel signs and tatweel included; 0 if there are no more.

    >>> length_of(1, "بِسرعة"), length_of(1, "بـسرعة"), length_of(0, "بسرعة")
    (2, 2, 0)
    """
    if not letters:
        return 0
    places = (n for n, c in enumerate(word) if c.isalpha() and c != TATWEEL)
    return next(islice(places, letters, None), 0)


def as_name(text: str) -> str:
    """Words as a name shows them: spelt, without vowels and tatweel but where that holds a particle apart.

    >>> as_name("سامي الحـدّادُ"), as_name("التقرير الـ51"), as_name("نادي الـ«بارسا»")
    ('سامي الحداد', 'التقرير الـ51', 'نادي الـ«بارسا»')
    """
    return text if text.isascii() else _STRETCHED.sub("", _composed(text)).translate(_UNVOICED)


@lru_cache(maxsize=1 << 13)
def normalize(word: str) -> str:
    """One word without diacritics, tatweel and invisible characters, with alef, yaa and taa variants unified.

    >>> normalize("مُشيــراً"), normalize("إلى"), normalize("الأخيرة"), normalize("ﻗﺎﻝ")
    ('مشيرا', 'الي', 'الاخيره', 'قال')
    """
    return unified(written(word))


def unified(spelt: str) -> str:
    """The same of a word as `written` gives it, whose spelling need not be found out again.

    >>> unified("إلى"), unified("BBC")
    ('الي', 'bbc')
    """
    return spelt.translate(_VARIANTS).lower()


def _composed(word: str) -> str:
    """The word in Unicode's compatibility form, where it has a character that this changes (ﻗﺎﻝ, ﷲ)."""
    if max(word) < _PRESENTATION_FORMS:
        return word
    return unicodedata.normalize("NFKC", word.translate(_LIGATURES))


@lru_cache(maxsize=1 << 13)
def stems(norm: str) -> tuple[str, ...]:
    """The word and what is left of it without attached particles and article, longest first, at most four.

    >>> stems("وللرياض")
    ('وللرياض', 'للرياض', 'رياض')
    >>> stems("بالسودان")
    ('بالسودان', 'السودان', 'سودان')
    """
    out = [norm]
    word = norm
    if len(word) > 4 and word[0] in "وف":
        word = word[1:]
        out.append(word)
    if len(word) > 4 and word.startswith("لل"):
        word = word[2:]
        out.append(word)
    else:
        if len(word) > 4 and word[0] in _PROCLITICS:
            word = word[1:]
            out.append(word)
        if len(word) > 4 and word.startswith("ال"):
            out.append(word[2:])
    return tuple(out)


@lru_cache(maxsize=1 << 16)
def name_key(name: str) -> str:
    """A spelling-insensitive key of a name: normalized words, hamza seats unified, joined by single spaces.

    `عبد` is one word with what follows it, as half of the papers write it.

    >>> name_key("عبد الرّؤوف  الأحمَدي")
    'عبدالرووف الاحمدي'
    """
    return with_servants_joined(spelling_key(name))


def with_servants_joined(name: str) -> str:
    """A name whose `عبد` is one word with what follows it.

    >>> with_servants_joined("حسام عبد الغفار")
    'حسام عبدالغفار'
    """
    return _SERVANT.sub("عبد", name)


def spelling_key(text: str) -> str:
    """The words of a text, normalized, hamza seats unified, joined by single spaces.

    >>> spelling_key("عبد الرّؤوف  الأحمَدي")
    'عبد الرووف الاحمدي'
    """
    return " ".join(normalize(word).translate(_HAMZA_SEATS) for word in text.split())


def without_conjunction(norm: str) -> str:
    """A normalized word without attached و or ف, where enough is left of it.

    >>> without_conjunction("وبحسب"), without_conjunction("فيض")
    ('بحسب', 'فيض')
    """
    return norm[1:] if norm[:1] in "وف" and len(norm) > 3 else norm


def has_pronoun(spelt: str) -> bool:
    """Whether a title as `written` spells it, or a verb, ends in a pronoun of the third person.

    >>> has_pronoun("زميله"), has_pronoun("محاميها"), has_pronoun("رئيسة")
    (True, True, False)
    """
    return spelt.endswith(("ه", "ها", "هم", "هما"))


def looks_feminine(norm: str) -> bool:
    """Whether a normalized noun has an ending of the feminine.

    >>> looks_feminine("وزاره"), looks_feminine("وزير")
    (True, False)
    """
    return norm.endswith(("ه", "اء", "ات"))


def arabic_share(text: str) -> float:
    """Share of Arabic letters among the letters of a text, 0.0 for a text without letters.

    >>> arabic_share("قال"), arabic_share("said"), arabic_share("123")
    (1.0, 0.0, 0.0)
    """
    letters = sum(map(len, _LETTERS.findall(text)))
    return sum(map(len, _ARABIC_LETTERS.findall(text))) / letters if letters else 0.0
