"""Which proposals are statements: a logistic regression over the evidence, learned from the annotated articles.

The rules propose with generous recall; `كشف`, `بين`, `يعتقد أن` report in one sentence and not in the next. What tells
them apart (the lemma, what opens the content, who stands beside it, the words around) is weighed here.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from streams.extraction.choices.network import FORM, OPENER, logs
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.proposals import WORDS, Proposal
from streams.extraction.text import looks_feminine
from streams.extraction.tokens import NUMBER
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import BEGINS, ENDS, SPEAKER
from streams.extraction.words.signs import CONTENT, CONTENT_BEGINS, CORE_CUE, EXTENDED_CUE

THRESHOLD = 0.5
_AROUND = np.array([-3, -2, -1, 0, 1, 2, 3, 4])  # tokens about a cue whose signs are weighed together
_AT_EDGES = np.array([-2, -1, 0, 1])  # about a content's edges
_NO_CUE = -4.0  # log-odds of a cue up to which a word is none
RIVALS_THRESHOLD = 0.3  # of several cues before one content, where each is held to be less likely for the others
TRAILING_THRESHOLD = 0.45  # of cues behind their content, which are likelier than they look


def possible(words: WordsInContext, cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues that the encoder does not rule out: of the half that are not read one in a hundred reports."""
    core, extended = words.log_odds(CORE_CUE), words.log_odds(EXTENDED_CUE)
    strongest = np.maximum(core, extended).tolist()
    return tuple(c for c in cues if max(strongest[c.first : c.at + 1]) > _NO_CUE)


def is_speech_act(words: WordsInContext, proposal: Proposal) -> bool:
    """Whether it rather is of the extended tier (`دعا إلى الحوار`) than a report of words (`قال إن`)."""
    if proposal.opener in WORDS:
        return False
    own = slice(proposal.cue.first, proposal.cue.at + 1)
    core, extended = (words.log_odds(sign)[own].max() for sign in (CORE_CUE, EXTENDED_CUE))
    return bool(extended > core)


def features(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    words: WordsInContext,
    proposal: Proposal,
) -> Iterator[str]:
    """The evidence for and against one proposal, as feature names."""
    i, mention = proposal.cue.at, proposal.mention
    where = "" if mention is None else "before" if mention[0] < i else "after"
    yield from _of_cue(doc, words, proposal)
    yield from _of_signs(words, proposal)
    yield from _of_speaker(doc, phrases, proposal, where)
    yield from proposal.evidence
    yield from _of_extent(doc, proposal)
    yield from _around(doc, lexicon, words, i)
    yield from _of_beginning(doc, words, proposal)
    yield from _of_particles(doc, phrases, proposal)
    if mention is not None:
        yield from _of_mention(doc, words, proposal, mention, where)
    if proposal.content.first > i:
        yield from _between(doc, words, proposal)
    if doc.kinds[proposal.content.first] is NUMBER:
        yield f"number,{proposal.opener}"


def _of_cue(doc: Document, words: WordsInContext, proposal: Proposal) -> Iterator[str]:
    """The cue's lemma and form, and with which opening they stand."""
    reading, i, opener = proposal.cue.reading, proposal.cue.at, proposal.opener
    entry = reading.entry
    yield f"lemma={entry.lemma}"
    yield f"form={reading.form}"
    yield f"lemma,form={entry.lemma},{reading.form}"
    yield f"lemma,opener={entry.lemma},{opener}"
    yield f"clause={entry.clause},{opener}"
    yield f"nominal={entry.nominal},{opener}"
    yield f"form,opener={reading.form},{opener}"
    yield f"prefix={reading.prefix},{reading.form}"
    yield f"word={doc.norms[i]}"
    yield f"category={words.categories[i]},{reading.form}"
    yield f"category,opener={words.categories[i]},{opener}"


