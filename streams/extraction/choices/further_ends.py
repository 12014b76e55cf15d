"""Where a content may end behind the sentence that it begins in: several sentences, or several quoted paragraphs."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from streams.extraction.document import Document
from streams.extraction.proposals import Proposal
from streams.extraction.tokens import LINE, MARK, NUMBER, WORD

_SENTENCES = 6  # that a content may take up behind that in which it begins, or quotations
_HEAD = 3  # tokens of a sentence among which a cue tells of something else


def further_ends(doc: Document, proposal: Proposal, cues: Collection[int]) -> Iterator[int]:
    """Tokens before which a content may end behind the sentence that it begins in; `cues` are those that report."""
    first = proposal.content.first
    if proposal.opener == "quotation":
        yield from _paragraphs_behind(doc, first)
    elif proposal.opener == "colon" and doc.quotation_of[first] < 0:
        yield from _sentences_behind(doc, first, cues)


def _sentences_behind(doc: Document, first: int, cues: Collection[int]) -> Iterator[int]:
    """Ends of the sentences over which a content without quotation marks may go on behind a colon.

    `وقال كيميتش: الثناء جيد. لكنه تحفيز أيضا. وقال كيميتش إنه …`: in its paragraph, up to the next cue's sentence.
    """
    n = doc.sentence_of[first]
    for sentence in doc.sentences[n + 1 : n + 1 + _SENTENCES]:
        head = range(sentence.first, min(sentence.first + _HEAD, sentence.last))
        if sentence.paragraph != doc.sentences[n].paragraph or any(j in cues for j in head):
            return
        yield sentence.last


def _paragraphs_behind(doc: Document, first: int) -> Iterator[int]:
    """Ends of the quotations that are paragraphs of their own behind the paragraph that ends with the one at `first`.

    `وقالت: "مطبخنا مكان للجميع".` and in the next line `"نطهو الأطعمة التي تربينا عليها".`
    """
    n = doc.quotation_of[first] if doc.quotation_of[first] >= 0 else doc.quotation_of[first - 1]
    for here, behind in pairwise(doc.quotations[n : n + _SENTENCES] if n >= 0 else ()):
        between = doc.kinds[here.close : behind.open]
        ended = here.balanced and behind.balanced and LINE in between and WORD not in between and NUMBER not in between
        after = behind.close
        while after < len(doc.tokens) and doc.kinds[after] is MARK:
            after += 1
        if not ended or (after < len(doc.tokens) and doc.kinds[after] is not LINE):
            return
        yield behind.close
