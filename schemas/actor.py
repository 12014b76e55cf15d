"""`actors`: one current profile an actor (compacted topic, keyed by `actor.id`)."""

from typing import Final, Literal

from schemas.common import ActorKind, Contract, Instant
from schemas.enriched import Alias

ACTOR_SCHEMA: Final = "qawl/actor/1"


class Role(Contract, frozen=True, kw_only=True):
    """A title and when it was first and last seen with this actor (publication time, else extraction time).

    `count` statements gave it; when all of them are taken back, so is the title.
    """

    text: str
    first_seen: Instant
    last_seen: Instant
    count: int = 1


class AppliedPosition(Contract, frozen=True, kw_only=True):
    """The last record of `statements` that this profile counts.

    All statements of an actor are in one partition, so a replayed record at or before it is already counted.
    """

    topic: str
    partition: int
    offset: int


class ActorProfile(Contract, frozen=True, kw_only=True):
    """What is known of an actor over all articles.

    `aliases` counts speaker mentions; `recent_statements` and `recent_articles` are bounded, newest last.
    Statements that were taken back do not count; an actor who has no other has no profile.
    """

    id: str
    names: tuple[str, ...]
    name_latin: str | None = None
    aliases: tuple[Alias, ...] = ()
    kind: ActorKind
    roles: tuple[Role, ...] = ()
    statement_count: int
    article_count: int
    recent_statements: tuple[str, ...] = ()
    recent_articles: tuple[str, ...] = ()
    first_seen: Instant
    last_seen: Instant
    applied: AppliedPosition
    schema: Literal["qawl/actor/1"] = ACTOR_SCHEMA
