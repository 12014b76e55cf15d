"""Tokens: words, numbers, punctuation marks and line breaks with their offsets into the original body."""

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from streams.extraction.text import INVISIBLE, normalize, written

# Arabic marks stay inside the word that they stand on; a number keeps its separators (2,5 and 12:30).
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,:/٫٬]\d+)*)"
    rf"|(?P<word>[^\W\d](?:[\w\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed{INVISIBLE}]*\w)?"
    r"[\u0640\u064b-\u065f\u0670]*)"
    r"|(?P<line>\n)"
    rf"|(?P<mark>[^\w\s{INVISIBLE}])"
)


BREAK = "¶"


class Kind(IntEnum):
    """What a token is."""

    WORD = 0
    NUMBER = 1
    MARK = 2
    LINE = 3


_KINDS = {"word": Kind.WORD, "number": Kind.NUMBER, "mark": Kind.MARK, "line": Kind.LINE}


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


@lru_cache(maxsize=1 << 16)
def form_of(text: str, group: str) -> Form:
    """The shared form of a token's text, `group` being the name of the pattern that matched it."""
    kind = _KINDS[group]
    if kind is Kind.WORD:
        return Form(text, normalize(text), kind, written(text))
    return Form(text, text, kind, "0" if kind is Kind.NUMBER else BREAK if kind is Kind.LINE else written(text))


def tokenize(body: str) -> tuple[Token, ...]:
    """All tokens of a text, in order; white space other than line breaks, and _ of hashtags, are left out.

    >>> [body[t.start:t.end] for body in ["وقال: «إنّه 2,5%»."] for t in tokenize(body)]
    ['وقال', ':', '«', 'إنّه', '2,5', '%', '»', '.']
    """
    # This loop is a fifth of all work: the tuple's own constructor spares a call, and exactly one alternative matched.
    make = tuple.__new__
    return tuple(
        make(Token, (form_of(m.group(), str(m.lastgroup)), *m.span())) for m in _TOKEN.finditer(body.replace("_", " "))
    )
