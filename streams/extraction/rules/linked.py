"""What the encoder sees and no rule proposes: cues that the lexicon lacks, contents that nothing opens.

`كما أوضخ الخبير أن` is a slip for أوضح, in `لافروف: سوريا تخلصت من ترسانتها` a colon is the cue, in
`ونقل رسالة عن الملك مفادها أن` the content stands too far for the rules. Both are proposed where the encoder is rather
sure, and judged as all proposals are.
"""

from typing import NamedTuple

from streams.extraction.document import Document
from streams.extraction.lexicon import CueEntry, CueReading, Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.content import Content, make_content
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.opening import governed
from streams.extraction.text import without_conjunction
from streams.extraction.tokens import WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import BEGINS, ENDS, SPEAKER
from streams.extraction.words.signs import CORE_CUE, EXTENDED_CUE, SPEAKER_GOES_ON

_SURE_CUE = 6  # step of a sign (log-odds of 0) from which on a word is a cue that the rules have not
_LIKELY_CUE = -0.5  # log-odds from which on a cue's content is proposed
_SURE_LINK = -1.0  # log of the probability of a content's beginning from which on it is proposed
_GOES_ON = 5  # step of a sign from which on a word goes on with a mention
_FORMS = {"verb": "past", "adj": "participle"}  # of a cue that the lexicon lacks, by its category; others are nouns
_PRESENT = ("ي", "ت", "ن")
_UNKNOWN = CueEntry("", "neutral", 3, 1, frozenset(["anna", "quote", "np"]))


def seen_cues(doc: Document, lexicon: Lexicon, words: WordsInContext, known: tuple[Cue, ...]) -> tuple[Cue, ...]:
    """The `known` cues and those that the encoder sees beside them, in order.

    What the lexicon has and its construction rules out is none (`لم يعلن أن`).
    """
    taken = {i for c in known for i in range(c.first, c.at + 1)}
    seen = (words.where(CORE_CUE, _SURE_CUE) | words.where(EXTENDED_CUE, _SURE_CUE)) - taken
    more = [
        _cue(doc, words, i)
        for i in seen
        if (doc.kinds[i] is WORD or doc.norms[i] == ":") and not lexicon.cue_readings(doc.norms[i])
    ]
    return tuple(sorted([*known, *more], key=lambda c: c.at)) if more else known


def _cue(doc: Document, words: WordsInContext, i: int) -> Cue:
    norm = doc.norms[i]
    bare = without_conjunction(norm)
    form = _FORMS.get(words.categories[i], "noun")
    present = form == "past" and bare.startswith(_PRESENT)
    feminine = bare.startswith("ت") if present else bare.endswith(("ت", "ه"))
    reading = CueReading(
        _UNKNOWN._replace(lemma=bare),
        "present" if present else "past" if form == "past" else "participle" if form == "participle" else "noun",
        norm[: len(norm) - len(bare)],
        feminine=feminine,
        plural=False,
        possessive=False,
    )
    return Cue(i, reading, "verb" if reading.form == "past" or reading.form == "present" else reading.form)


class Linked(NamedTuple):
    """A content that a cue links to, and the mention of its speaker, None for none."""

    content: Content
    mention: tuple[int, int] | None


def linked_content(doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext, cue: Cue) -> Linked | None:
    """The likeliest content of a cue as the encoder sees it, None where it is not sure."""
    first, log = words.links.best(BEGINS, cue.at)
    is_cue = max(words.log_odds(CORE_CUE)[cue.at], words.log_odds(EXTENDED_CUE)[cue.at]) > _LIKELY_CUE
    if not is_cue or log < _SURE_LINK or first == cue.at:
        return None
    last, _ = words.links.best(ENDS, cue.at)
    behind = first > cue.at
    sentence = doc.sentences[doc.sentence_of[first]]
    if last < first or (not behind and last >= cue.first):
        last = (sentence.last if behind else cue.first) - 1
    content = make_content(doc, first, last + 1, governed(doc, lexicon, phrases, cue, first) if behind else 0)
    if content is None or content.first != first:
        return None
    return Linked(content, linked_speaker(doc, phrases, words, cue, first))


def linked_speaker(
    doc: Document, phrases: Phrases, words: WordsInContext, cue: Cue, content: int
) -> tuple[int, int] | None:
    """The mention in its sentence that a cue links to as its speaker, None where there is none.

    `content` is the first token of the cue's content, before which the mention ends.
    """
    first, _ = words.links.best(SPEAKER, cue.at)
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    limit = min([sentence.last, *(edge for edge in (cue.first, content) if edge > first)])
    if first in range(cue.first, cue.at + 1) or not sentence.first <= first < limit:
        return None
    end = max(phrases.end(first, limit), seen_end(words, first, limit))
    return first, end


def seen_end(words: WordsInContext, first: int, limit: int) -> int:
    """Token behind the mention that the encoder sees begin at token `first`."""
    last = first + 1
    while last < limit and words.sign(last, SPEAKER_GOES_ON) >= _GOES_ON:
        last += 1
    return last
