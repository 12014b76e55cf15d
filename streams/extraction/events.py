"""What was found in an article, as the events that leave it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

import msgspec

from schemas import (
    Actor,
    Alias,
    Article,
    ArticleActor,
    ArticleReference,
    Content,
    Cue,
    EnrichedArticle,
    Entity,
    Extractor,
    Speaker,
    Statement,
    StatementEvent,
)
from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.actors.identity import Identities, statement_id
from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.statements import StatementDraft, resolved


@dataclass(frozen=True, slots=True)
class Found:
    """The findings of all stages on one article; `doc` is None where the body is not read (see `nothing`)."""

    language: str
    doc: Document | None
    entities: tuple[EntityMention, ...]
    registry: ActorRegistry | None
    drafts: list[StatementDraft]

    @classmethod
    def nothing(cls, language: str) -> "Found":
        """An article that is not Arabic, or that its paper does not stand by (any more)."""
        return cls(language, None, (), None, [])


def this_extractor(engine: str) -> Extractor:
    """Name, version and entity engine of this program."""
    try:
        installed = version("qawl")
    except PackageNotFoundError:  # running from a source folder that is not installed
        installed = "0+source"
    return Extractor(name="qawl", version=installed, engine=engine)


def to_enriched(
    article: Article, found: Found, identities: Identities, extractor: Extractor, extracted_at: datetime
) -> EnrichedArticle:
    """The enriched event of an article, its statements in the order of their cues."""
    doc = found.doc
    statements: list[Statement] = []
    actors: dict[int, tuple[ActorDraft, Actor]] = {}
    entities: tuple[Entity, ...] = ()
    if doc is not None:
        for _, draft in resolved(found.drafts):
            if id(draft) not in actors:
                actors[id(draft)] = (draft, identities.actor(draft, article.article_id))
        entities = _entities(doc, found, actors)
        statements = _statements(article, doc, found, actors, entities)
    return EnrichedArticle(
        article_id=article.article_id,
        version=article.version,
        title=article.title,
        source=article.source,
        url=article.url,
        published_at=article.published_at,
        categories=article.categories,
        status=article.status,
        duplicate_of=article.duplicate_of,
        language=found.language,
        entities=entities,
        statements=tuple(statements),
        actors=tuple(_with_aliases(draft, actor) for draft, actor in actors.values()),
        timings_ms={},
        extractor=extractor,
        extracted_at=extracted_at,
    )


def to_events(article: Article, enriched: EnrichedArticle) -> tuple[StatementEvent, ...]:
    """One event a statement, each complete in itself."""
    reference = reference_to(article)
    return tuple(
        StatementEvent(
            **{f: getattr(s, f) for f in s.__struct_fields__},
            article=reference,
            extractor=enriched.extractor,
            extracted_at=enriched.extracted_at,
        )
        for s in enriched.statements
    )


def reference_to(article: Article) -> ArticleReference:
    """An article as its events name it."""
    return ArticleReference(
        article_id=article.article_id,
        version=article.version,
        source=article.source,
        url=article.url,
        title=article.title,
        published_at=article.published_at,
        duplicate_of=article.duplicate_of,
    )


def _with_aliases(draft: ActorDraft, actor: Actor) -> ArticleActor:
    aliases = tuple(Alias(text=t, count=n) for t, n in sorted(draft.aliases.items(), key=lambda x: (-x[1], x[0])))
    return ArticleActor(**msgspec.structs.asdict(actor), aliases=aliases)


def _entities(doc: Document, found: Found, actors: dict[int, tuple[ActorDraft, Actor]]) -> tuple[Entity, ...]:
    assert found.registry is not None
    out = []
    for e in found.entities:
        draft = found.registry.of_entity(e)
        known = actors.get(id(draft)) if draft is not None else None
        start, end = doc.tokens[e.first].start + e.skip, doc.tokens[e.last - 1].end
        text = ("ا" if e.alef else "") + doc.body[start:end]
        out.append(Entity(text=text, type=e.type, span=(start, end), actor_id=known[1].id if known else None))
    return tuple(out)


def _statements(
    article: Article,
    doc: Document,
    found: Found,
    actors: dict[int, tuple[ActorDraft, Actor]],
    entities: tuple[Entity, ...],
) -> list[Statement]:
    out: list[Statement] = []
    ids: dict[int, str] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    starts = [e.span[0] for e in entities]
    for draft, actor_draft in resolved(found.drafts):
        actor = actors[id(actor_draft)][1]
        cue, content, mention = draft.proposal.cue, draft.proposal.content, draft.proposal.mention
        cue_text = doc.text(cue.first, cue.at + 1)
        text = " … ".join(doc.body[a:b] for a, b in content.spans)
        key = (actor.id, cue_text, text)
        ids[id(draft)] = statement_id(article.article_id, actor.id, cue_text, text, seen[key])
        seen[key] += 1
        out.append(
            Statement(
                statement_id=ids[id(draft)],
                actor=actor,
                via=draft.via,
                type=content.type,
                cue=Cue(
                    text=cue_text,
                    lemma=cue.reading.entry.lemma,
                    cue_class=draft.cue_class,
                    span=doc.span(cue.first, cue.at + 1),
                ),
                speaker=Speaker(text=doc.text(*mention), span=doc.span(*mention)) if mention else None,
                content=Content(text=text, spans=content.spans),
                mentions=tuple(_inside(entities, starts, content.spans)),
                confidence=round(draft.confidence, 3),
            )
        )
    return [
        msgspec.structs.replace(s, nested_in=ids[id(d.nested_in)]) if d.nested_in and id(d.nested_in) in ids else s
        for s, (d, _) in zip(out, resolved(found.drafts), strict=True)
    ]


def _inside(entities: Sequence[Entity], starts: Sequence[int], spans: Sequence[tuple[int, int]]) -> Iterator[Entity]:
    """The entities within the spans; `starts` are the entities' first offsets, rising."""
    for first, last in spans:
        for n in range(bisect_left(starts, first), bisect_left(starts, last)):
            if entities[n].span[1] <= last:
                yield entities[n]
