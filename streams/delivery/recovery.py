"""How profiles are read back when partitions come: each from its beginning, to its end, without a gap.

Faust reads a changelog on from the last offset that it noted for it. It also notes the offsets of records that were
still on their way when their partition was given up (faust-streaming 0.15, `Recovery._slurp_changelogs`, which says so
in a comment): when the partition came back, reading began there, and profiles whose last record lay before were gone.
The soak found one in half an hour: an actor that nobody had quoted for some seconds began anew.
"""

import logging
from typing import Any

from faust.tables.manager import TableManager
from faust.types import TP
from mode import Service
from mode.utils.queues import ThrowableQueue

_RECOVERY_SECONDS = 0.05


class Tables(TableManager):
    """Faust's tables, whose recovery takes a record only if none before it is missing.

    Without the second that Faust sleeps at the start, in case that somebody still declares a table.
    """

    logger = logging.getLogger("faust.tables")

    @property
    def changelog_queue(self) -> "ThrowableQueue[Any]":
        """Where changelog records wait for the recovery."""
        if self._changelog_queue is None:
            app: Any = self.app
            self._changelog_queue = InOrder(
                self, maxsize=app.conf.stream_buffer_maxsize, flow_control=app.flow_control, clear_on_resume=True
            )
        return self._changelog_queue

    async def is_next(self, message: Any) -> bool:
        """Whether a changelog record comes next: its partition is being read, and no record before it is missing.

        After a gap the partition is read again from there.
        """
        recovery: Any = self.recovery
        tp: TP = message.tp
        last = recovery.active_offsets.get(tp)
        if tp not in recovery.active_tps or last is None:
            return False  # read for an owner that was this worker, before
        if message.follows > last + 1:
            consumer: Any = self.app.consumer
            await consumer.read_again(tp, last + 1)
            return False
        return True

    async def on_start(self) -> None:
        """Begin recovery."""
        await self._update_channels()
        await self.recovery.start()

    async def on_rebalance(self, *args: Any, **options: Any) -> None:
        """Begin anew. The signal of the last recovery's end, left set, would end the next one before it begins."""
        recovery: Any = self.recovery
        recovery.signal_recovery_end.clear()
        # What is noted of partitions that this worker had not is of an earlier time, and their profiles are gone.
        for tp in recovery.active_offsets.keys() - recovery.active_tps:
            del recovery.active_offsets[tp]
        await super().on_rebalance(*args, **options)

    @Service.task
    async def _pass_markers(self) -> None:
        """End a recovery at the end of its changelogs, where the last records are markers of transactions.

        Faust waits for a record just before the end; it looks for markers only with transactions of its own.
        """
        consumer: Any = self.app.consumer
        recovery: Any = self.recovery
        while not self.should_stop:
            await self.sleep(_RECOVERY_SECONDS)
            if not recovery.in_recovery:
                continue
            highwaters, offsets = recovery.active_highwaters, recovery.active_offsets
            if highwaters.keys() != recovery.active_tps or any(offsets.get(tp) is None for tp in highwaters):
                continue  # those of the last assignment: where this one begins and ends is still asked for
            passed = False
            for tp, end in [*highwaters.items()]:
                behind = end is not None and offsets[tp] < end
                if behind and await consumer.is_read(tp, offsets[tp], end + 1) and highwaters.get(tp) == end:
                    offsets[tp] = end
                    passed = True
            # Only then: before it knows what to read, a recovery seems to need nothing.
            if passed and recovery.in_recovery and not recovery.need_recovery():
                recovery.flush_buffers()
                recovery._set_recovery_ended()
                recovery.signal_recovery_end.set()


class InOrder(ThrowableQueue[Any]):
    """Faust's queue of changelog records, which gives those that come next."""

    def __init__(self, tables: Tables, **options: Any) -> None:
        """`tables` know which these are."""
        self._tables = tables
        super().__init__(**options)

    async def get(self) -> Any:
        """The next record."""
        while True:
            event = await super().get()
            if await self._tables.is_next(event.message):
                return event
