"""Annotated names in CoNLL's way: a token and its BIO tag a line, an empty line after each sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

DOCUMENT = "-DOCSTART-"
# The mean article of news. Where a file does not say where its articles begin, so many sentences are taken for one: an
# engine that makes the names of an article agree must not be shown a year of them, nor one sentence alone.
_SENTENCES = 12
_TAG = re.compile(r"O|[BI]-\S+")


class Malformed(ValueError):
    """A file that cannot be read; the text names the line and what was expected there."""


@dataclass(frozen=True, slots=True)
class TaggedSentence:
    """One sentence: its tokens and a tag for each."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


def read_articles(lines: Iterable[bytes]) -> list[list[TaggedSentence]]:
    """The sentences of each article: -DOCSTART- begins one, and in a file without any so many sentences are one.

    >>> [[s.tokens for s in a] for a in read_articles(["قال O\\n".encode(), b"\\n", "سامي B-PERS".encode()])]
    [[('قال',), ('سامي',)]]

    Raises:
        Malformed: a line that is no token with its tag, or no sentence at all.
    """
    articles: list[list[TaggedSentence]] = [[]]
    tokens: list[str] = []
    tags: list[str] = []
    marked = False
    for number, raw in enumerate(chain(lines, [b""]), 1):
        line = _text(raw, number)
        mark = line.startswith(DOCUMENT)
        if line.strip() and not mark:
            token, tag = _columns(line, number)
            tokens.append(token)
            tags.append(tag)
            continue
        if tokens:
            articles[-1].append(TaggedSentence(tuple(tokens), tuple(tags)))
            tokens, tags = [], []
        if mark:
            marked = True
            articles.append([])
    articles = [article for article in articles if article]
    if not articles:
        raise Malformed("the file has no sentence: expected lines of a token and its tag")
    if marked:
        return articles
    (sentences,) = articles
    return [sentences[first : first + _SENTENCES] for first in range(0, len(sentences), _SENTENCES)]


def _text(raw: bytes, number: int) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError as e:
        raise Malformed(f"line {number}: expected UTF-8, got byte 0x{raw[e.start]:02x}") from None


def _columns(line: str, number: int) -> tuple[str, str]:
    # Only blanks and tabs separate: a no-break space may stand inside a token.
    columns = re.split(r"[ \t]+", line.strip(" \t"))
    if len(columns) != 2:
        raise Malformed(f"line {number}: expected a token and its tag, got {len(columns)} columns: {line[:60]!r}")
    if not _TAG.fullmatch(columns[1]):
        raise Malformed(f"line {number}: expected a tag O, B-TYPE or I-TYPE, got {columns[1][:60]!r}")
    return columns[0], columns[1]
