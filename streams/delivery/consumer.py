"""Where reading begins when partitions are assigned: at the first record that is not committed, always."""

import logging
from collections.abc import Mapping

from faust.transport.drivers import aiokafka
from faust.types import TP


class Consumer(aiokafka.Consumer):
    """Faust's consumer, which goes back also in partitions that nobody has committed yet.

    While profiles are recovered, records that were fetched before the pause are dropped. Faust then seeks every
    partition back to its committed offset, but aiokafka's `seek_to_committed` leaves one without an offset (or with
    offset 0) where it stands: behind the dropped records. A first worker that starts on a backlog, or the one after a
    worker that was killed before its first commit, would pass them over, and the next commit would lose them.
    """

    logger = logging.getLogger("faust.transport.consumer")  # as a subclass it would log under this module's name

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek all partitions; returns the committed offsets, None where there is none."""
        committed: Mapping[TP, int] = await super().seek_to_committed()
        changelogs = self.app.tables.changelog_topics  # recovery knows where it reads
        begun = {tp for tp, offset in committed.items() if offset}
        new = [tp for tp in self.assignment() if tp.topic not in changelogs and tp not in begun]
        if new:
            await self.seek_wait(await self.earliest_offsets(*new))
        return committed
