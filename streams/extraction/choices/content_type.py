"""Whether a content is direct, indirect or mixed: quotation marks around a name only leave it indirect.

`rules/content.py` says one; what stands in quotation marks, and before them, decides with it, as learned from the
annotated articles (`streams.extraction.training.content_type`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

from schemas import StatementType
from streams.extraction.choices.linear import LinearModel
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.proposals import Proposal
from streams.extraction.text import stems
from streams.extraction.words.context import WordsInContext

TYPES: tuple[StatementType, ...] = get_args(StatementType)
_QUOTATIONS = 4  # of one content that are looked at


class ContentTypes:
    """The choice of types in one article."""

    def __init__(
        self, doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext, model: LinearModel
    ) -> None:
        """`model` weighs the features of the candidates."""
        self._doc, self._lexicon, self._phrases, self._words, self._model = doc, lexicon, phrases, words, model

    def typed(self, proposal: Proposal) -> Proposal:
        """The proposal with the likeliest type of its content."""
        evidence = list(self.features(proposal))
        best = max(TYPES, key=lambda t: self._model.score(f"{t},{f}" for f in evidence))
        if best == proposal.content.type:
            return proposal
        return replace(proposal, content=proposal.content._replace(type=best))

    def features(self, proposal: Proposal) -> Iterator[str]:
        """The evidence, as names to be led by each type."""
        doc, content = self._doc, proposal.content
        first, last = content.first, content.last
        yield "bias"
        yield f"rule={content.type}"
        yield f"rule={content.type},{proposal.opener}"
        yield f"spans={len(content.spans) > 1},{content.type}"
        outer = doc.quotation_of[first]
        if outer >= 0 and doc.quotations[outer].open < first:
            q = doc.quotations[outer]
            ends = "with" if last >= q.close - 1 and last <= q.close + 1 else "before" if last < q.close else "behind"
            cue_too = doc.quotation_of[proposal.cue.at] == outer
            yield f"outer={ends},{q.balanced},{cue_too}"
        yield f"first={self._doc.norm_at(first)}"
        yield f"firstm={self._words.categories[first]},{content.type}"
        j, seen = first, 0
        quoted = 0
        while j < last and seen < _QUOTATIONS:
            q_number = doc.quotation_of[j]
            if q_number >= 0 and doc.quotations[q_number].open == j:
                close = min(doc.quotations[q_number].close, last)
                yield from self._of_quotation(j, close)
                quoted += close - j - 1
                seen += 1
                j = close
            j += 1
        yield f"quotations={seen},{content.type}"
        yield f"share={8 * quoted // max(1, last - first)},{content.type}"
        yield f"ends={doc.quotation_of[last - 1] >= 0},{content.type}"

    def _of_quotation(self, open_: int, close: int) -> Iterator[str]:
        doc, words = self._doc, self._words
        length = min(close - open_ - 1, 7)
        before = self._doc.norm_at(open_ - 1)
        yield f"length={length}"
        yield f"before={before}"
        yield f"beforem={words.category_at(open_ - 1)},{min(length, 4)}"
        yield f"inm={words.categories[min(open_ + 1, len(doc.tokens) - 1)]},{min(length, 4)}"
        yield f"in={self._doc.norm_at(open_ + 1)}"
        heads = any(stem in self._lexicon.organizations for stem in stems(before))
        yield f"institution={heads},{min(length, 4)}"
        named = any(self._phrases.name_type(i) for i in range(open_, min(close + 1, open_ + 8)))
        yield f"name={named},{min(length, 4)}"
        cluster = words.clusters.get(before)
        if cluster is not None:
            yield f"beforek={cluster[1]},{min(length, 4)}"
            yield f"beforec={cluster[0]}"
