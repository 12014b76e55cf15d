"""Versions of an article: what the newest one adds to what was told of it, and what it takes back."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from schemas import Article, ArticleState, Retraction, RetractionReason, StatementEvent, ToldActor, ToldStatement
from schemas.article_state import STATE_SCHEMA
from schemas.codec import InvalidPayload, decode_state
from streams.delivery.remembered import Remembered
from streams.extraction.events import reference_to

logger = logging.getLogger(__name__)

Outcome = Literal["told", "late", "embargoed"]


class Revision(NamedTuple):
    """What an article changes. `state` is None where it changes nothing: it is late, or must not be told yet."""

    outcome: Outcome
    state: ArticleState | None
    statements: tuple[StatementEvent, ...] = ()
    retractions: tuple[Retraction, ...] = ()


def revise(known: ArticleState | None, article: Article, events: Sequence[StatementEvent], now: datetime) -> Revision:
    """What the article changes in what is known of it; `events` are all statements that it makes.

    Statements that were told already are not told again, those that it no longer makes are taken back. The same
    version once more counts as a correction: feeds that number nothing send version 1 again.
    """
    if article.embargoed_until is not None and article.embargoed_until > now:
        return Revision("embargoed", None)
    if known is not None and article.version < known.version:
        return Revision("late", None)
    made = events if article.status == "usable" else ()
    state = ArticleState(STATE_SCHEMA, article.article_id, article.version, now, tuple(_by_actor(made)))
    told = {s.statement_id for a in known.actors for s in a.statements} if known else set()
    reason: RetractionReason = "corrected" if article.status == "usable" else "withdrawn"
    return Revision(
        "told",
        state,
        tuple(e for e in made if e.statement_id not in told),
        tuple(_retractions(known, state, article, reason, now)) if known else (),
    )


def _by_actor(events: Sequence[StatementEvent]) -> Iterator[ToldActor]:
    grouped: dict[tuple[str, str | None], list[ToldStatement]] = {}
    for e in events:
        told = ToldStatement(e.statement_id, e.speaker.text if e.speaker else None)
        grouped.setdefault((e.actor.id, e.actor.role), []).append(told)
    for (actor_id, role), statements in grouped.items():
        yield ToldActor(actor_id, role, tuple(statements))


def _retractions(
    known: ArticleState, new: ArticleState, article: Article, reason: RetractionReason, now: datetime
) -> Iterator[Retraction]:
    kept = {s.statement_id for a in new.actors for s in a.statements}
    remaining = {a.actor_id for a in new.actors}
    reference = reference_to(article)
    gone = [(actor, s) for actor in known.actors for s in actor.statements if s.statement_id not in kept]
    last = {actor.actor_id: n for n, (actor, _) in enumerate(gone)}
    for n, (actor, s) in enumerate(gone):
        yield Retraction(
            statement_id=s.statement_id,
            actor_id=actor.actor_id,
            reason=reason,
            article=reference,
            alias=s.alias,
            role=actor.role,
            # Only with the last of an actor's statements the article is none of the actor's any more.
            article_remains=actor.actor_id in remaining or n < last[actor.actor_id],
            retracted_at=now,
        )


class Versions:
    """What is known of the articles of this worker's partitions: what it remembers of the topic `articles.state`."""

    def __init__(self, remembered: Remembered, days: float) -> None:
        """`days` after which an article is forgotten, as the topic does: what comes under its id then is new."""
        self._remembered, self._kept = remembered, timedelta(days=days)

    def get(self, article_id: str) -> ArticleState | None:
        """None for an article that is new."""
        stored = self._remembered.get(article_id.encode())
        if stored is None:
            return None
        try:
            return decode_state(stored)
        except InvalidPayload as e:
            logger.error("the state of article %s cannot be read; it counts as new: %s", article_id, e)
            return None

    def put(self, article_id: str, state: bytes | None, partition: int) -> None:
        """Set the state that is on its way to `articles.state`; None forgets it."""
        self._remembered.put(article_id.encode(), state, partition)

    async def forget(self, now: datetime) -> int:
        """Forget articles that were told long ago; how many. Articles go on meanwhile."""
        old = 0
        for page in self._remembered.pages():
            for key in (key for key, stored in page if self._is_old(stored, now)):
                self._remembered.forget(key)
                old += 1
            await asyncio.sleep(0)
        return old

    def _is_old(self, stored: bytes, now: datetime) -> bool:
        try:
            return now - decode_state(stored).told_at > self._kept
        except InvalidPayload:
            return True
