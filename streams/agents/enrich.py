"""`articles.raw` -> `articles.enriched`, `statements` and `articles.state`, or `articles.deadletter`."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from faust.types import EventT, StreamT

from schemas import Article, EnrichedArticle, StatementEvent
from schemas.codec import InvalidPayload, decode_article, encode
from streams.agents.actors_file import ActorsFile
from streams.agents.versions import Revision, Versions, revise
from streams.delivery.deadletters import Failure, Rejection
from streams.delivery.outbox import Outbox
from streams.delivery.records import (
    InputRecord,
    Record,
    enriched_record,
    input_record,
    retraction_record,
    state_record,
    statement_record,
)
from streams.extraction import Enrichment, ExtractionFailed, Extractor
from streams.extraction.batches import enrich_many
from streams.kafka.topics import Topics
from streams.observability import metrics
from streams.observability.tracing import Trace, Traces


class Outcome(NamedTuple):
    """What one raw record yields by itself: a dead letter, or an enriched event and what the article states."""

    record: Record
    article: Article | None = None
    enriched: EnrichedArticle | None = None
    statements: tuple[tuple[StatementEvent, Record], ...] = ()
    rejection: Rejection | None = None


class Enricher:
    """The `enrich` agent without Kafka and without memory. Never raises, whatever a record holds."""

    def __init__(
        self, extractor: Extractor, topics: Topics, max_body_chars: int, actors_file: ActorsFile | None = None
    ) -> None:
        self.topics = topics
        self._extractor, self._max_body_chars = extractor, max_body_chars
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
            record_of_all = enriched_record(self.topics, result.enriched)
            statements = tuple((event, statement_record(self.topics, event)) for event in result.events)
        except Exception as e:  # uncaught it would end every worker that reads the record
            failure = Failure(type(e).__name__, f"the result cannot be encoded: {type(e).__name__}: {e}", "encode")
            return self._failed(record, failure, article.article_id)
        return Outcome(record_of_all, article, result.enriched, statements)

    def _failed(self, record: InputRecord, failure: Failure, article_id: str | None) -> Outcome:
        rejection = Rejection(self.topics, record, failure, article_id)
        return Outcome(rejection.letter(), rejection=rejection)

    def poisonous(self, record: InputRecord) -> Outcome:
        """The dead letter of a record that ended a worker each time that it was processed."""
        reason = "processing this record ended the worker each time; it is not tried again"
        return self._failed(record, Failure("poisonous", reason, "extract"), None)

    def refuse(self, record: InputRecord, reason: str, article_id: str | None) -> Rejection:
        """Of a record whose outputs the broker does not take."""
        return Rejection(self.topics, record, Failure("too_large", reason, "deliver"), article_id)


async def enrich(
    stream: StreamT[Any], enricher: Enricher, versions: Versions, outbox: Outbox, traces: Traces | None = None
) -> None:
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
                if not outbox.is_current(event):
                    outbox.drop(event)
                    continue
                trace = None if traces is None else traces.begin(event.message, began)
                delivery = _Delivery(enricher, versions, record, outcome, event.message.timestamp, trace)
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
    """What leaves of an article, given what was told of it before; counted when it is stored, as what it became."""

    __slots__ = (
        "_before",
        "_enricher",
        "_outcome",
        "_published",
        "_record",
        "_rejection",
        "_revision",
        "_trace",
        "_versions",
        "records",
    )

    def __init__(
        self,
        enricher: Enricher,
        versions: Versions,
        record: InputRecord,
        outcome: Outcome,
        published: float,
        trace: Trace | None,
    ) -> None:
        self._enricher, self._versions, self._record = enricher, versions, record
        self._outcome, self._published, self._trace = outcome, published, trace
        self._revision: Revision | None = None
        self._rejection = outcome.rejection
        article, enriched = outcome.article, outcome.enriched
        if trace is not None:
            trace.extracted(article.article_id if article else None, enriched.timings_ms if enriched else {})
        self.records: tuple[Record, ...] = self._of_trace(outcome.record)
        if article is None:
            return
        self._before = versions.get(article.article_id)
        self._revision = revise(self._before, article, [event for event, _ in outcome.statements], datetime.now(UTC))
        self.records = self._of_trace(*self._outputs(article, self._revision))

    def _of_trace(self, *records: Record) -> tuple[Record, ...]:
        return records if self._trace is None else tuple(self._trace.on(record) for record in records)

    def _outputs(self, article: Article, revision: Revision) -> Iterator[Record]:
        if revision.state is None:
            return
        topics = self._enricher.topics
        if article.status != "withheld":  # of such an article nothing is told, not even its title
            yield self._outcome.record
        for retraction in revision.retractions:
            yield retraction_record(topics, retraction, self._record)
        new = {event.statement_id for event in revision.statements}
        yield from (record for event, record in self._outcome.statements if event.statement_id in new)
        state = state_record(topics, revision.state, self._record.partition)
        self._versions.put(article.article_id, state.value, self._record.partition)
        yield state

    def refused(self, reason: str) -> Record:
        article, self._revision = self._outcome.article, None
        if article is not None:
            before = None if self._before is None else encode(self._before)
            self._versions.put(article.article_id, before, self._record.partition)  # nothing of it is told
        self._rejection = self._enricher.refuse(self._record, reason, article.article_id if article else None)
        self.records = self._of_trace(self._rejection.letter())
        return self.records[0]

    def delivered(self) -> None:
        article, enriched, revision = self._outcome.article, self._outcome.enriched, self._revision
        if self._rejection is not None:
            self._rejection.tell()
        if article is None or enriched is None or revision is None:
            outcome = "dead_letter"
        elif revision.outcome != "told":
            outcome = revision.outcome
        else:
            sound = "enriched" if enriched.language == "ar" else "not_arabic"
            outcome = sound if article.status == "usable" else "withdrawn"
            metrics.observe_enriched(enriched, len(article.body))
            metrics.observe_statements(article.source, revision.statements, revision.retractions)
        metrics.articles.labels(outcome).inc()
        metrics.observe_end_to_end(self._published)
        if self._trace is not None:
            self._trace.stored(outcome, len(self.records))
