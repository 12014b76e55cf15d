"""`qawl worker` with its guarantee broken on purpose, to see that the harness notices.

    python -m tests.faults --minutes 1 --worker "-m tests.faults.broken_worker offset-first"

`offset-first` commits a batch's offset before its outputs, `outputs-first` its outputs before its offset, each in a
transaction of its own, half a second apart.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from aiokafka.structs import OffsetAndMetadata

from streams.cli import main
from streams.delivery.transactions import Entry, Partition

_GAP_SECONDS = 0.5
_whole = Partition._transact


async def _offset_first(self: Partition, batch: Sequence[Entry], position: OffsetAndMetadata) -> None:
    await _whole(self, [], position)
    if batch:
        await asyncio.sleep(_GAP_SECONDS)
        await _whole(self, batch, position)


async def _outputs_first(self: Partition, batch: Sequence[Entry], position: OffsetAndMetadata) -> None:
    if batch:
        producer: Any = self._producer
        commit, producer.send_offsets_to_transaction = producer.send_offsets_to_transaction, _nothing
        try:
            await _whole(self, batch, position)
        finally:
            producer.send_offsets_to_transaction = commit
        await asyncio.sleep(_GAP_SECONDS)
    await _whole(self, [], position)


async def _nothing(*_: Any) -> None:
    pass


if __name__ == "__main__":
    mode = sys.argv.pop(1)
    Partition._transact = {"offset-first": _offset_first, "outputs-first": _outputs_first}[mode]  # type: ignore[method-assign]
    sys.argv[1:1] = ["worker"]
    main()
