"""From proposals to statements: which are kept, which are nested in which, and who the actor of each is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import NamedTuple

from schemas import CueClass
from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.actors.offices import without_li
from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.choices.acceptance import (
    RIVALS_THRESHOLD,
    THRESHOLD,
    TRAILING_THRESHOLD,
    features,
    is_speech_act,
    numbers,
    possible,
)
from streams.extraction.choices.antecedent import Antecedents, Spoken
from streams.extraction.choices.confidence import features as judged_by
from streams.extraction.choices.content_end import ContentEnds
from streams.extraction.choices.content_type import ContentTypes
from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.choices.models import Models
from streams.extraction.choices.referent import Referents
from streams.extraction.choices.speaker import Speakers
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.quotations import OPENING
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.interrupted import reported, with_beginning
from streams.extraction.rules.proposals import Proposal, Proposer, presentation
from streams.extraction.text import as_name
from streams.extraction.words.context import WordsInContext

DOUBTED = 0.5  # confidence below which a statement is not told: it would more often be wrong than right
DOUBTED_ACT = 0.7  # of a speech act (`انتقد الاتفاق`), which is rather left out than told wrongly


@dataclass(slots=True)
class StatementDraft:
    """A statement while its article is being read; `nested_in` is the draft that its cue stands inside.

    `probability` is that of being a statement; `speaker_share` and `antecedent_share` are those of the mention and of
    whom an implied subject stands for, among all candidates, `rivals` the likeliest others of these; `end_share` is
    that of all ends with which the content is about the same; `confidence` is that content and actor are right.
    `is_act` tells that its cue rather is a speech act with a nominal complement than one that reports words.
    """

    proposal: Proposal
    probability: float
    cue_class: CueClass = "neutral"
    is_act: bool = False
    speaker_share: float = 1.0
    end_share: float = 1.0
    antecedent_share: float = 1.0
    confidence: float = 0.0
    rivals: tuple[tuple[str, float], ...] = ()
    actor: ActorDraft | None = None
    via: str | None = None
    nested_in: "StatementDraft | None" = None

    @property
    def is_outermost(self) -> bool:
        """Whether nobody said it who was named before: `أكد الوزير أن …، بحسب رويترز` goes on with the minister."""
        return self.nested_in is None or self.nested_in.proposal.opener == "preceding"

    @property
    def is_told(self) -> bool:
        """Whether it leaves: it has an actor and is not too likely wrong."""
        return self.actor is not None and self.confidence >= (DOUBTED_ACT if self.is_act else DOUBTED)


class Accepted(NamedTuple):
    """What is reported: statements in the order of their cues, how probable each cue's is, all tokens of such cues.

    `relays` are media that a cue behind a statement names, each with the statement.
    """

    statements: list[Proposal]
    probability: dict[int, float]
    cues: frozenset[int]
    relays: list[tuple[Proposal, tuple[int, int]]]


def find_statements(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    words: WordsInContext,
    models: Models,
    cues: tuple[Cue, ...],
) -> list[StatementDraft]:
    """The accepted statements of a document, in the order of their cues; actors are not resolved yet."""
    cues = possible(words, cues)
    words.links.prepare([c.at for c in cues])
    accepted = _accepted(doc, lexicon, phrases, words, models, cues)
    speakers = Speakers(doc, lexicon, phrases, words, models.speaker)
    mention_ends = MentionEnds(doc, lexicon, phrases, words, models.mention_end)
    content_ends = ContentEnds(doc, lexicon, phrases, words, accepted.cues, models.content_end)
    types = ContentTypes(doc, lexicon, phrases, words, models.content_type)
    drafts = []
    for proposal in accepted.statements:
        mention, share = speakers.best(proposal)
        ended, end_share = content_ends.ended(proposal)
        spoken = mention_ends.ended(replace(types.typed(ended), mention=mention))
        said_as, is_act = presentation(lexicon, proposal), is_speech_act(words, proposal)
        probability = accepted.probability[proposal.cue.at]
        drafts.append(StatementDraft(spoken, probability, said_as, is_act, share, end_share))
    _nest(drafts)
    told = reported(doc, (d.proposal.content for d in drafts))
    for draft in drafts:
        whole = with_beginning(doc, draft.proposal.cue, draft.proposal.content, told)
        draft.proposal = replace(draft.proposal, content=whole)
    _name_media(doc, lexicon, phrases, drafts, accepted.relays)
    return drafts


def _accepted(
    doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext, models: Models, cues: tuple[Cue, ...]
) -> Accepted:
    """Which cues report, and what; contents end before the next statement.

    So they are found twice: among all candidates, then among the accepted.
    """

    def judge(proposals: Sequence[Proposal]) -> Iterator[tuple[Proposal, float]]:
        """Of each cue the likeliest way to read it, and how probable it is that it reports at all."""
        if not proposals:
            return
        evidence = (features(doc, lexicon, phrases, words, p) for p in proposals)
        scores = models.acceptance.scores(evidence, numbers(doc, words, proposals))
        for _, ways in groupby(zip(proposals, scores, strict=True), key=lambda x: x[0].cue.at):
            group = list(ways)
            share = 1 - LinearModel.shares([*(score for _, score in group), 0.0])[-1]
            yield max(group, key=lambda x: x[1])[0], share

    proposer = Proposer(doc, lexicon, phrases, words)
    judged = list(judge(proposer.propose(cues)))
    probability = {p.cue.at: x for p, x in judged}
    one_a_content = list(_one_a_content(judged, _leaping(doc, judged)))
    probability |= {p.cue.at: x for p, x in one_a_content}
    chosen = {p.cue.at: p.content.first for p, _ in one_a_content}
    reporting = tuple(c for c in cues if c.at in chosen or proposer.trails(c))
    ends = frozenset(c.at for c in reporting)
    behind = {p.cue.at: p for p in proposer.propose(reporting, chosen)}
    statements: list[Proposal] = []
    relays: list[tuple[Proposal, tuple[int, int]]] = []
    for cue in reporting:
        if cue.at in behind:
            statements.append(behind[cue.at])
        if not proposer.trails(cue):
            continue
        beside = proposer.beside(cue, statements)
        way, probability[cue.at] = next(judge(list(proposer.trailing(cue, statements, ends))), (None, 0.0))
        if way is not None and probability[cue.at] >= TRAILING_THRESHOLD:
            statements.append(way)
        elif beside and (medium := proposer.medium(cue)) is not None:
            relays.append((beside[-1], medium))
    return Accepted(statements, probability, ends, relays)


def _name_media(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    drafts: Sequence[StatementDraft],
    relays: Sequence[tuple[Proposal, tuple[int, int]]],
) -> None:
    """Tell each statement who relayed it: whom its own cue names, else a cue behind it."""
    for draft in drafts:
        if draft.proposal.via:
            draft.via = _name_of_medium(doc, lexicon, phrases, draft.proposal.via)
    by_cue = {d.proposal.cue.at: d for d in drafts}
    for said, medium in relays:
        earlier = by_cue[said.cue.at]
        # `بحسب "عكاظ"`, `بحسب رويترز`; not `بحسب الظروف`
        named = phrases.head_kind(medium[0]) == "organization" or doc.norms[medium[0]] in OPENING
        if earlier.via is None and named:
            earlier.via = _name_of_medium(doc, lexicon, phrases, medium)


def _name_of_medium(doc: Document, lexicon: Lexicon, phrases: Phrases, mention: tuple[int, int]) -> str:
    text = doc.text(*mention)
    return without_li(lexicon, text) if phrases.attached(mention[0]) == "ل" else as_name(text)  # `وفقا لوكالة رويترز`


def _one_a_content(
    judged: Iterable[tuple[Proposal, float]], leaping: frozenset[int]
) -> Iterator[tuple[Proposal, float]]:
    """Of several cues before one content the likeliest (`عبر عن المخاطر وقال إن`), or the verb (`وتابع قائلا`).

    One of them reports it: whether any does is as probable as all of them together, and that is told with the chosen
    (`وختم حديثه قائلا إن`, where each of the three words may be the cue). None that is `leaping` is chosen.
    """
    rivals: dict[int, list[tuple[bool, float, Proposal]]] = {}
    for proposal, share in judged:
        is_verb = proposal.cue.construction == "verb" and share >= THRESHOLD
        rivals.setdefault(proposal.content.first, []).append((is_verb, share, proposal))
    for group in rivals.values():
        any_of_them = min(1.0, sum(share for _, share, _ in group))
        near = [rival for rival in group if rival[2].cue.at not in leaping]
        if near and any_of_them >= (RIVALS_THRESHOLD if len(group) > 1 else THRESHOLD):
            yield max(near, key=lambda rival: rival[:2])[2], any_of_them


def _leaping(doc: Document, judged: Sequence[tuple[Proposal, float]]) -> frozenset[int]:
    """Cues whose contents the encoder sees in a later sentence, behind others that report something themselves."""
    far = [
        p for p, _ in judged if p.opener == "linked" and doc.sentence_of[p.content.first] > doc.sentence_of[p.cue.at]
    ]
    sure = [(p.cue.at, p.content.first) for p, share in judged if share >= THRESHOLD]
    return frozenset(p.cue.at for p in far if any(p.cue.at < at < p.content.first != first for at, first in sure))


def _nest(drafts: Sequence[StatementDraft]) -> None:
    """A statement whose cue stands inside another's content is nested in the innermost such."""
    waiting = sorted(drafts, key=lambda d: d.proposal.content.first, reverse=True)
    open_: list[StatementDraft] = []
    for draft in sorted(drafts, key=lambda d: d.proposal.cue.at):
        at = draft.proposal.cue.at
        while waiting and waiting[-1].proposal.content.first <= at:
            open_.append(waiting.pop())
        open_ = [d for d in open_ if d.proposal.content.last > at]
        outer = [d for d in open_ if d is not draft]
        if outer:
            draft.nested_in = min(outer, key=lambda d: d.proposal.content.last - d.proposal.content.first)


