"""`articles.raw` -> `articles.enriched` and `statements`, or `articles.deadletter`."""

import logging
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from faust.types import EventT, StreamT

from schemas.codec import InvalidPayload, decode_article
from streams.delivery.deadletters import Failure, dead_letter
from streams.delivery.outbox import Outbox
from streams.delivery.records import Record, enriched_record, statement_record
from streams.extraction import ExtractionFailed, Extractor
from streams.kafka.topics import MAX_MESSAGE_BYTES, Topics
from streams.observability import metrics
from streams.observability.logs import position

logger = logging.getLogger(__name__)


class Outcome(NamedTuple):
    """What one input record yields: all its outputs, and how it is counted."""

    records: tuple[Record, ...]
    name: str


class Enricher:
    """The `enrich` agent without Kafka: a record in, records out. Never raises for a bad record."""

    def __init__(self, extractor: Extractor, topics: Topics, max_body_chars: int) -> None:
        self._extractor, self._topics, self._max_body_chars = extractor, topics, max_body_chars

    def process(self, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None) -> Outcome:
        """The outputs of the record read at topic, partition and offset."""
        article_id: str | None = None
        try:
            article = decode_article(value, max_body_chars=self._max_body_chars)
            article_id = article.article_id
            result = self._extractor.enrich(article, extracted_at=datetime.now(UTC), clock=time.perf_counter)
            records = (
                enriched_record(self._topics, result.enriched),
                *(statement_record(self._topics, event) for event in result.events),
            )
            self._refuse_oversized(records, article_id)
        except InvalidPayload as e:
            failure = Failure(e.error, str(e), "decode")
        except ExtractionFailed as e:
            failure = Failure(type(e.cause).__name__, str(e), e.stage)
        else:
            metrics.observe_enriched(result.enriched, len(article.body))
            return Outcome(records, "enriched" if result.enriched.language == "ar" else "not_arabic")
        logger.warning(
            "record cannot be processed and goes to %s: %s",
            self._topics.deadletter.name,
            failure.message,
            extra=position(topic, partition, offset, article_id=article_id, stage=failure.stage, error=failure.error),
        )
        metrics.deadletters.labels(failure.stage, failure.error).inc()
        letter = dead_letter(
            self._topics,
            failure,
            key=key,
            value=value,
            topic=topic,
            partition=partition,
            offset=offset,
            failed_at=datetime.now(UTC),
        )
        return Outcome((letter,), "dead_letter")

    def _refuse_oversized(self, records: tuple[Record, ...], article_id: str) -> None:
        """A record that the broker would refuse must become a dead letter before anything of the article is sent."""
        largest = max(len(r.value or b"") + len(r.key or b"") for r in records)
        if largest > MAX_MESSAGE_BYTES - 4096:
            raise ExtractionFailed(
                "encode", article_id, ValueError(f"an output has {largest} bytes, topics take {MAX_MESSAGE_BYTES}")
            )


async def enrich(stream: StreamT[Any], enricher: Enricher, outbox: Outbox) -> None:
    """Process a stream of raw records; each is acknowledged by the outbox once its outputs are stored."""
    event: EventT[Any]
    async for event in stream.noack().events():
        message = event.message
        outcome = enricher.process(message.topic, message.partition, message.offset, message.key, message.value)
        await outbox.deliver(event, outcome.records, outcome.name)



