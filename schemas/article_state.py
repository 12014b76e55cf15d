"""`articles.state`: what an article's newest version says, so that the next one can be told from it (compacted)."""

from typing import Final, Literal

import msgspec

from schemas.common import ArticleId, Instant, Version

STATE_SCHEMA: Final = "qawl/article-state/1"


class ToldStatement(msgspec.Struct, frozen=True, array_like=True):
    """A statement that was told, and the expression by which its speaker was called."""

    statement_id: str
    alias: str | None = None


class ToldActor(msgspec.Struct, frozen=True, array_like=True):
    """The statements of one actor in the article, and the role that it gives the actor."""

    actor_id: str
    role: str | None
    statements: tuple[ToldStatement, ...]


class ArticleState(msgspec.Struct, frozen=True, array_like=True):
    """An article as subscribers know it. A JSON array: a worker keeps one for each article of the last days."""

    schema: Literal["qawl/article-state/1"]
    article_id: ArticleId
    version: Version
    told_at: Instant
    actors: tuple[ToldActor, ...] = ()
