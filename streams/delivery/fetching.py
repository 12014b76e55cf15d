"""How records are fetched: committed ones only, each with the offset at which its reading began."""

import logging
from collections.abc import Container, Mapping
from contextlib import suppress
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition
from faust.transport.drivers import aiokafka
from faust.types import TP

from streams.delivery.committed import committed
from streams.delivery.transactions import Committed
from streams.kafka.log_starts import log_starts
from streams.kafka.reading import close, log_ends
from streams.kafka.tolerant import tolerant
from streams.observability import metrics

logger = logging.getLogger(__name__)
_logger = logging.getLogger("faust.consumer")  # a Faust service logs its steps; under our name they would be shown


class Truncated(RuntimeError):
    """A topic ends before what was read of it; the text says what to do."""


class FetchThread(aiokafka.AIOKafkaConsumerThread):
    """Faust's thread around aiokafka's consumer; each record comes with the offset at which its reading began.

    That is the offset behind the record that was read before it, so that a record of a compacted or transactional
    topic, whose offsets have holes, can be told from one before which records were lost.
    """

    logger = _logger

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fetched: dict[TP, int] = {}  # the offset behind the last record that left aiokafka
        self._log_starts: Mapping[TopicPartition, int] = {}

    async def on_thread_stop(self) -> None:
        """Faust's, but for how the consumer is closed: where no broker answers aiokafka's `stop` fails."""
        await super(aiokafka.AIOKafkaConsumerThread, self).on_thread_stop()
        if self._consumer is not None:
            with suppress(KafkaError):  # there is nothing left to be said: what is done is committed
                await close(self._consumer)

    async def _fetch_records(
        self,
        consumer: Any,
        active_partitions: Container[TP] | None,
        timeout: float | None = None,
        max_records: Any = None,
    ) -> Any:
        # aiokafka takes an empty set for "all", and Faust empties the very set that it gave when a rebalance begins:
        # then records of all partitions are taken out of aiokafka, for nobody.
        active = None if active_partitions is None else _Only(active_partitions)
        batches = await super()._fetch_records(consumer, active, timeout, max_records)  # type: ignore[arg-type]
        for tp, records in batches.items():
            await self._verify(tp, records[0].offset)
        return {tp: self._linked(tp, records) for tp, records in batches.items()}

    async def _verify(self, tp: TP, offset: int) -> None:
        """Tell of records that the topic removed before they were read.

        Raises:
            Truncated: the log ends before what was read of it.
        """
        begin = self.fetched.get(tp)
        if begin is None or self.consumer._is_changelog_tp(tp):
            return
        removed = min(self._log_starts.get(TopicPartition(*tp), 0), offset) - begin
        if removed > 0:
            metrics.removed_unread.labels(tp.topic).inc(removed)
            logger.error(
                "%s/%d: the records from offset %d to %d were removed before they were read: the topic keeps them for "
                "too short a time (retention.ms, retention.bytes), or workers were away for too long. Their articles "
                "must be sent again",
                *tp,
                begin,
                begin + removed - 1,
            )
        if offset < begin:
            end = (await log_ends(self._ensure_consumer(), [TopicPartition(*tp)]))[TopicPartition(*tp)]
            if end < begin:  # else the broker was wrong for a moment, and the records that come are passed over
                raise Truncated(
                    f"{tp.topic}/{tp.partition} was read up to offset {begin} and ends at {end} now: it was made anew, "
                    f"or a broker lost records. Stop all workers and let the group begin where it is to go on: "
                    + self.consumer.app.outbox.reset_command(tp.topic, tp.partition)  # type: ignore[attr-defined]
                )

    def _linked(self, tp: TP, records: list[Any]) -> list[tuple[int, Any]]:
        begin = self.fetched.get(tp, records[0].offset)
        linked = []
        for record in records:
            linked.append((min(begin, record.offset), record))
            begin = record.offset + 1
        self.fetched[tp] = begin
        return linked

    def _create_worker_consumer(self, transport: Any) -> Any:
        # Aborted outputs of a worker that died must be read neither as statements nor as profiles. `in_transaction`
        # would also start Faust's own transactions; here it only chooses the isolation level.
        consumer: Any = self.consumer
        consumer.in_transaction = True
        try:
            worker: Any = super()._create_worker_consumer(transport)
        finally:
            consumer.in_transaction = False
        self._log_starts = log_starts(worker)
        return tolerant(worker)

    async def _highwaters(self, partitions: Any) -> Mapping[TP, int]:
        # The transaction that a dead owner left, committed or aborted by now, may still count as open. Recovery waits
        # for its end.
        ends: Mapping[TP, int] = await log_ends(self._ensure_consumer(), partitions)
        return ends

    async def _committed_with_note(self, tp: TopicPartition) -> Committed:
        return await committed(self._ensure_consumer()._coordinator, tp)

    async def _is_read(self, tp: TP, applied: int | None, end: int) -> bool:
        """Whether all records before `end` are applied: those behind the last one are markers, or were aborted."""
        fetched = self.fetched.get(tp)
        if fetched is not None and (applied is None or applied + 1 < fetched):
            return False  # on its way
        position: int | None = await self._ensure_consumer().position(TopicPartition(*tp))
        return position is not None and position >= end and self.fetched.get(tp) == fetched

    async def _seek_wait(self, consumer: Any, partitions: Mapping[TP, int]) -> None:
        self.fetched.update(partitions)  # and `consumer` is sought before anything else can happen in this thread
        await super()._seek_wait(consumer, partitions)

    async def seek_back(self, tp: TP, offset: int) -> None:
        """Seek, in one step with the note of it."""
        if tp in self.assignment():  # a rebalance may have taken it meanwhile
            self._ensure_consumer().seek(tp, offset)
            self.fetched[tp] = offset


class _Only:
    """A view of a set that is true also when the set is empty."""

    def __init__(self, tps: Container[TP]) -> None:
        self._tps = tps

    def __contains__(self, tp: object) -> bool:
        return tp in self._tps
