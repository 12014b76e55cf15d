"""The outbox: sends the outputs of every record that is read, and commits a record's offset once all are stored.

Guaranteed: at least once. A committed offset means that for every record before it all outputs (or its dead letter) are
acknowledged by all in-sync replicas. A worker that dies leaves the offset behind and the record is processed again.

Faust's own acknowledgement is switched off (`acks=False` on the topics), because with records in flight it loses some:

- `Consumer._new_offset` takes a partition without a committed offset to begin at the first acknowledged record, and
  lets one unacknowledged record at the committed offset pass: it commits beyond records that are still in flight.
- `Stream._py_aiter` (where Faust has no compiled extension) acknowledges the buffered records that a rebalance skips.
- An exception in an agent acknowledges the record that caused it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from faust.types import TP, EventT, StreamT

from streams.delivery.records import Record
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_MESSAGE_BYTES
from streams.observability import metrics
from streams.observability.logs import position
from streams.settings import Settings

logger = logging.getLogger(__name__)

_WINDOW = 256  # records in hand; bounds memory and what a crash makes the next worker do again
_COMMIT_SECONDS = 0.5
_SETTLE_SECONDS = 15.0  # less than a group waits for a member in a rebalance (app.py)
_DISCONNECT_SECONDS = 3.0
_FRAMING_BYTES = 1024  # what Kafka puts around a record
# A dead letter is as large as the record that it came from, plus its headers.
MAX_REQUEST_BYTES = MAX_MESSAGE_BYTES + 64 * 1024


@dataclass(frozen=True, slots=True)
class _Sent:
    """A record whose outputs are on their way."""

    event: EventT[Any]
    acknowledgements: list[asyncio.Future[Any]]
    delivered: Callable[[], None]
    refused: Callable[[str], Record]


class Outbox:
    """One a worker. An agent reads from `taken` and does `deliver` with what came of each record."""

    def __init__(self, app: faust.App, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._producer: AIOKafkaProducer | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._failed = False
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._window = asyncio.Semaphore(_WINDOW)
        self._sent: asyncio.Queue[_Sent] = asyncio.Queue()
        self._committing = asyncio.Lock()
        self._stored: dict[TP, int] = {}  # next offset to read, all before it is stored
        self.committed: dict[TP, int] = {}

    async def start(self) -> None:
        """Connect. Raises KafkaConnectionError where no broker answers."""
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,  # a retried send after a lost answer must not append twice
            max_request_size=MAX_REQUEST_BYTES,
            max_batch_size=64 * 1024,
            linger_ms=2,
        )
        await self._producer.start()
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._commit_regularly())]

    async def stop(self) -> None:
        """Settle and disconnect. Safe where `start` failed or was never called."""
        if not await self.settle():
            logger.warning("%d records are left to the next worker", self._in_hand)
        for task in self._tasks:
            task.cancel()
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(TimeoutError):  # without a broker it waits most of a minute for what cannot be sent
                async with asyncio.timeout(_DISCONNECT_SECONDS):
                    await producer.stop()

    async def taken(self, stream: StreamT[Any]) -> AsyncIterator[EventT[Any]]:
        """A stream's records, each in hand until it is delivered; waits while there are too many."""
        consumer: Any = self._app.consumer
        async for event in stream.events():
            message = event.message
            await self._window.acquire()
            # Asked after the wait: what a rebalance took meanwhile is another worker's, or is read again.
            if not await consumer.in_order(message):
                self._window.release()
                continue
            self._in_hand += 1
            self._idle.clear()
            metrics.in_flight.set(self._in_hand)
            self._app.sensors.on_message_in(message.tp, message.offset, message)  # Faust does for topics with acks only
            yield event

    async def deliver(
        self,
        event: EventT[Any],
        records: Sequence[Record],
        *,
        delivered: Callable[[], None],
        refused: Callable[[str], Record],
    ) -> None:
        """Send all outputs of a record in hand; returns when they are on their way, in the order of the calls.

        `delivered` is called when all are stored. Where an output is too large for its topic, `refused` gives the dead
        letter to send instead: such a record would be refused for ever. Any other failed send ends the worker; the
        record stays uncommitted and is processed again, late but not lost.
        """
        largest = max((len(r.key or b"") + len(r.value or b"") for r in records), default=0)
        if largest > MAX_MESSAGE_BYTES - _FRAMING_BYTES:
            # Before anything is sent: half of an article's outputs would be worse than none.
            records = [refused(f"an output of {largest} bytes is larger than its topic takes ({MAX_MESSAGE_BYTES})")]
        sent = [await self._send(record) for record in records]
        self._sent.put_nowait(_Sent(event, sent, delivered, refused))

    async def settle(self) -> bool:
        """Wait until nothing is in hand and commit; False where that takes too long or the outbox has failed."""
        if self._failed:
            return False
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                while self._in_hand:  # an agent that waits for room takes one more when the last is out of hand
                    await self._idle.wait()
                await self.commit()  # for ever, where no broker answers
        except TimeoutError:
            return False
        return True

    async def revoked(self) -> None:
        """Before partitions go to another worker: settle, so that it need not do anything again, and forget them."""
        if not await self.settle():
            # To go on would mean to read profiles anew while older changes of them are still on their way.
            await self.fail(TimeoutError(f"{self._in_hand} records are not stored, partitions must be given up"))
        self._stored.clear()
        self.committed.clear()

    async def commit(self) -> None:
        """Commit what is stored by now."""
        async with self._committing:
            offsets = {tp: offset for tp, offset in self._stored.items() if offset != self.committed.get(tp)}
            consumer: Any = self._app.consumer
            # `commit` of the same object commits what Faust saw acknowledged, which is nothing here.
            if offsets and await consumer._commit(offsets):
                self.committed |= offsets
                self._app.monitor.on_tp_commit(offsets)

    async def _send(self, record: Record) -> asyncio.Future[Any]:
        assert self._producer is not None, "the outbox is not started"
        topic, key, value, headers, partition = record
        future: asyncio.Future[Any]
        if key is None and value is None:
            # `send` has an assertion against such records. Other clients write them, and its dead letter must be one.
            batch = self._producer.create_batch()
            batch.append(timestamp=None, key=None, value=None, headers=list(headers))
            future = await self._producer.send_batch(batch, topic, partition=partition)
        else:
            future = await self._producer.send(topic, value, key, partition=partition, headers=list(headers))
        return future

    async def _follow(self) -> None:
        """Wait for the acknowledgements, record by record in the order of reading.

        In order, because an offset stands for all records before it: one task a record would let a quick one pass a
        slow one, and a crash in between would lose the slow one.
        """
        while True:
            sent = await self._sent.get()
            message = sent.event.message
            try:
                await self._wait_stored(sent)
            except Exception as e:
                logger.critical(
                    "an output cannot be stored, the worker ends and the record will be processed again: %s",
                    e,
                    extra=position(message.topic, message.partition, message.offset),
                )
                await self.fail(e)
                return
            # A record that was read before a rebalance says nothing about a partition that is assigned anew.
            if message.generation_id == self._app.consumer_generation_id:
                self._stored[message.tp] = message.offset + 1
            self._app.sensors.on_message_out(message.tp, message.offset, message)
            sent.delivered()
            self._in_hand -= 1
            metrics.in_flight.set(self._in_hand)
            self._window.release()
            if not self._in_hand:
                self._idle.set()

    async def _wait_stored(self, sent: _Sent) -> None:
        try:
            for acknowledgement in sent.acknowledgements:
                await acknowledgement
        except MessageSizeTooLargeError as e:
            # The cluster allows less than the topics were declared with.
            await (await self._send(sent.refused(f"the broker refused an output: {e}")))

    async def _commit_regularly(self) -> None:
        while True:
            await asyncio.sleep(_COMMIT_SECONDS)
            await self.commit()

    async def fail(self, error: BaseException) -> None:
        """End the worker: what is in hand is not waited for any more, and the process exits with an error."""
        self._failed = True
        await self._app.crash(error)
