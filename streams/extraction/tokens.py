"""Tokens: words, numbers, punctuation marks and line breaks with their offsets into the original body."""

import re
from collections.abc import Sequence
from enum import IntEnum
from itertools import accumulate, repeat
from typing import Final, NamedTuple

from streams.extraction.text import INVISIBLE, unified, written

# A number, a word, a line break or a mark. Arabic marks stay inside the word that they stand on; a number keeps its
# separators (2,5 and 12:30).
_TOKEN = re.compile(
    r"(\d+(?:[.,:/٫٬]\d+)*"
    rf"|[^\W\d](?:[\w\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed{INVISIBLE}]*\w)?"
    r"[\u0640\u064b-\u065f\u0670]*"
    r"|\n"
    rf"|[^\w\s{INVISIBLE}])"
)


BREAK = "¶"
COMMAS = ("،", ",")
PAUSES = (*COMMAS, "؛", ";")
ANNE = "آن"
_CACHED = 45_000  # forms, and as many that were met before them; each is some 300 bytes


class Kind(IntEnum):
    """What a token is."""

    WORD = 0
    NUMBER = 1
    MARK = 2
    LINE = 3


# Looking up a member of an enumeration takes six times as long as a name, and every stage asks of every token.
WORD: Final = Kind.WORD
NUMBER: Final = Kind.NUMBER
MARK: Final = Kind.MARK
LINE: Final = Kind.LINE


class Form(NamedTuple):
    """What is true of a written form wherever it stands; shared by all tokens of that form.

    `written` is the form by which tables and encoder know it: a word without vowels, "0" for a number, `BREAK` for a
    line break.
    """

    text: str
    norm: str
    kind: Kind
    written: str


class Token(NamedTuple):
    """One token: `[start, end)` are code points into the body."""

    form: Form
    start: int
    end: int


class _Forms(dict[str, Form]):
    """The forms of texts that have been met; a plain look-up for all others, of which a text has hundreds.

    When it is full all are put aside, and those that are met again before it is full anew come back: what is frequent
    is never forgotten.
    """

    def __init__(self) -> None:
        super().__init__()
        self._aside: dict[str, Form] = {}

    def __missing__(self, text: str) -> Form:
        if len(self) >= _CACHED:
            self._aside = dict(self)
            self.clear()
        form = self[text] = self._aside.get(text) or self._made(text)
        return form

    @staticmethod
    def _made(text: str) -> Form:
        first = text[0]
        if first.isdecimal():
            return Form(text, text, NUMBER, "0")
        if first == "\n":
            return Form(text, text, LINE, BREAK)
        spelt = written(text)
        if not first.isalnum():
            return Form(text, text, MARK, spelt)
        # `آن هيدالغو`: spelt so it is a name, or what time it is, and no conjunction as أن and إن are.
        norm = spelt if spelt == ANNE else unified(spelt)
        # Most are spelt as they are written: one object for all three takes a third of the memory.
        spelt = text if spelt == text else spelt
        return Form(text, spelt if norm == spelt else norm, WORD, spelt)


_FORMS = _Forms()


def stops(kinds: Sequence[Kind]) -> list[int]:
    """The marks and line breaks of a text, as token indices.

    >>> stops([t.form.kind for t in tokenize("نعم، لا.\\n")])
    [1, 3, 4]
    """
    return [i for i, kind in enumerate(kinds) if kind >= MARK]


def tokenize(body: str) -> tuple[Token, ...]:
    """All tokens of a text, in order; white space other than line breaks, and _ of hashtags, are left out.

    >>> [body[t.start:t.end] for body in ["وقال: «إنّه 2,5%»."] for t in tokenize(body)]
    ['وقال', ':', '«', 'إنّه', '2,5', '%', '»', '.']
    """
    # No step of this takes Python's own loop: it was a tenth of all work once.
    pieces = _TOKEN.split(body.replace("_", " "))  # what stands between tokens, and each token
    ends = list(accumulate(map(len, pieces)))
    forms = map(_FORMS.__getitem__, pieces[1::2])
    return tuple(map(tuple.__new__, repeat(Token), zip(forms, ends[::2], ends[1::2], strict=False)))
