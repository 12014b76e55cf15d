"""Exactly once: the outputs of a batch of one input partition and its new offset are one Kafka transaction.

Guaranteed, for consumers with `isolation_level=read_committed`: the outputs of every input record are seen once, and a
committed offset means that those of all records before it are there. Against each failure stands one step:

- A worker dies: what it had not committed is aborted when the next owner's producer starts (`Partition.own`), and the
  next owner reads on from the committed offset.
- A worker is paused, loses its partitions and wakes up (a zombie): the next owner's producer has the same transactional
  id, so Kafka refuses whatever the zombie still wants to commit (`ProducerFenced`). The worker ends.
- Two owners overlap for a moment: an owner reads the committed offset only after its producer has fenced the other's,
  and nothing but these producers commits offsets. So each transaction takes the offset from where the last one left it.
- The answer to a commit is lost: aiokafka asks again until it knows. Where it gives up, a new producer fences the old
  one, and the committed offset tells whether the transaction took place (`Partition._begin_again`).
- The broker is away: the batch waits, with growing pauses, and is sent again; nothing is dropped.

Why not Faust's `exactly_once`: its transactions hold outputs of records whose offsets they do not commit, and it logs
errors of transactions and goes on (faust-streaming issues 323, 502, 517).
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.delivery.records import Record
from streams.delivery.sending import close, newest, send
from streams.observability import metrics

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds between attempts while the broker is away
_ANSWER_SECONDS, _LAST_WORD_SECONDS = 45.0, 0.5  # longer than aiokafka waits for an answer (40 s)
_TROUBLE = (KafkaError, OSError, TimeoutError)  # of a broker that is away, or of the way to it


class Limits(NamedTuple):
    """How large a transaction may become: input records, bytes of outputs, seconds since its first output came."""

    records: int
    bytes: int
    seconds: float


class Committed(NamedTuple):
    """An offset as the group has it, None where it has none, with the note beside it."""

    offset: int | None
    note: str


@dataclass(slots=True)
class Entry:
    """An input record's outputs. `delivered` is called when they are committed."""

    offset: int
    records: Sequence[Record]
    delivered: Callable[[], None]
    since: float = field(default_factory=time.monotonic)
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.bytes = sum(r.bytes for r in self.records)


class Lost(RuntimeError):
    """The partition belongs to another worker by now; nothing more may be committed for it."""


class TooLarge(RuntimeError):
    """A topic takes less than when the partition was assigned; a worker that starts anew knows how much.

    Another record instead would not do: what the article's next versions tell rests on what this one was to tell.
    """


