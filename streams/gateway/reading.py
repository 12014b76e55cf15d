"""Readers of committed records that belong to no group: every copy of the gateway reads all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from streams.kafka.reading import close, committed_consumer, stable_offset
from streams.settings import Settings

_WAIT_MS = 250  # the broker waits so long for something new before it answers


@asynccontextmanager
async def reader(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without partitions yet.

    Raises:
        KafkaError: no broker answers.
    """
    consumer = committed_consumer(
        settings, enable_auto_commit=False, auto_offset_reset="none", fetch_max_wait_ms=_WAIT_MS
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        with suppress(KafkaError):
            await close(consumer)


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """All partitions of a topic, in order.

    Raises:
        UnknownTopicOrPartitionError: there is no such topic.
    """
    found = consumer.partitions_for_topic(topic) or set()
    if not found:
        await consumer._client.force_metadata_update()  # a consumer without partitions knows no topics
        consumer._client.set_topics([topic])
        await consumer._client.force_metadata_update()
        found = consumer.partitions_for_topic(topic) or set()
    if not found:
        raise UnknownTopicOrPartitionError(topic)
    return [TopicPartition(topic, p) for p in sorted(found)]


def known_end(consumer: AIOKafkaConsumer, tp: TopicPartition) -> int | None:
    """Where the committed records of a partition end, as the last answer to a fetch told; None before the first."""
    stable = stable_offset(consumer, tp)
    end: int | None = consumer.highwater(tp) if stable is None else stable
    return end
