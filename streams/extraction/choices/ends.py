"""Where a content may end: pauses, closing marks and cues behind its beginning, and where the encoder sees an end."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.content import says_whose_words
from streams.extraction.rules.proposals import Proposal
from streams.extraction.tokens import MARK, NUMBER, WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import ENDS
from streams.extraction.words.signs import CONTENT_ENDS

_PAUSES = frozenset("،,؛;:-–—.…()!؟?")
_MOST = 24  # candidates
_SEEN = -3.0  # log-odds of an end from which on a word without a pause behind it may be one
_SURE_LINK = -1.2  # log of the probability of an end from which on it is a candidate
_SENTENCES = 6  # that a content may take up behind that in which it begins
_HEAD = 3  # tokens of a sentence among which a cue tells of something else
_OWN_WORDS = 8  # tokens from `على حد قوله` on up to which nothing of the content follows


class End(NamedTuple):
    """A content may end before token `last`.

    `why`: pause, close (of quotation marks), cue, sentence, rule, seen (as some content's end), linked (as this one's).
    """

    last: int
    why: str


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


def linked_end(words: WordsInContext, proposal: Proposal) -> int:
    """The token behind the end that the encoder links to a proposal's cue, be it in another sentence; 0 for none."""
    last, log = words.links.best(ENDS, proposal.cue.at)
    return last + 1 if log >= _SURE_LINK else 0


def candidates(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    words: WordsInContext,
    cues: Collection[int],
    proposal: Proposal,
) -> list[End]:
    """All ends to the end of the content's sentence, or further behind a colon, the rule's among them."""
    first, rule = proposal.content.first, proposal.content.last
    sentence = doc.sentences[doc.sentence_of[first]]
    limit = max(sentence.last, rule)
    found: dict[int, End] = {}

    def add(last: int, why: str) -> None:
        while last > first and doc.kinds[last - 1] not in (WORD, NUMBER):
            last -= 1
        if last > first:
            found.setdefault(last, End(last, why))

    add(rule, "rule")
    seen = words.log_odds(CONTENT_ENDS)[first : limit - 1] >= _SEEN
    for j in range(first + 1, limit):
        if len(found) >= _MOST:
            break
        own_words = says_whose_words(doc, lexicon, j)
        if own_words and limit - j <= _OWN_WORDS:
            limit = j
            break
        q = doc.quotation_of[j]
        if doc.kinds[j] is MARK:
            closes = q >= 0 and doc.quotations[q].close == j
            if closes or doc.norms[j] in _PAUSES:
                add(j, "close" if closes else "pause")
        elif own_words or j in cues:
            add(j, "cue")
        elif seen[j - 1 - first] and not phrases.is_within_name(j):
            add(j, "seen")
    add(limit, "sentence")
    for last in sentences_behind(doc, proposal, cues) if limit == sentence.last else ():
        add(last, "sentence")
    linked = linked_end(words, proposal)
    if linked > first:
        add(linked, "linked")
    return sorted(found.values())
