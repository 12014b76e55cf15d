"""The outbox: what is in hand, from the moment that it is read until its outputs and its offset are committed.

Each input partition of this worker has its own transactions (`transactions.py` tells what that guarantees); the outbox
opens them when a partition comes, settles them before it goes, and holds reading back while too much is in hand.

Faust's own acknowledgement is switched off (`acks=False` on the topics): nothing but these transactions may commit.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from aiokafka.structs import TopicPartition
from faust.types import TP, EventT, StreamT

from streams.delivery.attempts import Attempts
from streams.delivery.deadletters import cut
from streams.delivery.in_hand import InHand
from streams.delivery.records import Record
from streams.delivery.sending import open_producer
from streams.delivery.transactions import Entry, Limits, Lost, Partition
from streams.kafka.commands import reset_offsets
from streams.kafka.sizes import largest_records
from streams.kafka.topics import BrokerUnreachable, declared
from streams.settings import Settings

logger = logging.getLogger(__name__)

# Less, together, than a group waits for a member in a rebalance (app.py).
_SETTLE_SECONDS, _TAKE_BACK_SECONDS = 15.0, 1.0
_PAUSE_SECONDS = 1.0


class Outbox:
    """One a worker. An agent reads from `taken` and does `deliver` with what came of each record."""

    def __init__(self, app: faust.App, settings: Settings, windows: dict[str, int], guarded: str) -> None:
        """`windows` are how many records of each input topic may be in hand; `guarded` is the topic whose records may
        be poisonous.
        """
        self._app, self._settings, self._guarded = app, settings, guarded
        self._deadletter = declared(settings).deadletter.name
        self._largest: Mapping[str, int] = {}  # bytes of a record that each topic takes
        self._limits = Limits(settings.transaction_records, settings.transaction_bytes, settings.transaction_seconds)
        self._partitions: dict[TP, Partition] = {}
        self._running: dict[TP, asyncio.Task[None]] = {}
        self._attempts: dict[TP, Attempts] = {}
        self._queues: list[asyncio.Queue[Any]] = []  # what was read and waits for the agents
        self._failed = False
        self._owning: asyncio.Task[None] | None = None
        self._worked_on, self._in_hand = 0, InHand(windows)

    @property
    def committed(self) -> dict[TP, int]:
        """The committed offset of each partition that has one."""
        return {tp: p.committed.offset for tp, p in self._partitions.items() if p.committed.offset is not None}

    @property
    def retrying(self) -> bool:
        """Whether a transaction waits for the broker."""
        return any(p.retrying for p in self._partitions.values())

    @property
    def has_room(self) -> bool:
        """Whether the agents' queues take another record without waiting."""
        return not any(queue.full() for queue in self._queues)

    async def own(self, tps: Iterable[TP]) -> None:
        """Begin the transactions of newly assigned partitions; when this returns nobody else can commit for them.

        A worker that ends meanwhile gets none: the thread that it would ask for offsets waits for this to return.
        """
        if more := {tp.topic for tp in tps if tp.partition >= self._settings.partitions}:
            why = f"{', '.join(sorted(more))}: more partitions than QAWL_PARTITIONS={self._settings.partitions}"
            await self.fail(RuntimeError(f"{why}; all topics must have as many: qawl topics create tells what has"))
        elif not self._app.should_stop:
            self._owning = asyncio.create_task(self._begin(tps))
            try:
                await self._owning
            except asyncio.CancelledError:
                if not self._app.should_stop:
                    raise

    async def _begin(self, tps: Iterable[TP]) -> None:
        ask = self._app.consumer.committed_with_note  # type: ignore[attr-defined]
        self._largest = await self._sizes()
        new = {tp: Partition(TopicPartition(*tp), self._app.conf.id, self._limits, self._open, ask) for tp in tps}
        try:
            await asyncio.gather(*(p.own() for p in new.values()))
        except asyncio.CancelledError:
            await asyncio.gather(*(p.close() for p in new.values()))
            raise
        self._partitions |= new
        for tp, p in new.items():
            self._running[tp] = asyncio.create_task(self._run(p))
            if tp.topic == self._guarded:
                self._attempts[tp] = Attempts(p, self._settings.max_attempts)

    async def stop(self) -> None:
        """Settle and disconnect. Safe where nothing was ever owned."""
        if self._owning is not None:
            self._owning.cancel()
        if not await self.settle():
            self._tell_left()
        await self._close()

    async def taken(self, stream: StreamT[Any]) -> AsyncIterator[EventT[Any]]:
        """A stream's records, each in hand until its outputs are committed; waits while there are too many."""
        consumer: Any = self._app.consumer
        channel: Any = stream.channel
        self._queues.append(channel.queue)
        async for event in stream.events():
            message = event.message
            await self._in_hand.room(message.topic)
            # Asked after the wait: what a rebalance took meanwhile is another worker's, or is read again.
            if not await consumer.in_order(message):
                self._in_hand.leave(message.topic)
                continue
            self._in_hand.take(message.topic)
            self._worked_on += 1
            if await self._told(event):
                yield event
            else:
                self.drop(event)

    def is_current(self, event: EventT[Any]) -> bool:
        """Whether what comes of a record in hand will be stored: nothing was assigned anew since it was read.

        Else it is to be dropped, and nothing remembered of it: a profile or an article's state would stand for outputs
        that nobody has sent, when the record is read again.
        """
        message = event.message
        current: bool = message.generation_id == self._app.consumer_generation_id
        return current and message.tp in self._partitions

    def drop(self, event: EventT[Any]) -> None:
        """Let go a record in hand that is not current: whoever owns its partition reads it again."""
        self._worked_on -= 1
        self._in_hand.let_go(event.message.topic)

    async def deliver(
        self,
        event: EventT[Any],
        records: Sequence[Record],
        *,
        delivered: Callable[[], None],
        refused: Callable[[str], Record],
    ) -> None:
        """Hand over all outputs of a record in hand that is current, in the order of reading.

        `delivered` is called when they are committed. Where an output is too large for its topic, `refused` gives the
        dead letter to send instead, before anything is sent: such a record would be refused for ever.
        """
        records = [self._fitting(record) for record in records]
        for record in records:
            if record.bytes > (most := self._largest[record.topic]):
                reason = f"an output of {record.bytes} bytes is larger than {record.topic} takes ({most})"
                records = [self._fitting(refused(reason))]
                break
        message = event.message
        self._worked_on -= 1
        done = partial(self._delivered, message, delivered)
        self._partitions[message.tp].add(Entry(message.offset, records, done))
        # With more to come at once, a transaction for each record would cost more than the work on it.
        if not self._worked_on and all(queue.empty() for queue in self._queues):
            self._hurry(self._in_hand.topics)

    def log_end(self, event: EventT[Any]) -> int | None:
        """Where the partition of a record in hand ended when that was read; None where the broker did not tell."""
        consumer: Any = self._app.consumer
        end: int | None = consumer.highwater(event.message.tp)
        return end

    def is_poisonous(self, event: EventT[Any]) -> bool:
        """Whether this record has ended a worker each time that it was processed, too often to be tried again."""
        attempts = self._attempts.get(event.message.tp)
        return attempts is not None and attempts.are_spent(event.message.offset)

    def reset_command(self, topic: str, partition: int | None = None) -> str:
        """What lets the group read a topic from its beginning again."""
        return reset_offsets(self._settings, self._app.conf.id, topic, partition)

    async def settle(self) -> bool:
        """Wait until nothing is in hand; False where that takes too long or the outbox has failed."""
        if self._failed:
            return False
        try:
            async with asyncio.timeout(_SETTLE_SECONDS):
                await self._in_hand_at_most(0, self._in_hand.topics)
        except TimeoutError:
            return False
        return not self._failed

    async def revoked(self) -> None:
        """Before partitions go to another worker: settle, so that it need not do anything again, and forget them.

        What is worked on for longer is not waited for; it is dropped when it is done, being not current any more.
        """
        if not await self.settle():
            if self._failed or any(p.is_storing for p in self._partitions.values()):
                # To go on would mean to read profiles anew while older changes of them are still on their way.
                await self.fail(TimeoutError(f"{self._left} records are not stored, partitions must be given up"))
            self._tell_left()
        await self._close()

    async def fail(self, error: BaseException) -> None:
        """End the worker: what is in hand is not waited for any more, and the process exits with an error."""
        self._failed = True
        self._in_hand.wake()
        await self._app.crash(error)

    @property
    def _left(self) -> int:
        return self._in_hand.of(self._in_hand.topics)

    def _tell_left(self) -> None:
        logger.warning("%d records in hand are left to the next worker that has their partitions", self._left)

    def _fitting(self, record: Record) -> Record:
        return cut(record, self._largest[record.topic]) if record.topic == self._deadletter else record

    async def _sizes(self) -> Mapping[str, int]:
        while True:
            try:
                return await largest_records(self._settings)
            except BrokerUnreachable as e:
                logger.warning("how large records may be is not known yet: %s", e)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _told(self, event: EventT[Any]) -> bool:
        """Note that a record in hand is tried, where that must be told; whether it is to be processed.

        That is done when nothing else of its topic is in hand: what ends the worker then is this record. (Statements
        do not, and thousands of them may wait, in which no article would be tried.)
        """
        message = event.message
        attempts = self._attempts.get(message.tp)
        if attempts is None or not attempts.must_tell(message.offset):
            return True
        await self._in_hand_at_most(1, {message.topic})
        if not self.is_current(event):
            return False
        try:
            await attempts.tell(message.offset)
        except Lost as e:
            if self._attempts.get(message.tp) is attempts:  # else it was given up while this was noted
                await self.fail(e)
            return False
        return self.is_current(event)

    async def _in_hand_at_most(self, records: int, topics: Collection[str]) -> None:
        while self._in_hand.of(topics) > records and not self._failed:
            self._hurry(topics)
            await self._in_hand.less()

    def _hurry(self, topics: Collection[str]) -> None:
        for tp, p in self._partitions.items():
            if tp.topic in topics:
                p.hurry()

    async def _open(self, transactional_id: str) -> AIOKafkaProducer:
        return await open_producer(self._settings, transactional_id, min(self._largest.values()))

    async def _run(self, partition: Partition) -> None:
        try:
            await partition.run()
        except Exception as e:
            logger.critical("%s/%d: outputs cannot be committed, the worker ends: %s", *partition.tp, e)
            await self.fail(e)

    def _delivered(self, message: Any, delivered: Callable[[], None]) -> None:
        delivered()
        self._in_hand.let_go(message.topic)

    async def _close(self) -> None:
        running, self._running = self._running, {}
        partitions, self._partitions = self._partitions, {}
        attempts, self._attempts = self._attempts, {}
        for task in running.values():
            task.cancel()
        await asyncio.gather(*running.values(), return_exceptions=True)
        if not self._failed:
            given_up = [a for tp, a in attempts.items() if not partitions[tp].is_storing]
            await asyncio.gather(*map(self._take_back, given_up))
        await asyncio.gather(*(p.close() for p in partitions.values()))

    async def _take_back(self, attempts: Attempts) -> None:
        with suppress(Lost, TimeoutError):  # at worst a healthy record counts as tried once more than it was
            async with asyncio.timeout(_TAKE_BACK_SECONDS):
                await attempts.take_back()
