"""What a worker remembers of its partitions: the data of a Faust table whose changelog the outbox writes.

The table recovers from its topic, and only that: the outbox writes the topic, so that an input's offset is committed
after what is remembered of it. `table[key] = …` would send a second record of its own, whose failure Faust logs and
forgets.
"""

from collections.abc import Iterator
from typing import Any


class Remembered:
    """Keys and values as they are in the topic."""

    def __init__(self, table: Any) -> None:
        """A Faust table of bytes."""
        self._table = table

    def get(self, key: bytes) -> bytes | None:
        """The current value."""
        value: bytes | None = self._table.data.get(key)
        return value

    def put(self, key: bytes, value: bytes | None, partition: int) -> None:
        """Set what is on its way to the topic; None forgets it."""
        if value is None:
            self.forget(key)
            return
        self._table.data[key] = value
        # Faust remembers the partition of recovered keys only; ours would stay in memory when the partition goes.
        self._table.data._key_partition[key] = partition

    def forget(self, key: bytes) -> None:
        """Nothing is remembered of it, nor where it was."""
        self._table.data.pop(key, None)
        self._table.data._key_partition.pop(key, None)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """All that there is now; it may be forgotten meanwhile."""
        yield from [*self._table.data.items()]
