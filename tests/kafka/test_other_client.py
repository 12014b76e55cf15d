"""What a client that is not ours reads: librdkafka, through confluent-kafka, of committed records."""

import asyncio
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer

from schemas.codec import decode_statement
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import PATIENCE, WorkerProcess, article, publish

_ARTICLES = 300


def read_with_librdkafka(settings: Settings, topic: str, count: int) -> list[tuple[bytes, bytes]]:
    """Key and value of the first `count` committed records of a topic."""
    client: Any = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap,
            "group.id": f"{settings.topic_prefix}reader",
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    client.subscribe([topic])
    found: list[tuple[bytes, bytes]] = []
    quiet_since = time.monotonic()
    try:
        # a second longer than needed: what is there twice would come then
        while len(found) < count or time.monotonic() - quiet_since < 1.0:
            record = client.poll(0.2)
            if record is not None:
                assert record.error() is None, record.error()
                found.append((record.key(), record.value()))
                quiet_since = time.monotonic()
            assert time.monotonic() - quiet_since < PATIENCE, f"{len(found)} records, not {count}"
    finally:
        client.close()
    return found


async def test_three_workers_share_eight_partitions_and_another_client_reads_each_statement_once(
    apache: str, prefix: str, tmp_path: Path
) -> None:
    settings = Settings(kafka_bootstrap=apache, topic_prefix=prefix, partitions=8)
    await create(settings)
    topics = declared(settings)
    ids = [f"a{n}" for n in range(_ARTICLES)]
    with ExitStack() as stack:
        crew = [stack.enter_context(WorkerProcess(settings, tmp_path)) for _ in range(3)]
        for worker in crew:
            worker.until(lambda w=worker: len(w.partitions(topics.raw.name)) in (2, 3), "has not its share")  # type: ignore[misc]
        assert sum(len(worker.partitions(topics.raw.name)) for worker in crew) == 8
        await publish(settings, [(i.encode(), article(i)) for i in ids])
        read = await asyncio.to_thread(read_with_librdkafka, settings, topics.statements.name, _ARTICLES)
    statements = [decode_statement(value) for _, value in read]
    assert Counter(s.article.article_id for s in statements) == Counter(ids)
    assert all(key == s.actor.id.encode() for (key, _), s in zip(read, statements, strict=True))
