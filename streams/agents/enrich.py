"""`articles.raw` -> `articles.enriched` and `statements`, or `articles.deadletter`."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from faust.types import EventT, StreamT

from schemas import Article, EnrichedArticle
from schemas.codec import InvalidPayload, decode_article
from streams.agents.actors_file import ActorsFile
from streams.delivery.deadletters import Failure, reject
from streams.delivery.outbox import Outbox
from streams.delivery.records import InputRecord, Record, enriched_record, input_record, statement_record
from streams.extraction import Enrichment, ExtractionFailed, Extractor
from streams.extraction.batches import enrich_many
from streams.kafka.topics import Topics
from streams.observability import metrics
from streams.observability.tracing import Trace, Traces


class Outcome(NamedTuple):
    """What one raw record yields. `enriched` and `chars` (length of the body) are None for a dead letter."""

    records: tuple[Record, ...]
    enriched: EnrichedArticle | None = None
    chars: int | None = None


class Enricher:
    """The `enrich` agent without Kafka: records in, records out. Never raises, whatever a record holds."""

    def __init__(
        self, extractor: Extractor, topics: Topics, max_body_chars: int, actors_file: ActorsFile | None = None
    ) -> None:
        self._extractor, self._topics, self._max_body_chars = extractor, topics, max_body_chars
        self._actors_file = actors_file
        self.at_once = extractor.articles_at_once

    def process(self, record: InputRecord) -> Outcome:
        """The outputs of one record of `articles.raw`."""
        return self.process_many([record])[0]

    def process_many(self, records: Sequence[InputRecord]) -> list[Outcome]:
        """The outputs of each record, in order; one that fails leaves the others alone."""
        if self._actors_file is not None:
            self._extractor = self._actors_file.renew(self._extractor)
        decoded = [self._decode(record) for record in records]
        results = iter(
            enrich_many(
                self._extractor,
                [d for d in decoded if isinstance(d, Article)],
                extracted_at=datetime.now(UTC),
                clock=time.perf_counter,
            )
        )
        return [
            self._encode(record, d, next(results)) if isinstance(d, Article) else self._failed(record, d, None)
            for record, d in zip(records, decoded, strict=True)
        ]

    def _decode(self, record: InputRecord) -> Article | Failure:
        try:
            return decode_article(record.value, max_body_chars=self._max_body_chars)
        except InvalidPayload as e:
            return Failure(e.error, str(e), "decode")

    def _encode(self, record: InputRecord, article: Article, result: Enrichment | ExtractionFailed) -> Outcome:
        if isinstance(result, ExtractionFailed):
            failure = Failure(type(result.cause).__name__, str(result), result.stage)
            return self._failed(record, failure, article.article_id)
        try:
            records = (
                enriched_record(self._topics, result.enriched),
                *(statement_record(self._topics, event) for event in result.events),
            )
        except Exception as e:  # uncaught it would end every worker that reads the record
            failure = Failure(type(e).__name__, f"the result cannot be encoded: {type(e).__name__}: {e}", "encode")
            return self._failed(record, failure, article.article_id)
        return Outcome(records, result.enriched, len(article.body))

    def _failed(self, record: InputRecord, failure: Failure, article_id: str | None) -> Outcome:
        return Outcome((reject(self._topics, record, failure, article_id),))

    def poisonous(self, record: InputRecord) -> Outcome:
        """The dead letter of a record that ended a worker each time that it was processed."""
        reason = "processing this record ended the worker each time; it is not tried again"
        return self._failed(record, Failure("poisonous", reason, "extract"), None)

    def refuse(self, record: InputRecord, reason: str, article_id: str | None) -> Record:
        """The dead letter of a record whose outputs the broker does not take."""
        return reject(self._topics, record, Failure("too_large", reason, "deliver"), article_id)


async def enrich(stream: StreamT[Any], enricher: Enricher, outbox: Outbox, traces: Traces | None = None) -> None:
    """Process a stream of raw records in their order."""
    loop = asyncio.get_running_loop()
    # A thread: a body of a million characters takes seconds, in which /healthz must answer and offsets be committed.
    with ThreadPoolExecutor(1, "extraction") as thread:
        async for events in _in_hand(stream, outbox, enricher.at_once):
            records = [input_record(event) for event in events]
            spent = [outbox.is_poisonous(event) for event in events]
            began = time.time_ns()
            sound = [record for record, poisonous in zip(records, spent, strict=True) if not poisonous]
            processed = iter(await loop.run_in_executor(thread, enricher.process_many, sound))
            for event, record, poisonous in zip(events, records, spent, strict=True):
                outcome = enricher.poisonous(record) if poisonous else next(processed)
                trace = None if traces is None else traces.begin(event.message, began)
                delivery = _Delivery(enricher, record, outcome, event.message.timestamp, trace)
                await outbox.deliver(event, delivery.records, delivered=delivery.delivered, refused=delivery.refused)


async def _in_hand(stream: StreamT[Any], outbox: Outbox, at_once: int) -> AsyncIterator[list[EventT[Any]]]:
    """The stream's records, taken, in lists of `at_once` at most: what came while the last list was worked on.

    Nothing waits for a list to fill up: a record that comes alone goes alone.
    """
    if at_once == 1:
        async for event in outbox.taken(stream):
            yield [event]
        return
    came: asyncio.Queue[EventT[Any] | None] = asyncio.Queue()
    room = asyncio.Semaphore(at_once)

    async def read() -> None:
        try:
            async for event in outbox.taken(stream):
                await room.acquire()
                came.put_nowait(event)
        finally:
            came.put_nowait(None)  # the last: the stream has ended or failed

    reading = asyncio.create_task(read())
    try:
        ended = False
        while not ended:
            together = [await came.get()]
            while not came.empty():
                together.append(came.get_nowait())
            ended = together[-1] is None
            events = [event for event in together if event is not None]
            for _ in events:
                room.release()
            if events:
                yield events
        await reading
    finally:
        reading.cancel()


class _Delivery:
    """Counts an article when it is stored, as what it became in the end."""

    __slots__ = ("_enricher", "_outcome", "_published", "_record", "_trace", "records")

    def __init__(
        self, enricher: Enricher, record: InputRecord, outcome: Outcome, published: float, trace: Trace | None
    ) -> None:
        self._enricher, self._record, self._outcome, self._published = enricher, record, outcome, published
        self._trace = trace
        self.records: Sequence[Record] = outcome.records
        if trace is not None:
            enriched = outcome.enriched
            trace.extracted(enriched.article_id if enriched else None, enriched.timings_ms if enriched else {})
            self.records = [trace.on(record) for record in outcome.records]

    def refused(self, reason: str) -> Record:
        enriched = self._outcome.enriched
        self._outcome = Outcome(())
        letter = self._enricher.refuse(self._record, reason, enriched.article_id if enriched else None)
        self.records = [letter if self._trace is None else self._trace.on(letter)]
        return self.records[0]

    def delivered(self) -> None:
        enriched, chars = self._outcome.enriched, self._outcome.chars
        if enriched is None or chars is None:
            outcome = "dead_letter"
        else:
            outcome = "enriched" if enriched.language == "ar" else "not_arabic"
            metrics.observe_enriched(enriched, chars)
        metrics.articles.labels(outcome).inc()
        metrics.observe_end_to_end(self._published)
        if self._trace is not None:
            self._trace.stored(outcome, len(self.records))
