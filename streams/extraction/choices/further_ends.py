"""Where a content may end behind the sentence that it begins in."""

from collections.abc import Collection, Iterator

from streams.extraction.document import Document
from streams.extraction.proposals import Proposal

_SENTENCES = 6  # that a content may take up behind that in which it begins
_HEAD = 3  # tokens of a sentence among which a cue tells of something else


def sentences_behind(doc: Document, proposal: Proposal, cues: Collection[int]) -> Iterator[int]:
    """Ends of the sentences over which a content without quotation marks may go on behind a colon.

    `وقال كيميتش: الثناء جيد. لكنه تحفيز أيضا. وقال كيميتش إنه …`: in its paragraph, up to the next cue's sentence.
    """
    first = proposal.content.first
    if proposal.opener != "colon" or doc.quotation_of[first] >= 0:
        return
    n = doc.sentence_of[first]
    for sentence in doc.sentences[n + 1 : n + 1 + _SENTENCES]:
        head = range(sentence.first, min(sentence.first + _HEAD, sentence.last))
        if sentence.paragraph != doc.sentences[n].paragraph or any(j in cues for j in head):
            return
        yield sentence.last
