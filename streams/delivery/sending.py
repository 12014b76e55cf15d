"""Producers of transactions, and records on their way into one."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.delivery.records import Record
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_REQUEST_BYTES
from streams.settings import Settings

_BATCH_BYTES = 256 * 1024  # of records that are sent as one, unless one alone is larger
_TRANSACTION_MS = 60_000  # Kafka ends a transaction that is open for longer
_CLOSE_SECONDS = 2.0


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


async def open_producer(settings: Settings, transactional_id: str, largest: int) -> AIOKafkaProducer:
    """A connected producer of transactions, whose batches a topic takes that takes `largest` bytes.

    Raises:
        KafkaError: the brokers do not answer, or not as they should.
    """
    producer = AIOKafkaProducer(
        **client_options(settings),
        transactional_id=transactional_id,
        transaction_timeout_ms=_TRANSACTION_MS,
        acks="all",
        max_request_size=MAX_REQUEST_BYTES,
        max_batch_size=min(_BATCH_BYTES, largest),
    )
    try:
        await producer.start()
    except BaseException:
        await close(producer)
        raise
    return producer


async def close(producer: AIOKafkaProducer) -> None:
    """Close a producer, whether or not a broker answers: without one it would wait for what cannot be sent."""
    with suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await producer.stop()