def find_actors(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    words: WordsInContext,
    entities: tuple[EntityMention, ...],
    models: Models,
    drafts: list[StatementDraft],
) -> ActorRegistry:
    """All actors of a document, after every statement was given its own."""
    ends = MentionEnds(doc, lexicon, phrases, words, models.mention_end)
    registry = ActorRegistry(doc, lexicon, phrases, entities, ends.best)
    antecedents = Antecedents(doc, lexicon, phrases, words, registry, ends, models.antecedent)
    referents = Referents(doc, lexicon, phrases, words, registry, antecedents, models.referent)
    resolve_actors(registry, antecedents, referents, models.confidence, drafts)
    return registry


def resolve_actors(
    registry: ActorRegistry,
    antecedents: Antecedents,
    referents: Referents,
    confidence: LinearModel,
    drafts: list[StatementDraft],
) -> None:
    """Give every statement its actor, in the order of the text, and its confidence."""
    spoken: list[Spoken] = []
    for draft in drafts:
        cue, content, mention = draft.proposal.cue, draft.proposal.content, draft.proposal.mention
        previous = spoken[-1].actor if spoken else None
        if mention is not None:
            told = cue.reading.form in ("past", "present") and not cue.reading.plural
            feminine = cue.reading.feminine if told else None
            attached = cue.construction == "preposition" and "li" in cue.reading.entry.governs
            refer = partial(referents.best, cue, mention, spoken)
            draft.actor = registry.resolve(*mention, previous, feminine, attached=attached, refer=refer)
            _learn_gender(draft)
        else:
            chosen = antecedents.best(cue, spoken)
            if chosen is not None:
                draft.actor, draft.antecedent_share, draft.rivals = chosen
        if draft.actor is not None and draft.is_outermost:
            spoken.append(Spoken(cue, content.first, content.last, mention is not None, draft.actor))
    for draft in drafts:  # now that all mentions are known
        if draft.actor is not None and draft.via == draft.actor.name:
            draft.via = None  # nobody relays his own words
        draft.confidence = confidence.probability(judged_by(draft))


def _learn_gender(draft: StatementDraft) -> None:
    """A singular verb agrees with its subject: `قالت ميركل` tells that ميركل is feminine."""
    reading, mention = draft.proposal.cue.reading, draft.proposal.mention
    if draft.actor is None or mention is None or reading.form not in ("past", "present") or reading.plural:
        return
    if draft.actor.kind in ("person", "organization"):
        draft.actor.feminine = reading.feminine


def resolved(drafts: list[StatementDraft]) -> Iterator[tuple[StatementDraft, ActorDraft]]:
    """The statements that are told, with their actors."""
    for draft in drafts:
        if draft.actor is not None and draft.is_told:
            yield draft, draft.actor
