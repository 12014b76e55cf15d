"""A reader that begins behind an aborted transaction gets what its producer committed since, from either broker."""

import asyncio
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError

from streams.kafka.tolerant import tolerant
from streams.settings import Settings
from tests.kafka.pipeline import make

pytestmark = pytest.mark.kafka


async def committed(bootstrap: str, partition: TopicPartition, begin: int) -> list[bytes | None]:
    """What is read from an offset on, to the end."""
    consumer = tolerant(AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed"))
    await consumer.start()
    try:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        consumer.seek(partition, begin)
        found: list[bytes | None] = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [record.value for record in records]
        return found
    finally:
        await consumer.stop()


@pytest.mark.parametrize("name", ["embedded", "apache"])
async def test_nothing_is_lost_behind_an_abort(name: str, prefix: str, request: pytest.FixtureRequest) -> None:
    bootstrap = request.getfixturevalue("broker").bootstrap if name == "embedded" else request.getfixturevalue("apache")
    partition = TopicPartition(f"{prefix}aborted", 0)
    await make(Settings(kafka_bootstrap=bootstrap), NewTopic(partition.topic, 1, 1))
    dead, heir = (
        AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"{prefix}x", enable_idempotence=True)
        for _ in range(2)
    )

    async def send(producer: AIOKafkaProducer, *values: bytes) -> None:
        async with producer.transaction():
            for value in values:
                await producer.send(partition.topic, value, partition=0)

    await dead.start()
    await send(dead, b"0", b"1")
    await dead.begin_transaction()
    await dead.send_and_wait(partition.topic, b"never committed", partition=0)
    await heir.start()  # aborts what the other has begun
    await send(heir, b"2", b"3")
    await send(heir, b"4")
    told = [(0, b"0"), (1, b"1"), (5, b"2"), (6, b"3"), (8, b"4")]  # 2 is aborted, the others are markers
    for begin in range(10):
        expected = [value for offset, value in told if offset >= begin]
        assert await committed(bootstrap, partition, begin) == expected, f"from offset {begin}"
    await heir.stop()
    with suppress(KafkaError):  # it is fenced
        await asyncio.wait_for(dead.stop(), 10)
