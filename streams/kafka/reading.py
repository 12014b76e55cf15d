"""Readers of committed records, and everything that a topic holds now for those that read it whole."""

import asyncio
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import READ_UNCOMMITTED

from streams.kafka.security import client_options
from streams.kafka.tolerant import tolerant
from streams.kafka.topics import MAX_REQUEST_BYTES
from streams.settings import Settings

# How long a topic that was deleted and made anew may go unseen. The group gives its partitions up when it is gone, no
# fetch asks for it any more, and aiokafka by itself looks every five minutes which topics there are.
METADATA_MS = 5000
_FETCH_MS = 500


def committed_consumer(settings: Settings, **options: Any) -> AIOKafkaConsumer:
    """A consumer of committed records, not started yet; `options` are aiokafka's."""
    given = {"max_partition_fetch_bytes": MAX_REQUEST_BYTES, "metadata_max_age_ms": METADATA_MS} | options
    return tolerant(AIOKafkaConsumer(**client_options(settings), isolation_level="read_committed", **given))


def stable_offset(consumer: AIOKafkaConsumer, tp: TopicPartition) -> int | None:
    """Where the first open transaction begins, or else the partition ends, as the last answer to a fetch told.

    None before the first answer, and with a broker that does not tell it.
    """
    stable: int | None = consumer.last_stable_offset(tp)
    return None if stable is None or stable < 0 else stable


async def read_committed(
    settings: Settings, topic: str, partitions: Sequence[int], *, to_the_end: bool = False
) -> list[ConsumerRecord]:
    """All committed records, in order of partition and offset.

    Not those behind a transaction that is still open: whoever left it may be dead, and Kafka waits long for him. With
    `to_the_end` those too: then it returns when all transactions have ended that are open now.

    Raises:
        KafkaError: the brokers do not answer, or not as they should.
    """
    consumer = committed_consumer(settings)
    try:
        await consumer.start()
        wanted = [TopicPartition(topic, p) for p in partitions]
        consumer.assign(wanted)
        await consumer.seek_to_beginning(*wanted)
        ends = await log_ends(consumer, wanted) if to_the_end else await consumer.end_offsets(wanted)
        records: list[ConsumerRecord] = []
        left = [tp for tp in wanted if ends[tp] > await consumer.position(tp)]
        while left:
            for batch in (await consumer.getmany(timeout_ms=_FETCH_MS)).values():
                records += batch
            left = [
                tp
                for tp in left
                if (ends[tp] if to_the_end else readable_end(consumer, tp, ends[tp])) > await consumer.position(tp)
            ]
        return sorted(records, key=lambda r: (r.partition, r.offset))
    finally:
        await close(consumer)


async def log_ends(consumer: AIOKafkaConsumer, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Where the logs end. A reader of committed records is told where the first open transaction begins.

    Raises:
        KafkaError: the brokers do not answer, or not as they should.
    """
    fetcher = copy(consumer._fetcher)
    fetcher._isolation_level = READ_UNCOMMITTED
    ends: dict[TopicPartition, int] = await fetcher.end_offsets(tps, consumer._request_timeout_ms)
    return ends


async def close(consumer: AIOKafkaConsumer) -> None:
    """Close a consumer, whether or not a broker answers.

    Where none does, fetches wait to be tried again, and aiokafka's `stop` cancels them: the first one's CancelledError
    leaves it as if the caller were cancelled, which ended the whole gateway, and the connections stay open.

    Raises:
        KafkaError: no broker takes what there is to say at the end.
    """
    caller = asyncio.current_task()
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        for fetch in list(consumer._fetcher._pending_tasks):
            fetch.cancel()
        await consumer._client.close()
        if caller is not None and caller.cancelling():
            raise


def readable_end(consumer: AIOKafkaConsumer, tp: TopicPartition, end: int) -> int:
    """How far a reader of committed records gets towards `end`: not behind a transaction that is still open."""
    stable = stable_offset(consumer, tp)
    return end if stable is None else min(end, stable)
