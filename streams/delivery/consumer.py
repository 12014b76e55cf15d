"""How records are read: from the committed offset on, without a gap, whatever a rebalance does to batches on their way.

Between Kafka and an agent a record passes three places that a rebalance empties without telling the one before: the
batch that Faust's consumer thread has fetched, the one its main loop delivers, and the agent's queue. A partition that
is not sought back after the last of them was emptied goes on behind what was in them, and the next commit loses it.
`Consumer` keeps the order of these steps; `in_order` proves for each record that no step was missed.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.structs import TopicPartition
from faust.transport.drivers import aiokafka
from faust.types import TP, ConsumerMessage
from mode import Service
from mode.services import WaitResults

from streams.delivery.fetching import FetchThread
from streams.delivery.transactions import Committed

logger = logging.getLogger(__name__)
_logger = logging.getLogger("faust.consumer")  # a Faust service logs its steps; under our name they would be shown
_AGAIN_SECONDS = 1.0  # between two seeks of a partition: what was fetched before the first still comes
_STALLED_SECONDS = 30.0  # longer than any article takes
_WATCH_SECONDS = 5.0
_HELD_BACK_SECONDS = 0.05


class _Forgetful(dict[TP, int | None]):
    """Faust's `_read_offset`, empty: it makes Faust drop a record with a smaller offset than the last one.

    Where a batch from before a seek is delivered after it, that would drop the records that the seek is there for.
    `in_order` drops what comes twice, and recovery does so for changelogs.
    """

    def __getitem__(self, tp: TP) -> None:
        return None

    def __setitem__(self, tp: TP, offset: int | None) -> None:
        pass

    def update(self, *_: Any, **__: Any) -> None:
        pass


class Consumer(aiokafka.Consumer):
    """Faust's consumer, which reads each input partition from its committed offset on without a gap."""

    logger = _logger
    _thread: FetchThread

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._read_offset = _Forgetful()
        # The offset that an agent must get next, for each input once it is sought. None between two assignments.
        self._next: dict[TP, int] | None = None
        self._sought: dict[TP, float] = {}

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish and commit what is in hand (that is a callback of ours), then take no more records."""
        await super().on_partitions_revoked(revoked)
        self._next = None
        # An agent's queue that was full when it was emptied would resume its partition too early, with its next record.
        self._buffered_partitions.clear()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """No input is read before it is sought, and none is sought before its last owner is fenced.

        Nor are profiles: what that owner could still commit would be missing from them.
        """
        self._next = {}
        await self.app.outbox.own({tp for tp in assigned if not self._is_changelog_tp(tp)})  # type: ignore[attr-defined]
        await super().on_partitions_assigned(assigned, generation_id)

    async def committed_with_note(self, tp: TopicPartition) -> Committed:
        """The group's offset of a partition and the note beside it. Raises KafkaError."""
        found: Committed = await self._thread.call_thread(self._thread._committed_with_note, tp)
        return found

    async def is_read(self, tp: TP, applied: int | None, end: int) -> bool:
        """Whether a changelog is read up to `end`, its last applied record being at `applied`."""
        read: bool = await self._thread.call_thread(self._thread._is_read, tp, applied, end)
        return read

    async def wait_first(self, *waited: Any, timeout: Any = None) -> WaitResults:
        """What is done first of several things.

        Faust hands each record to its agent in a race with the end of flow, which takes four tasks, more than the rest
        of its way. Where nothing holds the record up there is no race.
        """
        if len(waited) == 2 and timeout is None and self.app.flow_control.is_active():
            record, flow_ends = waited
            if not self.suspend_flow.is_set() and self.app.outbox.has_room:  # type: ignore[attr-defined]
                flow_ends.close()
                return WaitResults([record], [await record], False)
        return await super().wait_first(*waited, timeout=timeout)

    async def _wait_next_records(self, timeout: float) -> Any:
        # Which partitions are asked for is settled before the wait. One that was held back, its agent's queue being
        # full, would be asked for only after it, and the agent wait for half a second after every 500 records.
        return await super()._wait_next_records(_HELD_BACK_SECONDS if self._buffered_partitions else timeout)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Resume changelogs only. Faust resumes inputs before it seeks: of a batch in between a part would be lost."""
        super().resume_partitions({tp for tp in tps if self._is_changelog_tp(tp)})

    async def perform_seek(self) -> None:
        """Seek all inputs to where reading begins.

        Recovery calls it when profiles are there. Faust also does on a batch that comes in a rebalance, while flow is
        stopped: that seek, to what was committed before, could end after the one that counts.
        """
        if self.flow_active:
            await self._verify_profiles()
            await super().perform_seek()

    async def _verify_profiles(self) -> None:
        """End the worker where a recovery ended too early, rather than count on from half of the profiles.

        A recovery reads up to the ends that it asked for when it began. Nobody writes since then, the last owner being
        fenced: where the ends are others now, what was answered then was wrong, as by a broker that had just started.
        """
        app: Any = self.app
        applied = app.tables.recovery.active_offsets
        changelogs = {tp for tp in self.assignment() if self._is_changelog_tp(tp)}
        for tp, end in (await self.highwaters(*changelogs)).items() if changelogs else ():
            last = applied.get(tp)
            if end and (last is None or last + 1 < end) and not await self.is_read(tp, last, end):
                await app.outbox.fail(RuntimeError(f"{tp.topic}/{tp.partition} was read up to {last} of {end} only"))

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek all inputs to the offsets that were committed when this worker came to own them, else to the earliest.

        aiokafka would ask for them again, take some errors for "never committed", and leave a partition without an
        offset where it stands: behind records that were fetched and dropped while profiles were recovered.
        """
        begun = self._next
        inputs = {tp for tp in self.assignment() if not self._is_changelog_tp(tp)}
        known: Mapping[TP, int] = self.app.outbox.committed  # type: ignore[attr-defined]
        begin = {tp: known[tp] for tp in inputs if tp in known}
        if new := inputs - begin.keys():
            earliest = {TP(*tp): offset for tp, offset in (await self.earliest_offsets(*new)).items()}
            for tp, offset in earliest.items():
                if offset:
                    logger.warning("%s/%d: nothing is committed, and what was before offset %d is gone", *tp, offset)
            begin |= earliest
        await self.seek_wait(begin)
        if begun is not None and begun is self._next:  # else the assignment is not the one that was sought
            begun |= begin
        return begin

    def resume_flow(self) -> None:
        """Resume also the inputs that are sought: only now, Faust has just emptied the agents' queues once more."""
        if self._next is None:
            return  # recovery of partitions that are given up: it would read on until it learns of that
        super().resume_flow()
        super().resume_partitions(self._next.keys())

    async def in_order(self, message: ConsumerMessage) -> bool:
        """Whether this record comes next in its partition, no record before it missing and itself not there before.

        After a gap the partition is read again from there. Nothing behind a gap is ever processed, nor committed.
        """
        tp: TP = message.tp
        expected = None if self._next is None else self._next.get(tp)
        if self._next is None or expected is None or message.offset < expected:
            return False
        follows: int = message.follows  # type: ignore[attr-defined]
        if follows > expected:
            await self.read_again(tp, expected)
            return False
        self._next[tp] = message.offset + 1
        return True

    async def read_again(self, tp: TP, offset: int) -> None:
        """Read a partition from an offset on, at most once a second."""
        now = time.monotonic()
        if now - self._sought.get(tp, 0.0) > _AGAIN_SECONDS:
            self._sought[tp] = now
            self.log.warning("records of %s/%d are missing from offset %d on: reading again", *tp, offset)
            await self._thread.call_thread(self._thread.seek_back, tp, offset)

    @Service.task
    async def _watch(self) -> None:
        """Read again where fetched records do not arrive, and no later one comes whose gap would tell."""
        seen: dict[TP, tuple[int, float]] = {}
        while not self.should_stop:
            await self.sleep(_WATCH_SECONDS)
            now = time.monotonic()
            for tp, offset in [*(self._next or {}).items()]:
                if self._thread.fetched.get(tp, offset) <= offset or seen.get(tp, (None,))[0] != offset:
                    seen[tp] = (offset, now)
                elif now - seen[tp][1] > _STALLED_SECONDS:
                    seen[tp] = (offset, now)
                    await self.read_again(tp, offset)

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        follows, record = record
        message = super()._to_message(tp, record)
        message.follows = follows  # type: ignore[attr-defined]
        return message
