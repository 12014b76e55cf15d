"""Stretches between quotation marks, in every style the papers use, balanced or not."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from streams.extraction.eulogies import last_words
from streams.extraction.tokens import LINE, MARK, Token

OPENING = ('"', "«", "“")  # marks that open a quoted name; the first closes one too
_PAIRS = {"«": "»", "“": "”", "„": "“", "‹": "›", "‘": "’", "{": "}", "﴿": "﴾", "(": ")"}
_CLOSERS = frozenset(_PAIRS.values())
_STRAIGHT = frozenset('"＂″')  # the last is what some systems make of one behind a digit
# Particles that stand before an opening mark: `وفقا لـ"رويترز"`, `وصفهم بـ"الجبناء"`, `و"الحياة"`.
_PARTICLES = frozenset(["ل", "ب", "و", "ف", "ك", "ال", "بال", "كال", "وال", "فال", "ول", "وب", "فب", "فل"])
_NESTED = 200  # tokens behind an opening mark in which one that closes its outer quotation is looked for
_AHEAD = 400  # tokens behind a line break that are looked at
_MARKS = frozenset(_PAIRS) | _CLOSERS | _STRAIGHT


class Quotation(NamedTuple):
    """A quotation as token indices: `open` is its opening mark, `close` its closing mark.

    Where the closing mark is missing, `close` is the line break (or the number of tokens) that ends its paragraph and
    `balanced` is False.
    """

    open: int
    close: int
    balanced: bool


def find_quotations(tokens: Sequence[Token], marks: Sequence[int]) -> tuple[Quotation, ...]:
    """Outermost quotations, in order; nested ones belong to their outer one.

    A quotation may be closed in a later paragraph. Of straight marks, which look the same on both sides, the side that
    touches a word tells opening from closing; where both do, a mark opens if none is open, or behind a particle.
    Parentheses quote behind words of praise only (`قال تعالى (…)`). `marks` are the text's `stops`.

    >>> def found(text: str) -> tuple[Quotation, ...]:
    ...     tokens = tokenize(text)
    ...     return find_quotations(tokens, stops([t.form.kind for t in tokens]))
    >>> from streams.extraction.tokens import stops, tokenize
    >>> found('قال "نعم" ثم «قال “لا” مرة»')
    (Quotation(open=1, close=3, balanced=True), Quotation(open=5, close=11, balanced=True))
    >>> found('قال "نعم ولا\\nثم مضى')
    (Quotation(open=1, close=4, balanced=False),)
    >>> found('قال "نعم ولا\\nثم مضى"')
    (Quotation(open=1, close=7, balanced=True),)
    >>> found('وفقا لـ"رويترز" و"الحياة"')
    (Quotation(open=2, close=4, balanced=True), Quotation(open=6, close=8, balanced=True))
    """
    reading = _Reading(tokens, marks)
    for i in marks:
        if tokens[i].form.kind is LINE:
            reading.passes_line(i)
        elif reading.may_quote(i):
            reading.passes_mark(i)
    return reading.ended()


class _Reading:
    """A way through the marks and line breaks of a text, on which at most one outermost quotation is open."""

    def __init__(self, tokens: Sequence[Token], marks: Sequence[int]) -> None:
        self._tokens = tokens
        self._found: list[Quotation] = []
        self._open, self._depth = -1, 0  # the mark that opened the quotation, and how many are open in each other
        self._straight = [i for i in marks if tokens[i].form.text in _STRAIGHT]
        # the last of each closing mark tells in constant time that an opening one is never closed
        self._closers = {tokens[i].form.text: i for i in marks if tokens[i].form.text in _CLOSERS}

    def may_quote(self, i: int) -> bool:
        """Whether the mark at token i is a quotation mark, or a parenthesis that quotes."""
        mark = self._tokens[i].form.text
        return mark in _MARKS and (mark != "(" or self._open >= 0 or _follows_praise(self._tokens, i))

    def passes_line(self, i: int) -> None:
        """A quotation ends with its paragraph unless it is closed in a later one."""
        later = self._open >= 0 and _closes_later(self._tokens, self._straight, self._closers, self._open, i)
        if self._open >= 0 and not later:
            self._end(i, balanced=False)

    def passes_mark(self, i: int) -> None:
        """Open or close what the mark at token i opens or closes."""
        mark = self._tokens[i].form.text
        if self._open < 0:
            if mark in _PAIRS or (mark in _STRAIGHT and self._opens_first(i)):
                self._begin(i)
        elif self._tokens[self._open].form.text not in _STRAIGHT:
            self._passes_in_pair(i, mark)
        elif mark in _STRAIGHT:
            self._passes_in_straight(i)

    def ended(self) -> tuple[Quotation, ...]:
        """All quotations; one that is still open ends with the text."""
        if self._open >= 0:
            self._end(len(self._tokens), balanced=False)
        return tuple(self._found)

    def _opens_first(self, i: int) -> bool:
        """Whether a straight mark opens where no quotation is open."""
        return _opens_word(self._tokens, i) or not _closes_word(self._tokens, i)

    def _passes_in_straight(self, i: int) -> None:
        tokens = self._tokens
        opens = _opens_word(tokens, i)
        if opens and (_follows_particle(tokens, i) or _nests(tokens, i, self._depth)):
            self._depth += 1  # `"… لـ"رويترز" …"`, `"… برنامج "ناسا" …"`
        elif opens and not _closes_word(tokens, i):
            # Two openings in a row: the first was never closed, it ends where the second begins.
            self._end(i, balanced=False)
            self._begin(i)
        else:
            self._close(i)

    def _passes_in_pair(self, i: int, mark: str) -> None:
        opener = self._tokens[self._open].form.text
        if mark == _PAIRS[opener] or (mark in _STRAIGHT and self._depth == 1 and _closes_word(self._tokens, i)):
            self._close(i)
        elif mark == opener:
            self._depth += 1

    def _begin(self, i: int) -> None:
        self._open, self._depth = i, 1

    def _close(self, i: int) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._end(i, balanced=True)

    def _end(self, i: int, *, balanced: bool) -> None:
        self._found.append(Quotation(self._open, i, balanced))
        self._open = -1


def _nests(tokens: Sequence[Token], i: int, depth: int) -> bool:
    """Whether the straight mark at token i opens a quotation in the one that is open: whether both are closed later.

    `"نعمل مع برنامج "ناسا" منذ عام"`; in `"نعمل مع برنامج وقال "نعم" ثم مضى` the first is never closed.
    """
    if _closes_word(tokens, i):
        return False
    left = depth + 1
    for j in range(i + 1, min(len(tokens), i + _NESTED)):
        if tokens[j].form.kind is LINE:
            return False
        if tokens[j].form.text not in _STRAIGHT:
            continue
        opens = _opens_word(tokens, j) and (_follows_particle(tokens, j) or not _closes_word(tokens, j))
        left += 1 if opens else -1
        if not left:
            return True
    return False


def _follows_praise(tokens: Sequence[Token], i: int) -> bool:
    before = tokens[max(0, i - 2) : i]
    words = [form.norm for form, _, _ in before if form.text != ":"]
    return bool(words) and words[-1] in last_words()


def _closes_later(
    tokens: Sequence[Token], straight: Sequence[int], closers: dict[str, int], open_at: int, line: int
) -> bool:
    """Whether a quotation that is open at a line break goes on in the next paragraph.

    It does only if the next paragraph does not open one of its own without closing this.
    """
    opener = tokens[open_at].form.text
    if opener in _STRAIGHT:
        n = bisect_right(straight, line)
        i = straight[n] if n < len(straight) else line + _AHEAD
        return i < line + _AHEAD and _closes_word(tokens, i) and not _opens_word(tokens, i)
    closer = _PAIRS.get(opener)
    if closer is None or closers.get(closer, -1) < line:
        return False
    for token in tokens[line + 1 : line + _AHEAD]:
        if token.form.text == closer:
            return True
        if token.form.text == opener:
            return False
    return False


def _closes_word(tokens: Sequence[Token], i: int) -> bool:
    return i > 0 and tokens[i - 1].end == tokens[i].start and tokens[i - 1].form.text not in "(:،-"


def _follows_particle(tokens: Sequence[Token], i: int) -> bool:
    return tokens[i - 1].form.norm in _PARTICLES and tokens[i - 1].end == tokens[i].start


def _opens_word(tokens: Sequence[Token], i: int) -> bool:
    return i + 1 < len(tokens) and tokens[i + 1].start == tokens[i].end and tokens[i + 1].form.kind is not MARK
