"""Events as Kafka records."""

from typing import NamedTuple

from schemas import EnrichedArticle, StatementEvent
from schemas.codec import encode
from streams.kafka.topics import Topics

Headers = tuple[tuple[str, bytes], ...]
CLOUDEVENT_TYPE = "qawl.statement.v1"


class Record(NamedTuple):
    """One record to send; None as value is a null value."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def enriched_record(topics: Topics, enriched: EnrichedArticle) -> Record:
    """The record of `articles.enriched`, keyed by the article's id."""
    return Record(topics.enriched.name, enriched.article_id.encode(), encode(enriched))


def statement_record(topics: Topics, event: StatementEvent) -> Record:
    """The record of `statements`, keyed by the actor's id, a CloudEvents 1.0 event in Kafka's binary mode."""
    return Record(topics.statements.name, event.actor.id.encode(), encode(event), cloudevent_headers(event))


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