class Partition:
    """The transactions of one input partition, one after the other, while this worker owns it."""

    def __init__(
        self,
        tp: TopicPartition,
        group: str,
        limits: Limits,
        open_producer: Callable[[str], Awaitable[AIOKafkaProducer]],
        committed: Callable[[TopicPartition], Awaitable[Committed]],
    ) -> None:
        """`open_producer` connects one with a transactional id, `committed` asks the group for its offset."""
        self.tp, self._group, self._limits = tp, group, limits
        self._open, self._ask = open_producer, committed
        self._producer: AIOKafkaProducer | None = None
        self._waiting: deque[Entry] = deque()
        self._waiting_bytes = 0
        self._came = asyncio.Event()
        self._hurry = False
        self._noting: asyncio.Task[None] | None = None
        self._given_up = False
        self.committed = Committed(None, "")
        self.retrying = False

    async def own(self) -> None:
        """Fence whoever owned the partition, end what it left open, and read where it got to; waits for the broker.

        Raises:
            Lost: the partition was given up; now it would be its next owner that is fenced.
        """
        pauses = self._pauses("the broker does not answer")
        while True:
            if self._given_up:
                raise Lost(f"{self.tp.topic}/{self.tp.partition} was given up")
            try:
                await self._disconnect()
                # The order is the guarantee: once this producer has started, no other can move the offset read below.
                async with asyncio.timeout(_ANSWER_SECONDS):  # aiokafka waits for ever for a transaction coordinator
                    self._producer = await self._open(f"{self._group}-{self.tp.topic}-{self.tp.partition}")
                self.committed = await self._ask(self.tp)
                self.retrying = False
                return
            except _TROUBLE as e:
                await pauses(e)

    @property
    def is_storing(self) -> bool:
        """Whether outputs wait to be committed."""
        return bool(self._waiting)

    def add(self, entry: Entry) -> None:
        """Take a record's outputs; they are committed soon, in the order of the calls."""
        self._waiting.append(entry)
        self._waiting_bytes += entry.bytes
        self._came.set()

    def hurry(self) -> None:
        """Nothing else is being worked on: what waits need not wait for company."""
        self._hurry = True
        self._came.set()

    async def run(self) -> None:
        """Commit batch after batch, for ever.

        Raises:
            Lost: another worker owns the partition.
            TooLarge: a topic does not take an output.
        """
        while True:
            batch = await self._batch()
            started = time.monotonic()
            await self._store(batch)
            metrics.transactions.labels("committed").inc()
            metrics.transaction_seconds.observe(time.monotonic() - started)
            for entry in batch:
                self._waiting.popleft()
                self._waiting_bytes -= entry.bytes
                entry.delivered()

    async def note(self, offset: int, note: str) -> None:
        """Commit the offset of the record that comes next, with a note beside it; nothing may be waiting.

        Raises:
            Lost: another worker owns the partition, or it was given up meanwhile.
        """
        assert not self._waiting
        self._noting = asyncio.create_task(self._retry([], OffsetAndMetadata(offset, note)))
        try:
            await self._noting
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if not self._given_up or (caller is not None and caller.cancelling()):
                raise
            raise Lost(f"{self.tp.topic}/{self.tp.partition} was given up before {note!r} was noted") from None

    async def close(self) -> None:
        """Give the partition up; what is not committed is left to the next owner."""
        self._given_up = True
        if self._noting is not None:
            self._noting.cancel()  # it would go on trying, and with a new producer fence the next owner
            await asyncio.wait({self._noting})
        await self._disconnect()

    async def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await close(producer)

    async def _batch(self) -> list[Entry]:
        """The records of the next transaction: what waits, once it is enough or has waited long enough."""
        while not self._waiting:
            self._came.clear()
            await self._came.wait()
        while not self._hurry and (left := self._waiting[0].since + self._limits.seconds - time.monotonic()) > 0:
            if len(self._waiting) >= self._limits.records or self._waiting_bytes >= self._limits.bytes:
                break
            self._came.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._came.wait()
        self._hurry = False
        batch: list[Entry] = []
        size = 0
        for entry in self._waiting:
            size += entry.bytes
            if batch and (len(batch) >= self._limits.records or size > self._limits.bytes):
                break
            batch.append(entry)
        return batch

    async def _store(self, batch: Sequence[Entry]) -> None:
        if self.committed.offset is not None and batch[0].offset < self.committed.offset:
            raise Lost(f"{self.tp.topic}/{self.tp.partition}: offset {batch[0].offset} is committed already")
        await self._retry(batch, OffsetAndMetadata(batch[-1].offset + 1, ""))

    async def _retry(self, batch: Sequence[Entry], position: OffsetAndMetadata) -> None:
        """Commit a batch and the offset behind it, however often that must be tried."""
        pauses = self._pauses("a transaction failed")
        while True:
            try:
                await self._watch(self._transact(batch, position))
                break
            except ProducerFenced as e:
                why = "has another owner (a worker with the same QAWL_WORKER_ID?), or a transaction timed out"
                raise Lost(f"{self.tp.topic}/{self.tp.partition} {why}") from e
            except _TROUBLE as e:
                await pauses(e)
                if await self._begin_again(position):
                    break
        self.retrying = False
        self.committed = Committed(position.offset, position.metadata)

    async def _watch(self, transaction: Coroutine[Any, Any, None]) -> None:
        """A transaction, unless its producer's sender ends: aiokafka's may, by an error of its own, and be silent."""
        assert self._producer is not None, "the partition is not owned"
        sender = self._producer._sender.sender_task
        working = asyncio.create_task(transaction)
        try:
            await asyncio.wait({working, sender}, timeout=_ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await asyncio.wait({working}, timeout=_LAST_WORD_SECONDS)
            ended = sender.exception() if sender.done() and not sender.cancelled() else None
            if not working.done() and isinstance(ended, ProducerFenced):
                raise ended  # to begin again would fence the owner that fenced this one
            if not working.done():
                raise TimeoutError("the producer does not answer")
            await working
        finally:
            working.cancel()

    async def _transact(self, batch: Sequence[Entry], position: OffsetAndMetadata) -> None:
        producer = self._producer
        assert producer is not None, "the partition is not owned"
        await producer.begin_transaction()
        sending = [(record, await send(producer, record)) for record in newest([entry.records for entry in batch])]
        await producer.send_offsets_to_transaction({self.tp: position}, self._group)
        for record, sent in sending:
            try:
                await sent
            except MessageSizeTooLargeError as e:
                raise TooLarge(
                    f"{record.topic} refused an output of {record.bytes} bytes: its max.message.bytes is smaller now"
                ) from e
        await producer.commit_transaction()

    async def _begin_again(self, position: OffsetAndMetadata) -> bool:
        """A new producer, which aborts what the old one left open; whether the transaction had taken place after all.

        Raises:
            Lost: the committed offset is neither where this worker left it nor where it wanted it.
        """
        before = self.committed
        await self.own()
        if self.committed == Committed(position.offset, position.metadata):
            return True
        if self.committed != before:
            what = f"from {before.offset} to {position.offset} was wanted, {self.committed.offset} is there"
            raise Lost(f"{self.tp.topic}/{self.tp.partition} was committed by another worker: {what}")
        return False

    def _pauses(self, what: str) -> Callable[[BaseException], Awaitable[None]]:
        """Tells of a failure and waits, each time longer."""
        pause = _FIRST_PAUSE

        async def wait(error: BaseException) -> None:
            nonlocal pause
            self.retrying = True
            metrics.transactions.labels("retried").inc()
            logger.warning("%s/%d: %s, trying again in %.1f s: %r", *self.tp, what, pause, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

        return wait
