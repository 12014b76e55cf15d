"""Kafka records: what was read, and events as what is sent."""

from typing import NamedTuple

import msgspec
from faust.types import EventT

from schemas import ActorProfile, EnrichedArticle, StatementEvent
from schemas.codec import encode
from schemas.common import Contract
from streams.kafka.topics import Topics

Headers = tuple[tuple[str, bytes], ...]
CLOUDEVENT_TYPE = "qawl.statement.v1"


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
        """Of key and value."""
        return len(self.key or b"") + len(self.value or b"")


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
    """A contract's fields as Kafka headers, each UTF-8 text."""
    fields = msgspec.to_builtins(contract)
    # An error message may quote a lone surrogate; a header must be UTF-8 all the same.
    return tuple((name, str(value).encode("utf-8", "replace")) for name, value in fields.items())


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


def cloudevent_headers(event: StatementEvent) -> Headers:
    """CloudEvents attributes as headers (Kafka protocol binding 1.0, section 3.2).

    `ce_source` is the article's paper, which with `ce_id` identifies the event.
    """
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": event.statement_id,
        "ce_type": CLOUDEVENT_TYPE,
        "ce_source": f"/qawl/{event.article.source}" if event.article.source else "/qawl",
        "ce_time": event.extracted_at.isoformat().replace("+00:00", "Z"),
        "content-type": "application/json",
    }
    return tuple((name, value.encode()) for name, value in attributes.items())
