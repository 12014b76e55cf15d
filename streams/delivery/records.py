"""Kafka records: what was read, and events as what is sent."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from faust.types import EventT

from schemas import ActorProfile, ArticleReference, ArticleState, EnrichedArticle, Retraction, StatementEvent
from schemas.codec import encode
from schemas.common import Contract
from streams.kafka.topics import Topics

Headers = tuple[tuple[str, bytes], ...]
STATEMENT_TYPE, RETRACTION_TYPE = "qawl.statement.v1", "qawl.retraction.v1"


class Record(NamedTuple):
    """One record to send. None as value is a null value, None as partition leaves the choice to the key.

    Of several records of a `compacted` topic with one key only the last counts.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None
    compacted: bool = False

    @property
    def bytes(self) -> int:
        """Of key, value and headers, which all count for the broker."""
        return (
            len(self.key or b"") + len(self.value or b"") + sum(len(name) + len(value) for name, value in self.headers)
        )


class InputRecord(NamedTuple):
    """One record as it was read: where it stands and its bytes, untouched."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


def input_record(event: EventT[bytes]) -> InputRecord:
    """The record of a Faust event whose topic is declared raw, so that the message still holds the bytes as read."""
    message = event.message
    return InputRecord(message.topic, message.partition, message.offset, message.key, message.value)


def as_headers(contract: Contract) -> Headers:
    """A contract's fields as Kafka headers, each UTF-8 text; those that are None are none."""
    fields = msgspec.to_builtins(contract)
    # An error message may quote a lone surrogate; a header must be UTF-8 all the same.
    return tuple((name, str(value).encode("utf-8", "replace")) for name, value in fields.items() if value is not None)


def enriched_record(topics: Topics, enriched: EnrichedArticle) -> Record:
    """The record of `articles.enriched`, keyed by the article's id."""
    return Record(topics.enriched.name, enriched.article_id.encode(), encode(enriched))


def statement_record(topics: Topics, event: StatementEvent) -> Record:
    """The record of `statements`, keyed by the actor's id, a CloudEvents 1.0 event in Kafka's binary mode."""
    return Record(topics.statements.name, event.actor.id.encode(), encode(event), cloudevent_headers(event))


def profile_record(topics: Topics, profile: ActorProfile, partition: int) -> Record:
    """The record of `actors`, keyed by the actor's id.

    The partition is that of the statements: the worker that owns them recovers exactly this partition. Left to the key
    it would lie elsewhere wherever another program wrote `statements` with another partitioner.
    """
    return Record(topics.actors.name, profile.id.encode(), encode(profile), partition=partition, compacted=True)


def forgotten_profile_record(topics: Topics, key: bytes, partition: int) -> Record:
    """The record of `actors` for an actor all of whose statements were taken back."""
    return Record(topics.actors.name, key, None, partition=partition, compacted=True)


def state_record(topics: Topics, state: ArticleState, partition: int) -> Record:
    """The record of `articles.state`, keyed by the article's id.

    The partition is that of the article, for the same reason.
    """
    return Record(topics.state.name, state.article_id.encode(), encode(state), partition=partition, compacted=True)


def retraction_record(topics: Topics, event: Retraction, cause: InputRecord) -> Record:
    """The record of `statements` that takes a statement back, keyed as that was, also a CloudEvents 1.0 event.

    `cause` is the record of the article that no longer makes it. By its place the event is told from another that takes
    the same statement back, told again meanwhile: versions need not differ. Read again, it gives the same id.
    """
    event_id = f"{event.statement_id}/retracted/{cause.partition}@{cause.offset}"
    headers = _cloudevent(event_id, RETRACTION_TYPE, event.article, event.retracted_at)
    return Record(topics.statements.name, event.actor_id.encode(), encode(event), headers)


def cloudevent_headers(event: StatementEvent) -> Headers:
    """CloudEvents attributes as headers (Kafka protocol binding 1.0, section 3.2).

    `ce_source` is the article's paper, which with `ce_id` identifies the event.
    """
    return _cloudevent(event.statement_id, STATEMENT_TYPE, event.article, event.extracted_at)


def _cloudevent(event_id: str, event_type: str, article: ArticleReference, at: datetime) -> Headers:
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_type": event_type,
        "ce_source": f"/qawl/{article.source}" if article.source else "/qawl",
        "ce_time": at.isoformat().replace("+00:00", "Z"),
        "content-type": "application/json",
    }
    return tuple((name, value.encode()) for name, value in attributes.items())
