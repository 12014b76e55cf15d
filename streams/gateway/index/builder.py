"""Keeps the index current: reads the topics from where the index stands, one transaction of SQLite a batch."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.gateway import metrics
from streams.gateway.index.store import MadeAnew, Place, Record, Store
from streams.gateway.reading import known_end, partitions_of, reader
from streams.kafka.topics import declared
from streams.observability.logs import position
from streams.settings import Settings

logger = logging.getLogger("qawl.gateway.index")

_FETCH_MS, _MOST_RECORDS = 500, 1000
_RETRY_SECONDS = 2.0
_PRUNE_SECONDS = 600.0


class Builder:
    """Runs beside the gateway's requests; the file is written in a thread of its own."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        topics = declared(settings)
        # Articles before what was found in them: an article that is shown has its text.
        self._roles = {
            topics.raw.name: "raw",
            topics.enriched.name: "enriched",
            topics.statements.name: "statements",
            topics.actors.name: "actors",
        }
        self._thread = ThreadPoolExecutor(1, "qawl-index")
        self.complete = asyncio.Event()  # set once it had all that there was

    async def run(self) -> None:
        """Until cancelled; over failures of the broker."""
        try:
            while True:
                try:
                    await self._follow()
                except MadeAnew:
                    logger.warning("the topics were made anew: so is the index")
                    await self._write(self._store.begin_anew)
                except (KafkaError, OSError, TimeoutError, sqlite3.OperationalError) as e:
                    logger.warning("the index waits, trying again: %s", str(e) or type(e).__name__)
                    await asyncio.sleep(_RETRY_SECONDS)
                except sqlite3.DatabaseError:
                    await self._write(self._store.discard)
                    raise
        finally:
            # Its last write must have ended: the file is closed next, and SQLite would write into what is freed.
            self._thread.shutdown(wait=True)

    async def _follow(self) -> None:
        async with reader(self._settings) as consumer:
            tps = [tp for topic in self._roles for tp in await partitions_of(consumer, topic)]
            consumer.assign(tps)
            await self._begin(consumer, tps)
            pruned = 0.0
            while True:
                if time.monotonic() - pruned > _PRUNE_SECONDS:
                    begins = await consumer.beginning_offsets(tps)
                    gone = await self._write(self._store.prune, {self._place(tp): at for tp, at in begins.items()})
                    pruned = time.monotonic()
                    if gone:
                        logger.info("%d statements left the index: Kafka no longer keeps them", gone)
                batches = await consumer.getmany(timeout_ms=_FETCH_MS, max_records=_MOST_RECORDS)
                if batches:
                    await self._take(batches)
                await self._look(consumer, tps)

    async def _begin(self, consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]) -> None:
        begins, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        known = await self._write(self._store.positions)
        if any(known.get(self._place(tp), 0) > ends[tp] for tp in tps):
            raise MadeAnew
        for tp in tps:
            # From the last record on that it has: another one there tells that the topic was made anew, and grew.
            consumer.seek(tp, max(begins[tp], known.get(self._place(tp), 0) - 1))

    async def _take(self, batches: dict[TopicPartition, list[Any]]) -> None:
        order = list(self._roles)
        records, positions = [], {}
        for tp in sorted(batches, key=lambda tp: order.index(tp.topic)):
            place = self._place(tp)
            records += [Record(*place, r.offset, r.key, r.value) for r in batches[tp]]
            positions[place] = batches[tp][-1].offset + 1
        invalid = await self._write(self._store.apply, records, positions)
        for record, problem in invalid:
            metrics.read.labels(f"index.{record.topic}", "invalid").inc()
            if record.topic != "raw":  # such an article is a dead letter, of which the worker told
                logger.error("passed over: %s", problem, extra=position(record.topic, record.partition, record.offset))

    async def _look(self, consumer: AIOKafkaConsumer, tps: Sequence[TopicPartition]) -> None:
        lag = dict.fromkeys(self._roles.values(), 0)
        known = True
        for tp in tps:
            end = known_end(consumer, tp)
            known &= end is not None
            lag[self._roles[tp.topic]] += max(0, (end or 0) - await consumer.position(tp))
        for role, behind in lag.items():
            metrics.index_lag.labels(role).set(behind)
        if known and not any(lag.values()):
            self.complete.set()

    def _place(self, tp: TopicPartition) -> Place:
        return self._roles[tp.topic], tp.partition

    async def _write(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