def _of_signs(words: WordsInContext, proposal: Proposal) -> Iterator[str]:
    """What the encoder sees in the cue and about the content's first word, and how it links them."""
    i, first, opener, form = proposal.cue.at, proposal.content.first, proposal.opener, proposal.cue.reading.form
    core, extended = words.sign(i, CORE_CUE), words.sign(i, EXTENDED_CUE)
    begins = max(words.sign(first + k, CONTENT_BEGINS) for k in (-1, 0, 1))
    links = words.links
    opens = links.step(BEGINS, i, first)
    speaks = links.step(SPEAKER, i, i if proposal.mention is None else proposal.mention[0])
    yield f"link begins={opens},{opener}"
    yield f"link begins={opens},{max(core, extended)}"
    yield f"link begins={opens},{begins},{form}"
    yield f"link ends={links.step(ENDS, i, proposal.content.last - 1)},{opener}"
    yield f"link speaker={speaks},{proposal.mention is None},{form}"
    yield f"sign={max(core, extended)}"
    yield f"sign={max(core, extended)},{form}"
    yield f"core={core},{opener}"
    yield f"extended={extended},{opener}"
    yield f"begins={begins},{opener}"
    yield f"begins here={words.sign(first, CONTENT_BEGINS)},{opener}"
    yield f"inside={words.sign(i, CONTENT)},{opener}"
    yield f"content={words.sign(first, CONTENT)},{opener}"
    yield f"before={words.sign(first - 1, CONTENT)},{opener}"


def _of_speaker(doc: Document, phrases: Phrases, proposal: Proposal, where: str) -> Iterator[str]:
    """What kind of source speaks, and `where` its mention stands."""
    reading, i, opener, mention = proposal.cue.reading, proposal.cue.at, proposal.opener, proposal.mention
    who = "none" if mention is None else phrases.head_kind(mention[0]) or "other"
    yield f"who={who}"
    yield f"who,opener={who},{opener}"
    yield f"who,form={who},{reading.form},{reading.prefix != ''}"
    yield f"who,where={who},{where}"
    if reading.form == "present":
        yield f"present,who={reading.entry.lemma},{who}"
    yield f"quoted={doc.quotation_of[i] >= 0},{opener},{who}"
    yield f"initial={i == doc.sentences[doc.sentence_of[i]].first},{reading.form},{who}"


def _of_extent(doc: Document, proposal: Proposal) -> Iterator[str]:
    """How far from the cue the content begins, how long it is, how its sentence ends."""
    i, start, last, opener = proposal.cue.at, proposal.content.first, proposal.content.last, proposal.opener
    sentence = doc.sentences[doc.sentence_of[i]]
    yield f"gap={min(abs(start - i), 12)},{opener}"
    yield f"length={_bucket(last - start)},{opener}"
    yield f"tail={min(sentence.last - i, 4)}"
    yield f"question={doc.norms[sentence.last - 1] in '؟?'}"


def _around(doc: Document, lexicon: Lexicon, words: WordsInContext, i: int) -> Iterator[str]:
    """The two words on either side of the cue at token i, within its sentence."""
    sentence = doc.sentences[doc.sentence_of[i]]
    for offset in (-2, -1, 1, 2):
        j = i + offset
        if not sentence.first <= j < sentence.last:
            yield f"{offset}:edge"
            continue
        norm = doc.norms[j]
        yield f"{offset}:w={norm}"
        yield f"{offset}:m={words.categories[j]}"
        cluster = words.clusters.get(norm)
        if cluster is not None:
            yield f"{offset}:c={cluster[0]}"
            yield f"{offset}:k={cluster[1]}"
        for category in lexicon.function.get(norm, ()):
            yield f"{offset}:f={category}"
        if norm.startswith("ال"):
            yield f"{offset}:al"


def _of_beginning(doc: Document, words: WordsInContext, proposal: Proposal) -> Iterator[str]:
    """The content's first word."""
    start, opener = proposal.content.first, proposal.opener
    cluster = words.clusters.get(doc.norms[start])
    if cluster is not None:
        yield f"first:c={cluster[0]},{opener}"
        yield f"first:k={cluster[1]},{opener}"
    yield f"first:w={doc.norms[start]},{opener}"
    yield f"first:m={words.categories[start]},{opener}"


