"""From cues to statements: each cue with its content, its source and the actor behind it, in the order of the text."""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.extraction.actors import ActorRegistry, ArticleActorDraft
from streams.extraction.content import Content, Opening, find_content, find_opening
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.nominal import find_nominal
from streams.extraction.phrases import Phrases
from streams.extraction.preceding import find_attribution
from streams.extraction.source import Source, find_source


@dataclass(slots=True)
class StatementDraft:
    """A statement while its article is being read; `nested_in` is the draft that its cue stands inside."""

    cue: Cue
    content: Content
    mention: tuple[int, int] | None
    actor: ArticleActorDraft | None = None
    via: str | None = None
    via_mention: tuple[int, int] | None = None
    nested_in: "StatementDraft | None" = None
    nominal: bool = False


def find_statements(doc: Document, lexicon: Lexicon, phrases: Phrases, cues: tuple[Cue, ...]) -> list[StatementDraft]:
    """All statements of a document with contents and mentions; actors are not resolved yet."""
    indices = frozenset(c.index for c in cues)
    found: list[StatementDraft] = []
    silenced: set[int] = set()
    for cue in cues:
        if cue.index in silenced:
            continue
        if cue.construction in ("preposition", "as_said"):
            _attribute(doc, lexicon, phrases, cue, found)
            continue
        opening = find_opening(doc, lexicon, phrases, cue)
        draft = _clause(doc, lexicon, phrases, cue, opening, indices) or _nominal(doc, lexicon, phrases, cue, indices)
        if draft is None:
            continue
        # `وتابع قائلا: …`, `نقلت … قوله إن`: cues between a cue and its content are part of the same report
        first = draft.content.first
        for other in cues:
            if cue.index < other.index < first and other.index not in silenced:
                silenced.add(other.index)
        found.append(draft)
    _nest(found)
    return found


def _clause(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, opening: Opening | None, indices: frozenset[int]
) -> StatementDraft | None:
    entry = cue.reading.entry
    if opening is None or entry.clause == 0:
        return None
    if cue.construction == "noun" and opening.zone_end - cue.index > 8:
        return None
    if entry.clause == 1 and opening.kind == "colon":
        return None
    content = find_content(doc, lexicon, cue, opening, indices)
    if content is None:
        return None
    source = find_source(doc, lexicon, phrases, cue, opening)
    return StatementDraft(cue, content, source.mention, via_mention=source.via)


def _nominal(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, indices: frozenset[int]
) -> StatementDraft | None:
    found = find_nominal(doc, lexicon, phrases, cue, indices)
    if found is None:
        return None
    content, mention = found
    return StatementDraft(cue, content, mention, nominal=True)


def _attribute(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, found: list[StatementDraft]
) -> None:
    sentence = doc.sentences[doc.sentence_of[cue.index]]
    here = [d for d in found if doc.sentence_of[d.content.first] == doc.sentence_of[cue.index]]
    taken = [(d.content.first, d.content.last) for d in here]
    attribution = find_attribution(doc, lexicon, phrases, cue, taken)
    if attribution is None:
        return
    if attribution.content is not None:
        found.append(StatementDraft(cue, attribution.content, attribution.mention))
    elif here and sentence.first < cue.index:
        first, last = attribution.mention
        if phrases.head_kind(first) in ("organization", None):
            here[-1].via = here[-1].via or doc.text(first, last)


def _nest(found: list[StatementDraft]) -> None:
    """A statement whose cue stands inside another's content is nested in the innermost such."""
    found.sort(key=lambda d: (d.content.first, -d.content.last))
    for draft in found:
        outer = [
            d for d in found if d is not draft and d.content.first <= draft.cue.index < d.content.last
            and not (draft.content.first <= d.cue.index < draft.content.last)
        ]
        if outer:
            draft.nested_in = min(outer, key=lambda d: d.content.last - d.content.first)
    found.sort(key=lambda d: d.cue.index)


def resolve_actors(doc: Document, registry: ActorRegistry, drafts: list[StatementDraft]) -> None:
    """Give every statement its actor; implied subjects take the actor who spoke last (`وأضاف أن`)."""
    previous: ArticleActorDraft | None = None
    for draft in drafts:
        if draft.via_mention:
            draft.via = doc.text(*draft.via_mention)
        if draft.mention is not None:
            draft.actor = registry.resolve(*draft.mention, previous)
        elif draft.nested_in is not None and draft.nested_in.actor is not None and draft.cue.construction != "participle":
            draft.actor = draft.nested_in.actor
        else:
            draft.actor = previous or registry.subject_before(draft.cue.index)
        if draft.actor is not None and draft.nested_in is None:
            previous = draft.actor


def resolved(drafts: list[StatementDraft]) -> Iterator[tuple[StatementDraft, ArticleActorDraft]]:
    """The statements that have an actor."""
    for draft in drafts:
        if draft.actor is not None:
            yield draft, draft.actor
