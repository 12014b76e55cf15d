"""Statements that a client missed and that are no longer in memory: read from Kafka, from where the client is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import InvalidPayload, decode_told
from streams.gateway import metrics
from streams.gateway.positions import Positions, furthest
from streams.gateway.reading import partitions_of, reader
from streams.gateway.selection import Selection
from streams.gateway.subscription import Told
from streams.kafka.topics import declared
from streams.settings import Settings

_FETCH_MS = 500
_READERS = 8  # clients that read from Kafka at once; the others wait for their turn


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

    async def since(self, when: int) -> Positions:
        """Where the statements begin that were sent at a time (milliseconds since 1970) or later.

        Raises:
            KafkaError: no broker answers.
        """
        async with self._turn, reader(self._settings) as consumer:
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
        async with self._turn, reader(self._settings) as consumer:
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
        """What fits in `after` to `until`, some hundred records at a time.

        Raises:
            KafkaError: no broker answers.
        """
        async with self._turn, reader(self._settings) as consumer:
            tps = await partitions_of(consumer, self._topic)
            at: Positions = dict(after)
            consumer.assign(tps)
            for tp in tps:
                consumer.seek(tp, at[tp.partition])
            while await _behind(consumer, tps, until):
                frames = []
                for tp, records in (await consumer.getmany(timeout_ms=_FETCH_MS, max_records=500)).items():
                    for record in records:
                        at[tp.partition] = record.offset + 1
                        try:
                            event = decode_told(record.value)
                        except InvalidPayload:
                            continue  # told by the feed of the copy that read it first
                        if selection.takes(event):
                            frames.append(Told.of(event, record.value, tp.partition, record.offset, at).frame)
                metrics.events.inc(len(frames))
                yield Piece(b"".join(frames), dict(at))
            at = furthest(at, {tp.partition: await consumer.position(tp) for tp in tps})
        yield Piece(b"", at)


async def _behind(consumer: AIOKafkaConsumer, tps: list[TopicPartition], until: Mapping[int, int]) -> bool:
    return any([await consumer.position(tp) < until[tp.partition] for tp in tps])
