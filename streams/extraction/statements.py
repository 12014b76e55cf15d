"""From proposals to statements: which are kept, which are nested in which, and who the actor of each is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streams.extraction.acceptance import THRESHOLD, Acceptance, features
from streams.extraction.actors import ActorRegistry
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.drafts import ActorDraft
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.proposals import Proposal, Proposals, propose
from streams.extraction.words.encoder import WordsInContext


@dataclass(slots=True)
class StatementDraft:
    """A statement while its article is being read; `nested_in` is the draft that its cue stands inside."""

    proposal: Proposal
    probability: float
    actor: ActorDraft | None = None
    via: str | None = None
    nested_in: "StatementDraft | None" = None


def find_statements(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    words: WordsInContext,
    acceptance: Acceptance,
    cues: tuple[Cue, ...],
) -> list[StatementDraft]:
    """The accepted statements of a document, in the order of their cues; actors are not resolved yet.

    Contents end before the next statement, so they are found twice: among all candidates, then among the accepted.
    """
    judged: dict[Proposal, float] = {}

    def accepted(proposals: Proposals) -> Iterator[tuple[Proposal, float]]:
        for proposal in proposals.statements:
            if proposal not in judged:  # most are the same the second time
                judged[proposal] = acceptance.probability(features(doc, lexicon, phrases, words, proposal))
            if judged[proposal] >= THRESHOLD:
                yield proposal, judged[proposal]

    first = propose(doc, lexicon, phrases, cues, every=True)
    kept = {p.cue.at for p in _one_a_content(accepted(first))}
    kept |= {r.cue.at for r in first.relays}
    second = propose(doc, lexicon, phrases, tuple(c for c in cues if c.at in kept))
    drafts = [StatementDraft(p, x) for p, x in accepted(second)]
    _nest(drafts)
    by_cue = {d.proposal.cue.at: d for d in drafts}
    for draft in drafts:
        if draft.proposal.via:
            draft.via = doc.text(*draft.proposal.via)
    for relay in second.relays:
        earlier = by_cue.get(relay.earlier.cue.at)
        if (
            earlier is not None
            and earlier.via is None
            and phrases.head_kind(relay.mention[0]) in ("organization", None)
        ):
            earlier.via = doc.text(*relay.mention)
    return drafts


def _one_a_content(accepted: Iterable[tuple[Proposal, float]]) -> Iterator[Proposal]:
    """Of several cues before one content the likeliest (`عبر عن المخاطر وقال إن`), or the verb (`وتابع قائلا`)."""
    rivals: dict[int, list[tuple[bool, float, Proposal]]] = {}
    for proposal, probability in accepted:
        is_verb = proposal.cue.construction == "verb"
        rivals.setdefault(proposal.content.first, []).append((is_verb, probability, proposal))
    for group in rivals.values():
        yield max(group, key=lambda rival: rival[:2])[2]


def _nest(drafts: list[StatementDraft]) -> None:
    """A statement whose cue stands inside another's content is nested in the innermost such."""
    open_: list[StatementDraft] = []
    for draft in drafts:
        at = draft.proposal.cue.at
        open_ = [d for d in open_ if d.proposal.content.last > at]
        outer = [d for d in open_ if d.proposal.content.first <= at]
        if outer:
            draft.nested_in = min(outer, key=lambda d: d.proposal.content.last - d.proposal.content.first)
        open_.append(draft)


def resolve_actors(doc: Document, phrases: Phrases, registry: ActorRegistry, drafts: list[StatementDraft]) -> None:
    """Give every statement its actor, in the order of the text."""
    spoken: list[StatementDraft] = []
    for draft in drafts:
        mention = draft.proposal.mention
        previous = spoken[-1].actor if spoken else None
        if mention is not None:
            reading = draft.proposal.cue.reading
            told = reading.form in ("past", "present") and not reading.plural
            draft.actor = registry.resolve(*mention, previous, reading.feminine if told else None)
            _learn_gender(draft)
        else:
            draft.actor = _implied(doc, phrases, registry, draft, spoken)
        if draft.actor is not None and draft.nested_in is None:
            spoken.append(draft)


def _learn_gender(draft: StatementDraft) -> None:
    """A singular verb agrees with its subject: `قالت ميركل` tells that ميركل is feminine."""
    reading, mention = draft.proposal.cue.reading, draft.proposal.mention
    if draft.actor is None or mention is None or reading.form not in ("past", "present") or reading.plural:
        return
    if draft.actor.kind in ("person", "organization"):
        draft.actor.feminine = reading.feminine


def _implied(
    doc: Document, phrases: Phrases, registry: ActorRegistry, draft: StatementDraft, spoken: list[StatementDraft]
) -> ActorDraft | None:
    """Who an implied subject stands for: the subject of the sentence, else who spoke last and agrees in gender.

    `رحبت روسيا بالقرار، مؤكدة أن …` is Russia; `وأضاف أن …` at the head of a sentence is who spoke before.
    """
    cue = draft.proposal.cue
    here = doc.sentence_of[cue.at]
    latest = spoken[-1] if spoken else None
    in_sentence = latest is not None and doc.sentence_of[latest.proposal.cue.at] == here
    if latest is not None and in_sentence and (_agrees(latest.actor, draft) or latest.proposal.mention is None):
        return latest.actor
    subject = phrases.sentence_subject(doc.sentences[here].first, cue.at)
    if subject is not None:
        actor = registry.resolve(*subject, latest.actor if latest else None)
        if _agrees(actor, draft):
            return actor
    for earlier in reversed(spoken[-4:]):
        if _agrees(earlier.actor, draft):
            return earlier.actor
    return latest.actor if latest else registry.subject_before(cue.at)


def _agrees(actor: ActorDraft | None, draft: StatementDraft) -> bool:
    """Whether a cue's gender and number can be those of an actor, as far as both are known."""
    if actor is None:
        return False
    reading = draft.proposal.cue.reading
    if reading.form not in ("past", "present", "participle"):
        return True
    if reading.plural:
        return actor.kind in ("group", "unnamed", "organization")
    if actor.feminine is None:
        return True
    return actor.feminine == reading.feminine


def resolved(drafts: list[StatementDraft]) -> Iterator[tuple[StatementDraft, ActorDraft]]:
    """The statements that have an actor."""
    for draft in drafts:
        if draft.actor is not None:
            yield draft, draft.actor
