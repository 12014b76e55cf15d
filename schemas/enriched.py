"""`articles.enriched`: one event an article, with all that was found in it."""

from typing import Final, Literal

from schemas.article import ArticleStatus
from schemas.common import ArticleId, Contract, Entity, Extractor, Instant, Version
from schemas.statement import Actor, Statement

ENRICHED_SCHEMA: Final = "qawl/enriched/1"


class Alias(Contract, frozen=True, kw_only=True):
    """An expression that stands for an actor, exactly as written, and how often."""

    text: str
    count: int


class ArticleActor(Actor, frozen=True, kw_only=True):
    """An actor of one article with every expression the article uses for it."""

    aliases: tuple[Alias, ...] = ()


class EnrichedArticle(Contract, frozen=True, kw_only=True):
    """The article's metadata (its body is not repeated) and what was found in the body."""

    article_id: ArticleId
    version: Version = 1
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published_at: Instant | None = None
    categories: tuple[str, ...] = ()
    status: ArticleStatus = "usable"
    duplicate_of: ArticleId | None = None
    language: str
    entities: tuple[Entity, ...] = ()
    statements: tuple[Statement, ...] = ()
    actors: tuple[ArticleActor, ...] = ()
    timings_ms: dict[str, float]
    extractor: Extractor
    extracted_at: Instant
    schema: Literal["qawl/enriched/1"] = ENRICHED_SCHEMA
