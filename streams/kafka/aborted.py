"""Aborted transactions that a broker names although they ended before the records that it gives.

Behind a fetch's offset Kafka names those only that still have records there. The embedded broker (noida-db 0.2.3) may
go on naming one, and aiokafka then passes over all that its producer committed since: a short run of the fault harness
lost ninety profiles that way.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.control_record import ABORT_MARKER, ControlRecord
from aiokafka.record.memory_records import MemoryRecords

from streams.kafka.answers import offsets_asked

_SINCE_REPLICAS = 11  # from this version on the preferred replica stands between the list and the records


def drop_ended(request: FetchRequest, answer: Any) -> None:
    """Take out of an answer the aborted transactions whose producer's next marker says that it committed.

    A producer has one transaction after the other: what stands before its next marker is of the one that this ends.
    Where the answer holds no marker of it the broker is believed.
    """
    offsets = offsets_asked(request)
    for topic, partitions in answer.topics:
        for partition in partitions:
            aborted: Any = _aborted(answer.API_VERSION, partition)
            begin = offsets.get((topic, partition[0]), 0)
            doubtful = {producer for producer, first in aborted if first < begin}
            if doubtful:
                ended = set(_committing_next(partition[-1], doubtful))
                aborted[:] = [
                    (producer, first) for producer, first in aborted if first >= begin or producer not in ended
                ]


def _aborted(version: int, partition: Any) -> Any:
    if version >= _SINCE_REPLICAS:
        return partition[-3] or []
    return (partition[-2] or []) if version >= 4 else []


def _committing_next(data: bytes | None, producers: set[int]) -> Iterator[int]:
    """The producers whose first marker in the records is one of a commit."""
    records, unknown = MemoryRecords(data or b""), set(producers)
    while unknown and records.has_next():
        batch: Any = records.next_batch()
        if batch is not None and batch.is_control_batch and batch.producer_id in unknown:
            unknown.discard(batch.producer_id)
            if ControlRecord.parse(next(batch).key) != ABORT_MARKER:
                yield batch.producer_id
