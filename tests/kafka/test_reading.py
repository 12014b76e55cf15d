"""What is read is read once and whole: after losses inside the worker, and in a log whose offsets have holes."""

import sys
import uuid
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, publish

pytestmark = pytest.mark.kafka

LOSING = (sys.executable, "-m", "tests.kafka.losing_worker")
MISSING = "are missing from offset"


async def test_records_lost_inside_the_worker_are_read_again(settings: Settings, tmp_path: Path) -> None:
    await create(settings)
    ids = [f"a{n}" for n in range(200)]
    for partition in range(settings.partitions):
        await publish(settings, [article(i) for i in ids[partition::4]], partition)
    with WorkerProcess(settings, tmp_path, LOSING) as worker:
        await enriched_until(settings, len(ids))
        applied = "qawl_profiles_total"
        worker.until(lambda: worker.metric(applied, outcome="applied") == len(ids), "does not finish")
        worker.until(lambda: worker.metric("qawl_consumer_lag") == 0, "does not tell that it has finished")
        assert any(MISSING in entry["message"] for entry in worker.logged())
        assert worker.stop() == 0
    assert Counter(e.article_id for e in await enriched_until(settings, len(ids))) == Counter(ids)


async def test_holes_that_transactions_leave_are_no_losses(settings: Settings, tmp_path: Path) -> None:
    await create(settings)
    ids = [f"a{n}" for n in range(40)]
    producer = AIOKafkaProducer(**client_options(settings), transactional_id=uuid.uuid4().hex)
    await producer.start()
    try:
        for article_id in ids:  # each is followed by a marker, which has an offset of its own
            async with producer.transaction():
                await producer.send(declared(settings).raw.name, article(article_id), partition=0)
    finally:
        await producer.stop()
    for _ in range(2):  # the second begins at a marker
        with WorkerProcess(settings, tmp_path) as worker:
            await enriched_until(settings, len(ids))
            worker.until(lambda: worker.metric("qawl_consumer_lag") <= 1, "does not finish")
            assert not any(MISSING in entry["message"] for entry in worker.logged())
            assert worker.stop() == 0
    assert Counter(e.article_id for e in await enriched_until(settings, len(ids))) == Counter(ids)