def _of_particles(doc: Document, phrases: Phrases, proposal: Proposal) -> Iterator[str]:
    """Prepositions attached to the word behind the cue and to the content."""
    reading, i = proposal.cue.reading, proposal.cue.at
    behind = phrases.attached(i + 1) if i + 1 < doc.sentences[doc.sentence_of[i]].last else ""
    yield f"attached behind={behind},{reading.entry.lemma},{reading.form}"
    if proposal.content.skip:
        yield f"attached={reading.entry.lemma}"


def _of_mention(
    doc: Document, words: WordsInContext, proposal: Proposal, mention: tuple[int, int], where: str
) -> Iterator[str]:
    """The mention's first word, its length, and whether a singular verb agrees with it."""
    reading, head = proposal.cue.reading, doc.norms[mention[0]]
    yield f"head={head}"
    yield f"mention={min(mention[1] - mention[0], 6)},{proposal.opener}"
    cluster = words.clusters.get(head)
    if cluster is not None:
        yield f"head:k={cluster[1]}"
    if reading.form in ("past", "present") and not reading.plural:
        yield f"agrees={looks_feminine(head) == reading.feminine},{where}"


def _between(doc: Document, words: WordsInContext, proposal: Proposal) -> Iterator[str]:
    """What stands between the speaker, or the cue, and a content behind it."""
    i, start, opener, mention = proposal.cue.at, proposal.content.first, proposal.opener, proposal.mention
    behind = mention[1] if mention is not None and i < mention[0] < start else i + 1
    slack = min(max(start - behind, 0), 8)
    yield f"slack={slack},{opener}"
    yield f"slack={slack},{proposal.cue.reading.entry.lemma},{opener}"
    yield f"slack={slack},{opener},{words.categories[behind]}"
    yield f"behind={doc.norms[behind]},{opener}"
    yield f"comma={any(n in '،,' for n in doc.norms[i:start])},{opener}"


def numbers(doc: Document, words: WordsInContext, proposals: Sequence[Proposal]) -> Any:
    """(n, d) of proposals: signs about cue, content's edges and mention's; lengths; links; opener and form."""
    ats = np.array([[p.cue.at, p.content.first, p.content.last, *(p.mention or (-1, -1))] for p in proposals])
    at, first, last = ats[:, :1], ats[:, 1:2], ats[:, 2:3]
    tokens = np.concatenate([at + _AROUND, first + _AT_EDGES, last + _AT_EDGES, ats[:, 3:4], ats[:, 4:] - 1], 1)
    named = ats[:, 3:4] >= 0
    own = [
        np.concatenate([last - first, first - at, np.where(named, ats[:, 3:4] - at, 0)], 1),
        np.array([[p.cue.reading.entry.clause, p.cue.reading.entry.nominal] for p in proposals]),
    ]
    kinds = [
        np.array([_links(words, p) for p in proposals], np.float32),
        OPENER([p.opener for p in proposals]),
        FORM([p.cue.reading.form for p in proposals]),
        np.array([[doc.quotation_of[p.cue.at] >= 0, p.mention is None] for p in proposals], np.float32),
    ]
    return np.concatenate([words.around(tokens), *map(logs, own), *kinds], 1).astype(np.float32)


def _links(words: WordsInContext, p: Proposal) -> list[float]:
    """How probable it is that the cue's content begins about and ends where proposed, that it has that speaker."""
    links, cue = words.links, p.cue.at
    none = links.log(SPEAKER, cue, cue)
    speaker = none if p.mention is None else links.log(SPEAKER, cue, p.mention[0])
    first = p.content.first
    begins = links.logs(BEGINS, cue, (first - 1, first, first + 1))
    return [*begins, links.log(ENDS, cue, p.content.last - 1), speaker, none]


def _bucket(n: int) -> int:
    return next((k for k, edge in enumerate((1, 2, 3, 5, 8, 13, 21, 34)) if n <= edge), 8)
