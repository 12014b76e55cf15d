"""`statements` -> `actors`: one current profile an actor."""

import logging
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

import msgspec
from faust.types import EventT, StreamT

from schemas import ActorProfile, Alias, AppliedPosition, Role, StatementEvent
from schemas.codec import InvalidPayload, decode_profile, decode_statement, encode
from streams.observability import metrics
from streams.observability.logs import position

logger = logging.getLogger(__name__)

_RECENT = 20  # ids of statements and of articles that a profile keeps
_ALIASES = 50
_ROLES = 20


def apply_statement(profile: ActorProfile | None, event: StatementEvent, at: AppliedPosition) -> ActorProfile | None:
    """The profile with one more statement, None where the profile counts it already.

    All statements of an actor are in one partition, in order: a record at or before the profile's last applied
    position is a replay after a restart and must not count twice.
    """
    if profile is not None and _is_replay(profile.applied, at):
        return None
    seen = event.article.published_at or event.extracted_at
    actor = event.actor
    new_article = profile is None or event.article.article_id not in profile.recent_articles
    alias = event.speaker.text if event.speaker else None
    if profile is None:
        return ActorProfile(
            id=actor.id,
            names=(actor.name,),
            name_latin=actor.name_latin,
            aliases=(Alias(text=alias, count=1),) if alias else (),
            kind=actor.kind,
            roles=(Role(text=actor.role, first_seen=seen, last_seen=seen),) if actor.role else (),
            statement_count=1,
            article_count=1,
            recent_statements=(event.statement_id,),
            recent_articles=(event.article.article_id,),
            first_seen=seen,
            last_seen=seen,
            applied=at,
        )
    return msgspec.structs.replace(
        profile,
        names=profile.names if actor.name in profile.names else (*profile.names, actor.name)[-_ALIASES:],
        name_latin=profile.name_latin or actor.name_latin,
        aliases=_counted(profile.aliases, alias),
        roles=_with_role(profile.roles, actor.role, seen),
        statement_count=profile.statement_count + 1,
        article_count=profile.article_count + new_article,
        recent_statements=(*profile.recent_statements, event.statement_id)[-_RECENT:],
        recent_articles=(*profile.recent_articles, event.article.article_id)[-_RECENT:] if new_article else profile.recent_articles,
        first_seen=min(profile.first_seen, seen),
        last_seen=max(profile.last_seen, seen),
        applied=at,
    )


def _is_replay(applied: AppliedPosition, at: AppliedPosition) -> bool:
    return (applied.topic, applied.partition) == (at.topic, at.partition) and at.offset <= applied.offset


def _counted(aliases: tuple[Alias, ...], text: str | None) -> tuple[Alias, ...]:
    if text is None:
        return aliases
    counts = {a.text: a.count for a in aliases}
    counts[text] = counts.get(text, 0) + 1
    ordered = sorted(counts.items(), key=lambda x: (-x[1], x[0]))[:_ALIASES]
    return tuple(Alias(text=t, count=n) for t, n in ordered)


def _with_role(roles: tuple[Role, ...], text: str | None, seen: datetime) -> tuple[Role, ...]:
    if text is None:
        return roles
    known = {r.text: r for r in roles}
    role = known.get(text)
    first, last = (min(role.first_seen, seen), max(role.last_seen, seen)) if role else (seen, seen)
    known[text] = Role(text=text, first_seen=first, last_seen=last)
    return tuple(sorted(known.values(), key=lambda r: (r.last_seen, r.text))[-_ROLES:])


async def profile(stream: StreamT[Any], table: MutableMapping[bytes, bytes]) -> None:
    """Apply a stream of statements to the table of profiles, whose changelog is the topic `actors`."""
    event: EventT[Any]
    async for event in stream.events():
        message = event.message
        extra = position(message.topic, message.partition, message.offset)
        try:
            statement = decode_statement(message.value)
        except InvalidPayload as e:
            # Only our own workers write this topic; somebody else's record is told and passed over, not fatal.
            metrics.profiles.labels("invalid").inc()
            logger.error("a record of the statements topic is no statement and is not counted: %s", e, extra=extra)
            continue
        key = statement.actor.id.encode()
        if message.key != key:
            metrics.profiles.labels("invalid").inc()
            logger.error("a statement is not keyed by its actor %s and is not counted", statement.actor.id, extra=extra)
            continue
        stored = table.get(key)
        at = AppliedPosition(topic=message.topic, partition=message.partition, offset=message.offset)
        changed = apply_statement(decode_profile(stored) if stored is not None else None, statement, at)
        metrics.profiles.labels("replayed" if changed is None else "applied").inc()
        if changed is not None:
            table[key] = encode(changed)
