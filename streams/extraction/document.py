"""One article as every stage sees it: tokens, sentences, paragraphs and quotations, computed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from streams.extraction.quotations import Quotation, find_quotations
from streams.extraction.tokens import Kind, Token, tokenize

_ENDS = frozenset(".!?؟…۔")
# A full stop after these is part of an abbreviation (د. محمد، م. أحمد، أ.ف.ب).
_ABBREVIATED = frozenset(["د", "م", "ا", "ف", "ب", "ق", "ص", "ه", "هـ", "رويترز", "dr", "mr"])


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

    def text(self, first: int, last: int) -> str:
        """The original text of tokens [first, last)."""
        return self.body[self.tokens[first].start : self.tokens[last - 1].end]

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
    quotations = find_quotations(tokens)
    quotation_of = [-1] * len(tokens)
    for n, q in enumerate(quotations):
        last = min(q.close + q.balanced, len(tokens))
        quotation_of[q.open : last] = [n] * (last - q.open)
    sentences = _split(tokens, quotation_of, quotations)
    sentence_of = [0] * len(tokens)
    for n, s in enumerate(sentences):
        sentence_of[s.first : s.last] = [n] * (s.last - s.first)
        if s.last < len(tokens) and (n + 1 == len(sentences) or sentences[n + 1].first > s.last):
            sentence_of[s.last] = n  # a line break belongs to the sentence before it
    return Document(
        body=body,
        tokens=tokens,
        norms=tuple(t.form.norm for t in tokens),
        kinds=tuple(t.form.kind for t in tokens),
        quotations=quotations,
        quotation_of=tuple(quotation_of),
        sentences=sentences,
        sentence_of=tuple(sentence_of),
    )


def _split(
    tokens: Sequence[Token], quotation_of: Sequence[int], quotations: Sequence[Quotation]
) -> tuple[Sentence, ...]:
    """Sentences end at a line break, or at a full stop, question or exclamation mark outside quotation marks."""
    sentences: list[Sentence] = []
    first = paragraph = 0
    n = len(tokens)
    i = 0
    while i < n:
        kind, text = tokens[i].form.kind, tokens[i].form.text
        if kind is Kind.LINE:
            if i > first:
                sentences.append(Sentence(first, i, paragraph))
            first = i + 1
            paragraph += 1
        elif kind is Kind.MARK and text in _ENDS and i + 1 < n and tokens[i + 1].form.kind is not Kind.LINE:
            q = quotation_of[i]
            inside = q >= 0 and quotations[q].balanced and i < quotations[q].close
            abbreviated = (
                text == "." and i > 0 and tokens[i - 1].end == tokens[i].start and tokens[i - 1].form.norm in _ABBREVIATED
            )
            # «…» or more stops (...) belong to the sentence that they close.
            follows = tokens[i + 1].form.text in _ENDS
            glued = tokens[i + 1].start == tokens[i].end and tokens[i + 1].form.kind is Kind.WORD and text != "."
            if not (inside or abbreviated or follows or glued):
                sentences.append(Sentence(first, i + 1, paragraph))
                first = i + 1
        elif kind is Kind.MARK and quotation_of[i] >= 0 and i > first:
            q = quotations[quotation_of[i]]
            # A stop just inside the closing mark ends the sentence if what follows begins a new one with و or a verb.
            if i == q.close and tokens[i - 1].form.text in _ENDS and i + 1 < n:
                after = tokens[i + 1].form
                if after.kind is Kind.WORD and after.norm.startswith("و"):
                    sentences.append(Sentence(first, i + 1, paragraph))
                    first = i + 1
        i += 1
    if first < n:
        sentences.append(Sentence(first, n, paragraph))
    return tuple(sentences)
