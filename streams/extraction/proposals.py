"""Proposals: each cue with a content and a mention, found by rules with generous recall."""

from collections.abc import Mapping
from dataclasses import dataclass

from streams.extraction.content import Content, find_content
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.nominal import find_nominals
from streams.extraction.opening import Opening, find_bare, find_openings
from streams.extraction.phrases import Phrases
from streams.extraction.preceding import find_attribution
from streams.extraction.source import find_source

_LOOK_BACK = 50  # proposals; more than any sentence of news holds


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement as the rules see it. `opener` says what opens its content, `via` is the relaying medium's mention."""

    cue: Cue
    content: Content
    mention: tuple[int, int] | None
    opener: str
    via: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Relay:
    """A trailing attribution that names the medium of an earlier statement (`قال X إن …، بحسب رويترز`)."""

    cue: Cue
    earlier: Proposal
    mention: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Proposals:
    """All proposals of a document in the order of their cues, and the relays among them."""

    statements: tuple[Proposal, ...]
    relays: tuple[Relay, ...]


def propose(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    cues: tuple[Cue, ...],
    chosen: Mapping[int, int] | None = None,
    ends: frozenset[int] | None = None,
) -> Proposals:
    """Proposals for every cue that has a content; several where it can be read in several ways.

    Once it is known which cues report and what, `chosen` maps their tokens to the first tokens of their contents: then
    there is one proposal a cue, and none for cues between a cue and its content, which are part of the same report
    (`وتابع قائلا: …`). `ends` are the tokens of the cues before which contents end, those of all `cues` if not given.
    """
    indices = frozenset(c.at for c in cues) if ends is None else ends
    found: list[Proposal] = []
    relays: list[Relay] = []
    reported_until = -1
    for cue in cues:
        if chosen is not None and cue.at < reported_until:
            continue
        if cue.construction in ("preposition", "as_said"):
            sentence = doc.sentences[doc.sentence_of[cue.at]]
            here = [p for p in found[-_LOOK_BACK:] if sentence.first <= p.content.first < sentence.last]
            # which of the ways to read the cues before are right is known only the second time
            taken = [(p.content.first, p.content.last) for p in here] if chosen is not None else []
            attribution = find_attribution(doc, lexicon, phrases, cue, taken, indices)
            if attribution is None:
                continue
            if attribution.content is not None:
                found.append(Proposal(cue, attribution.content, attribution.mention, "preceding"))
            elif here:
                relays.append(Relay(cue, here[-1], attribution.mention))
            continue
        ways = _ways(doc, lexicon, phrases, cue, cues, indices)
        if chosen is not None:
            ways = [p for p in ways if p.content.first == chosen.get(cue.at)][:1]
            reported_until = max([reported_until, *(p.content.first for p in ways)])
        found += ways
    return Proposals(tuple(found), tuple(relays))


def _ways(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    cue: Cue,
    cues: tuple[Cue, ...],
    indices: frozenset[int],
) -> list[Proposal]:
    """All ways to read a verb, participle or noun with what follows it."""
    openings = list(find_openings(doc, lexicon, phrases, cue))
    if any(_reports_by_noun(cue, opening, cues) for opening in openings):
        return []
    bare = find_bare(doc, lexicon, phrases, cue) if not openings else None
    if bare is not None:
        openings.append(bare)
    clauses = (_clause(doc, lexicon, phrases, cue, opening, indices) for opening in openings)
    found = {p.content.first: p for p in clauses if p is not None}
    for content, mention in find_nominals(doc, lexicon, phrases, cue, indices):
        found.setdefault(content.first, Proposal(cue, content, mention, "nominal"))
    return list(found.values())


def _reports_by_noun(cue: Cue, opening: Opening, cues: tuple[Cue, ...]) -> bool:
    """`نقلت رويترز عن مصدر قوله إن`: the cue is قوله, what stands before it only tells who relayed it."""
    return cue.reading.entry.lemma == "نقل" and any(
        cue.at < other.at < opening.zone_end and other.construction == "noun" and other.reading.possessive
        for other in cues
    )


def _clause(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, opening: Opening, indices: frozenset[int]
) -> Proposal | None:
    if cue.reading.entry.clause == 0:
        return None
    if cue.construction == "noun" and opening.zone_end - cue.at > 8:
        return None
    content = find_content(doc, lexicon, cue, opening, indices)
    if content is None:
        return None
    source = find_source(doc, lexicon, phrases, cue, opening)
    return Proposal(cue, content, source.mention, opening.kind, source.via)
