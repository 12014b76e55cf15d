"""Records on their way into a producer's transaction."""

import asyncio
from collections.abc import Iterator, Sequence

from aiokafka import AIOKafkaProducer

from streams.delivery.records import Record


def newest(outputs: Sequence[Sequence[Record]]) -> Iterator[Record]:
    """The records of a batch, without those of a compacted topic that a later input's replaces."""
    last = {(r.topic, r.key): n for n, records in enumerate(outputs) for r in records if r.compacted}
    for n, records in enumerate(outputs):
        for record in records:
            if not record.compacted or last[record.topic, record.key] == n:
                yield record


async def send(producer: AIOKafkaProducer, record: Record) -> asyncio.Future[object]:
    """Send within a producer's transaction; the result is what the broker will answer.

    Raises:
        MessageSizeTooLargeError: it is larger than the producer's requests may be.
    """
    future: asyncio.Future[object]
    if record.key is None and record.value is None:
        # `send` has an assertion against such records. Other clients write them, and its dead letter must be one.
        batch = producer.create_batch()
        batch.append(timestamp=None, key=None, value=None, headers=list(record.headers))
        future = await producer.send_batch(batch, record.topic, partition=record.partition or 0)
    else:
        headers = list(record.headers)
        future = await producer.send(
            record.topic, record.value, record.key, partition=record.partition, headers=headers
        )
    return future
