"""`articles.raw` -> `articles.enriched` and `statements`, or `articles.deadletter`."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from faust.types import StreamT

from schemas import EnrichedArticle
from schemas.codec import InvalidPayload, decode_article
from streams.delivery.deadletters import Failure, reject
from streams.delivery.outbox import Outbox
from streams.delivery.records import InputRecord, Record, enriched_record, input_record, statement_record
from streams.extraction import ExtractionFailed, Extractor
from streams.kafka.topics import Topics
from streams.observability import metrics


class Outcome(NamedTuple):
    """What one raw record yields. `enriched` and `chars` (length of the body) are None for a dead letter."""

    records: tuple[Record, ...]
    enriched: EnrichedArticle | None = None
    chars: int | None = None


class Enricher:
    """The `enrich` agent without Kafka: a record in, records out. Never raises, whatever the record holds."""

    def __init__(self, extractor: Extractor, topics: Topics, max_body_chars: int) -> None:
        self._extractor, self._topics, self._max_body_chars = extractor, topics, max_body_chars

    def process(self, record: InputRecord) -> Outcome:
        """The outputs of one record of `articles.raw`."""
        article_id: str | None = None
        try:
            article = decode_article(record.value, max_body_chars=self._max_body_chars)
            article_id = article.article_id
            result = self._extractor.enrich(article, extracted_at=datetime.now(UTC), clock=time.perf_counter)
            records = (
                enriched_record(self._topics, result.enriched),
                *(statement_record(self._topics, event) for event in result.events),
            )
        except InvalidPayload as e:
            failure = Failure(e.error, str(e), "decode")
        except ExtractionFailed as e:
            failure = Failure(type(e.cause).__name__, str(e), e.stage)
        except Exception as e:  # the result cannot be encoded; uncaught it would end every worker that reads the record
            failure = Failure(type(e).__name__, f"the result cannot be encoded: {type(e).__name__}: {e}", "encode")
        else:
            return Outcome(records, result.enriched, len(article.body))
        return Outcome((reject(self._topics, record, failure, article_id),))

    def refuse(self, record: InputRecord, reason: str, article_id: str | None) -> Record:
        """The dead letter of a record whose outputs the broker does not take."""
        return reject(self._topics, record, Failure("too_large", reason, "deliver"), article_id)


async def enrich(stream: StreamT[Any], enricher: Enricher, outbox: Outbox) -> None:
    """Process a stream of raw records in their order."""
    loop = asyncio.get_running_loop()
    # A thread: a body of a million characters takes seconds, in which /healthz must answer and offsets be committed.
    with ThreadPoolExecutor(1, "extraction") as thread:
        async for event in stream.events():
            await outbox.take(event)
            record = input_record(event)
            outcome = await loop.run_in_executor(thread, enricher.process, record)
            delivery = _Delivery(enricher, record, outcome, event.message.timestamp)
            await outbox.deliver(event, outcome.records, delivered=delivery.delivered, refused=delivery.refused)


class _Delivery:
    """Counts an article when it is stored, as what it became in the end."""

    __slots__ = ("_enricher", "_outcome", "_published", "_record")

    def __init__(self, enricher: Enricher, record: InputRecord, outcome: Outcome, published: float) -> None:
        self._enricher, self._record, self._outcome, self._published = enricher, record, outcome, published

    def refused(self, reason: str) -> Record:
        enriched = self._outcome.enriched
        self._outcome = Outcome(())
        return self._enricher.refuse(self._record, reason, enriched.article_id if enriched else None)

    def delivered(self) -> None:
        enriched, chars = self._outcome.enriched, self._outcome.chars
        if enriched is None or chars is None:
            metrics.articles.labels("dead_letter").inc()
        else:
            metrics.articles.labels("enriched" if enriched.language == "ar" else "not_arabic").inc()
            metrics.observe_enriched(enriched, chars)
        metrics.observe_end_to_end(self._published)
