"""Statements that a client missed and that are no longer in memory: read from Kafka, from where the client is."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import InvalidPayload, decode_told
from streams.gateway import metrics
from streams.gateway.positions import Positions, furthest, reaches
from streams.gateway.reading import partitions_of, reader
from streams.gateway.selection import Selection
from streams.gateway.subscription import Told
from streams.kafka.topics import declared
from streams.settings import Settings

_FETCH_MS = 500
_READERS = 8  # clients that read from Kafka at once, since each reader fetches ahead; the others wait for their turn
_TURN_BYTES, _TURN_SECONDS = 2 << 20, 2.0  # that a client reads in one turn, about
_WAIT_SECONDS = 10.0  # for a turn, until a client is told that it waits


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes for the client, and where it is when it has them."""

    chunk: bytes
    positions: Mapping[int, int]


class Backlog:
    """Reads pieces of `statements` for clients that come back."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = declared(settings).statements.name
        self._turn = asyncio.Semaphore(_READERS)
        self._look = asyncio.Semaphore(_READERS)  # of those that ask where to begin, which is soon told

    async def since(self, when: int) -> Positions:
        """Where the statements begin that were sent at a time (milliseconds since 1970) or later.

        Raises:
            KafkaError: no broker answers.
        """
        async with self._look, reader(self._settings) as consumer:
            tps = await partitions_of(consumer, self._topic)
            found = await consumer.offsets_for_times(dict.fromkeys(tps, max(0, when)))
            ends = await consumer.end_offsets(tps)
        return {tp.partition: found[tp].offset if found.get(tp) else ends[tp] for tp in tps}

    async def held(self, after: Mapping[int, int]) -> tuple[Positions, int]:
        """The same positions where Kafka still has what comes behind them, else the first that it has; and how many
        records are missing. Positions behind the end are of a topic that was made anew: all of it is new.

        Raises:
            KafkaError: no broker answers.
        """
        async with self._look, reader(self._settings) as consumer:
            tps = await partitions_of(consumer, self._topic)
            begins, ends = await consumer.beginning_offsets(tps), await consumer.end_offsets(tps)
        at: Positions = dict(after)
        missing = 0
        for tp in tps:
            if not begins[tp] <= at[tp.partition] <= ends[tp]:
                missing += max(1, begins[tp] - at[tp.partition])
                at[tp.partition] = begins[tp]
        return at, missing

    async def read(
        self, selection: Selection, after: Mapping[int, int], until: Mapping[int, int]
    ) -> AsyncIterator[Piece]:
        """What fits in `after` to `until`, piece by piece.

        While a client takes its piece, and be it slowly, another one may read. A piece may be empty: where nothing
        fits, or while others have their turn, it says where the client is, and that it is not forgotten.

        Raises:
            KafkaError: no broker answers.
        """
        at: Positions = dict(after)
        while not reaches(at, until):
            try:
                async with asyncio.timeout(_WAIT_SECONDS):
                    await self._turn.acquire()
            except TimeoutError:
                yield Piece(b"", dict(at))
                continue
            try:
                piece = await self._piece(selection, at, until)
            finally:
                self._turn.release()
            at = dict(piece.positions)
            yield piece

    async def _piece(self, selection: Selection, after: Mapping[int, int], until: Mapping[int, int]) -> Piece:
        """What can be read in one turn."""
        at, frames, size = dict(after), list[bytes](), 0
        ends = time.monotonic() + _TURN_SECONDS
        async with reader(self._settings) as consumer:
            tps = await partitions_of(consumer, self._topic)
            consumer.assign(tps)
            for tp in tps:
                consumer.seek(tp, at[tp.partition])
            while size < _TURN_BYTES and time.monotonic() < ends and await _behind(consumer, tps, until):
                for tp, records in (await consumer.getmany(timeout_ms=_FETCH_MS, max_records=500)).items():
                    for record in records:
                        at[tp.partition] = record.offset + 1
                        try:
                            event = decode_told(record.value)
                        except InvalidPayload:
                            continue  # told by the feed of the copy that read it first
                        if selection.takes(event):
                            frames.append(Told.of(event, record.value, tp.partition, record.offset, at).frame)
                            size += len(frames[-1])
            at = furthest(at, {tp.partition: await consumer.position(tp) for tp in tps})
        metrics.events.inc(len(frames))
        return Piece(b"".join(frames), at)


async def _behind(consumer: AIOKafkaConsumer, tps: list[TopicPartition], until: Mapping[int, int]) -> bool:
    return any([await consumer.position(tp) < until[tp.partition] for tp in tps])
