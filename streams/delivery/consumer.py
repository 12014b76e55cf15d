"""Where reading begins when partitions are assigned: at the first record that is not committed, always."""

import logging
from collections.abc import Iterable, Mapping

from faust.transport.drivers import aiokafka
from faust.types import TP


class Consumer(aiokafka.Consumer):
    """Faust's consumer without the records that it passes over, or reads twice, after partitions were assigned.

    - Faust resumes the partitions and then seeks them to their committed offsets. A batch read in between is
      delivered in part, then read again; its last record comes twice, and what was dropped of it not at all.
    - aiokafka's `seek_to_committed` leaves a partition without a committed offset (or with offset 0) where it stands,
      behind records that were fetched and dropped while profiles were recovered. A first worker that starts on a
      backlog, or the one after a worker that was killed before its first commit, would pass them over.

    Either way the next commit would lose them.
    """

    logger = logging.getLogger("faust.transport.consumer")  # as a subclass it would log under this module's name
    _until_seek: frozenset[TP] = frozenset()

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Resume changelogs now, inputs when they have been sought, which recovery does next."""
        tps = frozenset(tps)
        self._until_seek = frozenset(tp for tp in tps if not self._is_changelog_tp(tp))
        super().resume_partitions(tps - self._until_seek)

    async def perform_seek(self) -> None:
        """Seek all partitions to where reading begins, and resume those that wait for it."""
        await super().perform_seek()
        inputs = self._until_seek & self.assignment()  # some may have been given up meanwhile
        self._until_seek = frozenset()
        super().resume_partitions(inputs)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek all partitions; returns the committed offsets, None where there is none."""
        committed: Mapping[TP, int] = await super().seek_to_committed()
        begun = {tp for tp, offset in committed.items() if offset}
        new = [tp for tp in self.assignment() if not self._is_changelog_tp(tp) and tp not in begun]
        if new:
            await self.seek_wait(await self.earliest_offsets(*new))
        return committed
