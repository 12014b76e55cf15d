"""`statements` -> `actors`: one current profile an actor."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from faust.types import StreamT

from schemas import ActorProfile, Alias, AppliedPosition, Retraction, Role, StatementEvent
from schemas.codec import InvalidPayload, decode_profile, decode_told
from streams.delivery.deadletters import Failure, Rejection
from streams.delivery.outbox import Outbox
from streams.delivery.records import InputRecord, Record, forgotten_profile_record, input_record, profile_record
from streams.delivery.remembered import Remembered
from streams.kafka.topics import Topics
from streams.observability import metrics

logger = logging.getLogger(__name__)

_RECENT = 20  # ids of statements and of articles that a profile keeps
_ALIASES = 50
_ROLES = 20


class MadeAnew(RuntimeError):
    """The profiles are of statements that are no more; the text says what to do."""


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
        recent_articles=(*profile.recent_articles, event.article.article_id)[-_RECENT:]
        if new_article
        else profile.recent_articles,
        first_seen=min(profile.first_seen, seen),
        last_seen=max(profile.last_seen, seen),
        applied=at,
    )


def apply_retraction(profile: ActorProfile, event: Retraction, at: AppliedPosition) -> ActorProfile | None:
    """The profile with one statement less, None where it has no other. `profile` must not count the retraction yet."""
    if profile.statement_count <= 1:
        return None
    articles = profile.recent_articles
    if not event.article_remains:
        articles = tuple(a for a in articles if a != event.article.article_id)
    return msgspec.structs.replace(
        profile,
        aliases=_uncounted(profile.aliases, event.alias),
        roles=_without_role(profile.roles, event.role),
        statement_count=profile.statement_count - 1,
        article_count=profile.article_count - (not event.article_remains),
        recent_statements=tuple(s for s in profile.recent_statements if s != event.statement_id),
        recent_articles=articles,
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


def _uncounted(aliases: tuple[Alias, ...], text: str | None) -> tuple[Alias, ...]:
    less = (Alias(text=a.text, count=a.count - (a.text == text)) for a in aliases)
    return tuple(sorted((a for a in less if a.count > 0), key=lambda a: (-a.count, a.text)))


def _without_role(roles: tuple[Role, ...], text: str | None) -> tuple[Role, ...]:
    less = (msgspec.structs.replace(r, count=r.count - (r.text == text)) for r in roles)
    return tuple(r for r in less if r.count > 0)


def _with_role(roles: tuple[Role, ...], text: str | None, seen: datetime) -> tuple[Role, ...]:
    if text is None:
        return roles
    known = {r.text: r for r in roles}
    role = known.get(text)
    first, last = (min(role.first_seen, seen), max(role.last_seen, seen)) if role else (seen, seen)
    known[text] = Role(text=text, first_seen=first, last_seen=last, count=role.count + 1 if role else 1)
    return tuple(sorted(known.values(), key=lambda r: (r.last_seen, r.text))[-_ROLES:])


class Profiles:
    """The profiles of this worker's partitions: what it remembers of the topic `actors`."""

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered

    def read(self, key: bytes, stored: bytes | None) -> ActorProfile | None:
        """The profile as it is `stored`; None where there is none, or none that this version can read."""
        if stored is None:
            return None
        try:
            return decode_profile(stored)
        except InvalidPayload as e:
            logger.error("the profile of %s in the actors topic cannot be read and begins anew: %s", key.decode(), e)
            return None

    def stored(self, key: bytes | None) -> bytes | None:
        """The current profile as it stands in `actors`."""
        return None if key is None else self._remembered.get(key)

    def put(self, key: bytes, profile: bytes | None, partition: int) -> None:
        """Set the profile that is on its way to `actors`; None forgets it."""
        self._remembered.put(key, profile, partition)


@dataclass(slots=True)
class Counted:
    """What became of a record, counted when it is stored."""

    outcome: str
    rejection: Rejection | None = None

    def count(self) -> None:
        """Count it, and tell of a dead letter."""
        metrics.profiles.labels(self.outcome).inc()
        if self.rejection is not None:
            self.rejection.tell()


async def profile(stream: StreamT[Any], topics: Topics, profiles: Profiles, outbox: Outbox) -> None:
    """Apply a stream of statements to the profiles and send each changed one to `actors`."""
    async for event in outbox.taken(stream):
        if not outbox.is_current(event):
            outbox.drop(event)
            continue
        record = input_record(event)
        before = profiles.stored(record.key)
        try:
            output, counted = _applied(topics, profiles, record, before, outbox.log_end(event))
        except MadeAnew as e:
            raise MadeAnew(f"{e}, and: {outbox.reset_command(record.topic)}") from None
        refused = partial(_refused, topics, profiles, record, before, counted)
        await outbox.deliver(event, output, delivered=counted.count, refused=refused)


def _applied(
    topics: Topics, profiles: Profiles, record: InputRecord, before: bytes | None, end: int | None
) -> tuple[tuple[Record, ...], Counted]:
    """What a statement, or what takes one back, makes of its actor's profile, and how that is counted.

    Raises:
        MadeAnew: the profile counts what lies behind `end`, the end of the statements.
    """
    try:
        event = decode_told(record.value)
        actor_id = event.actor_id if isinstance(event, Retraction) else event.actor.id
        key = actor_id.encode()
        if record.key != key:
            # In another partition than the actor's others it would count against another profile.
            raise InvalidPayload(error="invalid_key", field="actor.id", expected=f"expected the key {actor_id}")
    except InvalidPayload as e:
        # Only workers write this topic; what somebody else put there is told, not fatal.
        rejection = Rejection(topics, record, Failure(e.error, str(e), "profile"))
        return (rejection.letter(),), Counted("invalid", rejection)
    at = AppliedPosition(topic=record.topic, partition=record.partition, offset=record.offset)
    known = profiles.read(key, before)
    if known is not None and end is not None and end <= known.applied.offset and _is_replay(known.applied, at):
        raise MadeAnew(
            f"{record.topic}/{record.partition} ends at {end}, and the profile of {actor_id} counts the statement at "
            f"{known.applied.offset}: the topic was made anew, but {topics.actors.name} was not, and no statement "
            f"would be counted before as many have come. Stop all workers, delete {topics.actors.name}, and run: "
            f"qawl topics create"
        )
    if isinstance(event, Retraction):
        if known is None or _is_replay(known.applied, at):
            return (), Counted("replayed")
        changed = apply_retraction(known, event, at)
        if changed is None:
            profiles.put(key, None, record.partition)
            return (forgotten_profile_record(topics, key, record.partition),), Counted("forgotten")
    else:
        changed = apply_statement(known, event, at)
        if changed is None:
            return (), Counted("replayed")
    output = profile_record(topics, changed, record.partition)
    profiles.put(key, output.value, record.partition)
    return (output,), Counted("applied")


def _refused(
    topics: Topics, profiles: Profiles, record: InputRecord, before: bytes | None, counted: Counted, reason: str
) -> Record:
    """The dead letter of a statement whose profile the topic does not take: the profile stays as it was `before`."""
    if record.key is not None:
        profiles.put(record.key, before, record.partition)
    counted.outcome, counted.rejection = "invalid", Rejection(topics, record, Failure("too_large", reason, "deliver"))
    return counted.rejection.letter()
