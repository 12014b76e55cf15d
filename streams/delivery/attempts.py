"""Poisonous articles: those that end the worker each time (a crash in native code, memory), known by how often.

A worker that dies cannot say of what. So before a record is processed alone, a note that it is tried is committed
beside the offset; whoever owns the partition next finds it there. That is done for the first record after a partition
was assigned, and, where a worker died before, for each of those that it may have had in hand: one at a time, so that
the one that ends the worker again is known.
"""

import re

from streams.delivery.transactions import Partition

_NOTE = re.compile(r"tried (\d+)")
_SUSPECTS = 300  # records from the committed offset on that a worker that died may have had in hand


class Attempts:
    """How often the record at the committed offset of one partition was tried, in vain as it seems."""

    def __init__(self, partition: Partition, most: int) -> None:
        """Reads what the last owner noted; `most` attempts are made with one record."""
        self._partition, self._most = partition, most
        match = _NOTE.fullmatch(partition.committed.note)
        self._tried = int(match[1]) if match else 0
        begin = partition.committed.offset or 0
        self._tried_offset = begin
        self._told_until = begin + _SUSPECTS if self._tried else -1
        self._first = True
        self._has_told = False

    def must_tell(self, offset: int) -> bool:
        """Whether a record must be noted before it is processed."""
        return self._first or offset < self._told_until

    async def tell(self, offset: int) -> None:
        """Note that a record is tried.

        Raises:
            Lost: another worker owns the partition.
        """
        before = self._partition.committed
        # Between the committed offset and the next record there may be none (markers of transactions, compaction).
        tried = self._tried if self._first and before.offset is not None else 0
        self._first = False
        self._tried, self._tried_offset = tried, offset
        if tried < self._most:
            await self._partition.note(offset, f"tried {tried + 1}")
            self._has_told = True

    async def take_back(self) -> None:
        """Note that the record that was told last, if it is in hand still, is tried no more.

        It is left to the next owner because the partition is given up, not because it ended a worker.

        Raises:
            Lost: another worker owns the partition.
        """
        offset, note = self._partition.committed
        match = _NOTE.fullmatch(note)
        if self._has_told and match and offset is not None:
            self._has_told = False
            before = int(match[1]) - 1
            await self._partition.note(offset, f"tried {before}" if before else "")

    def are_spent(self, offset: int) -> bool:
        """Whether a record that was told was tried as often as it may be."""
        return offset == self._tried_offset and self._tried >= self._most
