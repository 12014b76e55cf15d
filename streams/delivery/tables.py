"""Faust tables whose data is what a worker remembers, and whose changelog the outbox writes.

A table recovers from its topic, and only that: the outbox writes the topic, so that an input's offset is committed
after what is remembered of it. `table[key] = …` would send a second record of its own, whose failure Faust logs and
forgets; so a table has no such access.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import faust
from faust.stores.memory import Store
from faust.types import TP, EventT

from streams.delivery.remembered import Remembered

_logger = logging.getLogger("faust.tables")  # a Faust service logs its steps; under our name they would be shown


class RememberedStore(Store[bytes, bytes]):
    """Faust's store that does not outlive the process, but for where the data is."""

    logger = _logger

    def __post_init__(self) -> None:
        """Begin with nothing: see `Remembered`."""
        self.remembered = Remembered()

    def apply_changelog_batch(
        self, batch: Iterable[EventT[Any]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """Take records of the topic, in their order; those without a value forget."""
        for event in batch:
            message: Any = event.message
            self.remembered.put(message.key, message.value, message.partition)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Forget the partitions that went to another worker."""
        self.remembered.keep_only({tp.partition for tp in active_tps})


class Table(faust.Table[bytes, bytes]):
    """A table of bytes."""

    logger = _logger

    def _new_store(self) -> RememberedStore:
        return RememberedStore("memory://", self.app, self, table_name=self.name, loop=self.loop)

    @property
    def remembered(self) -> Remembered:
        """What it holds."""
        store: Any = self.data
        remembered: Remembered = store.remembered
        return remembered
