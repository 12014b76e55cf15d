"""Proposals: each cue with a content and a mention, found by rules with generous recall."""

from dataclasses import dataclass

from streams.extraction.content import Content, Opening, find_content, find_opening
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.nominal import find_nominal
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
    doc: Document, lexicon: Lexicon, phrases: Phrases, cues: tuple[Cue, ...], *, every: bool = False
) -> Proposals:
    """A proposal for every cue that has a content.

    Cues between a cue and its content are part of the same report (`وتابع قائلا: …`) and propose nothing, unless
    `every` is asked for: while it is not known that the first of them reports (`في خطاب نشر أمس، قال لالونغ إنه يأسف`).
    """
    indices = frozenset(c.at for c in cues)
    found: list[Proposal] = []
    relays: list[Relay] = []
    reported_until = -1
    for cue in cues:
        if cue.at < reported_until and not every:
            continue
        if cue.construction in ("preposition", "as_said"):
            sentence = doc.sentences[doc.sentence_of[cue.at]]
            here = [p for p in found[-_LOOK_BACK:] if sentence.first <= p.content.first < sentence.last]
            taken = [(p.content.first, p.content.last) for p in here]
            attribution = find_attribution(doc, lexicon, phrases, cue, taken, indices)
            if attribution is None:
                continue
            if attribution.content is not None:
                found.append(Proposal(cue, attribution.content, attribution.mention, "preceding"))
            elif here:
                relays.append(Relay(cue, here[-1], attribution.mention))
            continue
        opening = find_opening(doc, lexicon, phrases, cue)
        if opening is not None and _reports_by_noun(cue, opening, cues):
            continue
        proposal = _clause(doc, lexicon, phrases, cue, opening, indices)
        if proposal is None:
            nominal = find_nominal(doc, lexicon, phrases, cue, indices)
            proposal = Proposal(cue, nominal[0], nominal[1], "nominal") if nominal else None
        if proposal is not None:
            found.append(proposal)
            reported_until = proposal.content.first
    return Proposals(tuple(found), tuple(relays))


def _reports_by_noun(cue: Cue, opening: Opening, cues: tuple[Cue, ...]) -> bool:
    """`نقلت رويترز عن مصدر قوله إن`: the cue is قوله, what stands before it only tells who relayed it."""
    return cue.reading.entry.lemma == "نقل" and any(
        cue.at < other.at < opening.zone_end and other.construction == "noun" and other.reading.possessive
        for other in cues
    )


def _clause(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, opening: Opening | None, indices: frozenset[int]
) -> Proposal | None:
    entry = cue.reading.entry
    if opening is None or entry.clause == 0:
        return None
    if cue.construction == "noun" and opening.zone_end - cue.at > 8:
        return None
    content = find_content(doc, lexicon, cue, opening, indices)
    if content is None:
        return None
    source = find_source(doc, lexicon, phrases, cue, opening)
    return Proposal(cue, content, source.mention, opening.kind, source.via)
