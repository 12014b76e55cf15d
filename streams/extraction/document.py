"""One article as every stage sees it: tokens, sentences, paragraphs and quotations, computed once."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from streams.extraction.abbreviations import shortened, spelt
from streams.extraction.quotations import Quotation, find_quotations
from streams.extraction.tokens import BREAK, LINE, WORD, Kind, Token, stops, tokenize

_ENDS = frozenset(".!?؟…۔")
_SHORT = 2
_BEFORE = ("", "ال", "وال", "ل", "ب")
INITIAL = 3  # letters, as an initial is spelt: `جي`, `كيه`
# No sentence of news is longer; text without any full stop would make every look from a cue to its end take the whole.
_LONGEST = 600


class Sentence(NamedTuple):
    """Tokens [first, last) of one sentence; `paragraph` counts from 0."""

    first: int
    last: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Document:
    """The body with its tokens; all indices below are token indices.

    `norms[i]` is the normalized text of token i. `quotation_of[i]` is the index into `quotations` that token i lies
    in (marks included) or -1. `sentence_of[i]` is the index into `sentences`.
    """

    body: str
    tokens: tuple[Token, ...]
    norms: tuple[str, ...]
    kinds: tuple[Kind, ...]
    quotations: tuple[Quotation, ...]
    quotation_of: tuple[int, ...]
    sentences: tuple[Sentence, ...]
    sentence_of: tuple[int, ...]
    _places: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list), repr=False, compare=False)

    def places(self, norm: str) -> Sequence[int]:
        """The tokens whose normalized text is `norm`, in order; all are found when first asked for."""
        if not self._places:
            for i, word in enumerate(self.norms):
                self._places[word].append(i)
        return self._places.get(norm, ())

    def places_before(self, word: str, before: int, most: int) -> list[int]:
        """The last places of a word before a token, the nearest first, with or without its article and a particle.

        `وفقا لبيان` is a place of بيان. Of each spelling `most` are looked at, however often the article has it.
        """
        found: list[int] = []
        for particle in _BEFORE:
            places = self.places(particle + word)
            n = bisect_left(places, before)
            found += places[max(0, n - most) : n]
        return sorted(found, reverse=True)[:most]

    def text(self, first: int, last: int) -> str:
        """The original text of tokens [first, last)."""
        return self.body[self.tokens[first].start : self.tokens[last - 1].end]

    def name(self, first: int, last: int) -> str:
        """Tokens [first, last) as a name: the words of a hashtag are parted, its sign left out (`سامي #الحداد`)."""
        return self.text(first, last).replace("_", " ").replace("#", "")

    def norm_at(self, i: int) -> str:
        """The normalized text of token i, `BREAK` for a line break and outside of the document."""
        return self.norms[i] if 0 <= i < len(self.tokens) and self.kinds[i] is not LINE else BREAK

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Code-point offsets of tokens [first, last)."""
        return self.tokens[first].start, self.tokens[last - 1].end


def read(body: str) -> Document:
    """The document of a body.

    >>> doc = read("قال الوزير: «نعم. سنبدأ غدا». وأضاف أن العمل بدأ.\\nوانتهى الأمر")
    >>> [doc.text(s.first, s.last) for s in doc.sentences]
    ['قال الوزير: «نعم. سنبدأ غدا».', 'وأضاف أن العمل بدأ.', 'وانتهى الأمر']
    """
    tokens = tokenize(body)
    forms = [form for form, _, _ in tokens]
    kinds = tuple([form.kind for form in forms])
    marks = stops(kinds)
    quotations = find_quotations(tokens, marks)
    quotation_of = [-1] * len(tokens)
    for n, q in enumerate(quotations):
        last = min(q.close + q.balanced, len(tokens))
        quotation_of[q.open : last] = [n] * (last - q.open)
    sentences = _split(tokens, marks, quotation_of, quotations)
    sentence_of = [0] * len(tokens)
    for n, s in enumerate(sentences):
        sentence_of[s.first : s.last] = [n] * (s.last - s.first)
        if s.last < len(tokens) and (n + 1 == len(sentences) or sentences[n + 1].first > s.last):
            sentence_of[s.last] = n  # a line break belongs to the sentence before it
    return Document(
        body=body,
        tokens=tokens,
        norms=spelt([form.norm for form in forms]),
        kinds=kinds,
        quotations=quotations,
        quotation_of=tuple(quotation_of),
        sentences=sentences,
        sentence_of=tuple(sentence_of),
    )


def _split(
    tokens: Sequence[Token], marks: Sequence[int], quotation_of: Sequence[int], quotations: Sequence[Quotation]
) -> tuple[Sentence, ...]:
    """Sentences end at a line break, or at a full stop, question or exclamation mark outside quotation marks.

    `marks` are the text's `stops`.
    """
    sentences: list[Sentence] = []
    first = paragraph = 0

    def cut(last: int) -> None:
        """The sentence from `first` to `last`, in pieces of `_LONGEST`."""
        nonlocal first
        while first < last:
            end = min(last, first + _LONGEST)
            sentences.append(Sentence(first, end, paragraph))
            first = end

    for i in marks:
        if tokens[i].form.kind is LINE:
            cut(i)
            first = i + 1
            paragraph += 1
        elif i > first and _ends_sentence(tokens, i, quotation_of[i], quotations):
            cut(i + 1)
    cut(len(tokens))
    return tuple(sentences)


def _is_initial(tokens: Sequence[Token], i: int) -> bool:
    """Whether the word at i is the second of a name's initials or a later one: `جي.آي. باراتا`."""
    if i < 2 or len(tokens[i].form.norm) > INITIAL or tokens[i].form.kind is not WORD:
        return False
    stop, first = tokens[i - 1], tokens[i - 2]
    return stop.form.text == "." and stop.end == tokens[i].start and len(first.form.norm) <= INITIAL


def _ends_sentence(tokens: Sequence[Token], i: int, quotation: int, quotations: Sequence[Quotation]) -> bool:
    """Whether a sentence ends with the mark at i; `quotation` is the index of the one that it stands in, or -1."""
    text = tokens[i].form.text
    if i + 1 == len(tokens) or tokens[i + 1].form.kind is LINE:
        return False  # the line break ends it
    before, after = tokens[i - 1], tokens[i + 1]
    if text in _ENDS:
        if quotation >= 0 and quotations[quotation].balanced and i < quotations[quotation].close:
            return False
        if text == "." and before.end == tokens[i].start:
            # إم.آي6, العربية.نت, F.B.I, www.example.com: a stop between short or Latin pieces is part of a name
            short = min(len(before.form.norm), len(after.form.norm)) <= _SHORT
            within = after.start == tokens[i].end and (short or (before.form.text + after.form.text).isascii())
            if before.form.norm in shortened() or within or _is_initial(tokens, i - 1):
                return False
        # ... and ?! end once, with the last of them; نعم!لا is a slip of the keyboard, ي.ب.ا is not
        glued = after.start == tokens[i].end and after.form.kind is WORD and text != "."
        return after.form.text not in _ENDS and not glued
    # A stop just inside the closing mark ends the sentence where the next word begins a new one: «… نعم.» وأضاف
    return (
        quotation >= 0
        and i == quotations[quotation].close
        and before.form.text in _ENDS
        and after.form.kind is WORD
        and after.form.norm.startswith("و")
    )
