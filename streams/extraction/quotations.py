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


def find_quotations(tokens: Sequence[Token]) -> tuple[Quotation, ...]:
    """Outermost quotations, in order; nested ones belong to their outer one.

    A quotation may be closed in a later paragraph. Of straight marks, which look the same on both sides, the side that
    touches a word tells opening from closing; where both do, a mark opens if none is open, or behind a particle.
    Parentheses quote behind words of praise only (`قال تعالى (…)`).

    >>> from streams.extraction.tokens import tokenize
    >>> find_quotations(tokenize('قال "نعم" ثم «قال “لا” مرة»'))
    (Quotation(open=1, close=3, balanced=True), Quotation(open=5, close=11, balanced=True))
    >>> find_quotations(tokenize('قال "نعم ولا\\nثم مضى'))
    (Quotation(open=1, close=4, balanced=False),)
    >>> find_quotations(tokenize('قال "نعم ولا\\nثم مضى"'))
    (Quotation(open=1, close=7, balanced=True),)
    >>> find_quotations(tokenize('وفقا لـ"رويترز" و"الحياة"'))
    (Quotation(open=2, close=4, balanced=True), Quotation(open=6, close=8, balanced=True))
    """
    found: list[Quotation] = []
    open_at = -1
    depth = 0
    stops = [i for i, (form, _, _) in enumerate(tokens) if form.kind >= MARK]
    straight = [i for i in stops if tokens[i].form.text in _STRAIGHT]
    # the last of each closing mark tells in constant time that an opening one is never closed
    closers = {tokens[i].form.text: i for i in stops if tokens[i].form.text in _CLOSERS}
    for i in stops:
        token = tokens[i]
        if token.form.kind is LINE:
            if open_at >= 0 and not _closes_later(tokens, straight, closers, open_at, i):
                found.append(Quotation(open_at, i, balanced=False))
                open_at = -1
            continue
        mark = token.form.text
        if mark not in _MARKS or (mark == "(" and open_at < 0 and not _follows_praise(tokens, i)):
            continue
        if open_at < 0:
            if mark in _PAIRS or (mark in _STRAIGHT and (_opens_word(tokens, i) or not _closes_word(tokens, i))):
                open_at, depth = i, 1
            continue
        opener = tokens[open_at].form.text
        if opener in _STRAIGHT:
            if mark in _STRAIGHT:
                if _opens_word(tokens, i) and (_follows_particle(tokens, i) or _nests(tokens, i, depth)):
                    depth += 1  # `"… لـ"رويترز" …"`, `"… برنامج "ناسا" …"`
                elif _opens_word(tokens, i) and not _closes_word(tokens, i):
                    # Two openings in a row: the first was never closed, it ends where the second begins.
                    found.append(Quotation(open_at, i, balanced=False))
                    open_at, depth = i, 1
                else:
                    depth -= 1
                    if depth == 0:
                        found.append(Quotation(open_at, i, balanced=True))
                        open_at = -1
        elif mark == _PAIRS[opener] or (mark in _STRAIGHT and _closes_word(tokens, i) and depth == 1):
            depth -= 1
            if depth == 0:
                found.append(Quotation(open_at, i, balanced=True))
                open_at = -1
        elif mark == opener:
            depth += 1
    if open_at >= 0:
        found.append(Quotation(open_at, len(tokens), balanced=False))
    return tuple(found)


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
