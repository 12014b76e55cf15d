"""The worker from its first check to its last commit: refusals, health, drain, sudden death."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.embedded.broker import EmbeddedBroker, free_port
from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import (
    PATIENCE,
    WORKER,
    WorkerProcess,
    article,
    committed,
    enriched_until,
    publish,
    read_until,
)

pytestmark = pytest.mark.kafka


@pytest_asyncio.fixture
async def topics(settings: Settings) -> AsyncIterator[None]:
    await create(settings)
    yield


def refused(settings: Settings, folder: Path, **environment: str) -> tuple[int, str]:
    """Exit status and output of a worker that does not start."""
    worker = WorkerProcess(settings, folder, **environment)
    done = subprocess.run(WORKER, env=worker._environment, cwd=folder, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


# ---- before it starts


def test_missing_topics_are_refused_with_the_command_that_makes_them(settings: Settings, tmp_path: Path) -> None:
    status, output = refused(settings, tmp_path)
    assert status == 2
    assert output.startswith("qawl worker: missing topics: ")
    assert "Run: qawl topics create" in output
    assert output.count("\n") == 1


async def test_a_partition_count_that_contradicts_is_refused(settings: Settings, topics: None, tmp_path: Path) -> None:
    status, output = await asyncio.to_thread(refused, settings, tmp_path, QAWL_PARTITIONS="3")
    assert status == 2
    assert "QAWL_PARTITIONS is 3, but" in output
    assert "qawl topics create" in output
    assert output.count("\n") == 1


async def test_a_single_missing_topic_is_refused(settings: Settings, tmp_path: Path) -> None:
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        made = [t for t in declared(settings) if t != declared(settings).actors]
        await admin.create_topics([NewTopic(t.name, settings.partitions, 1, topic_configs=t.config) for t in made])
    finally:
        await admin.close()
    status, output = await asyncio.to_thread(refused, settings, tmp_path)
    assert status == 2
    assert output.startswith(f"qawl worker: missing topics: {declared(settings).actors.name}. Run: qawl topics create ")


def test_an_unreachable_broker_is_one_clear_line(settings: Settings, tmp_path: Path) -> None:
    port = free_port()
    status, output = refused(settings, tmp_path, QAWL_KAFKA_BOOTSTRAP=f"127.0.0.1:{port}")
    assert status == 1
    assert output.startswith(f"qawl worker: no Kafka broker answers at 127.0.0.1:{port}")
    assert output.count("\n") == 1


async def test_a_taken_http_port_is_one_clear_line(settings: Settings, topics: None, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, output = await asyncio.to_thread(refused, settings, tmp_path, QAWL_HTTP_PORT=str(port))
    assert status == 2
    assert output.startswith(f"qawl worker: cannot serve HTTP on 127.0.0.1:{port}: ")
    assert output.count("\n") == 1


# ---- while it runs


async def test_health_pages(settings: Settings, topics: None, tmp_path: Path) -> None:
    worker = WorkerProcess(settings, tmp_path)
    worker.start()
    try:
        worker.until(lambda: worker.get("/healthz") == (200, '{"status":"alive"}'), "is not alive")
        seen = set()
        worker.until(lambda: seen.add(status := worker.get("/readyz")) or status[0] == 200, "is not ready")  # type: ignore[func-returns-value]
        assert (200, '{"status":"ready"}') in seen
        assert {status for status, _ in seen} <= {0, 200, 503}
        assert worker.get("/metrics")[0] == 200
        assert worker.get("/table/")[0] == 404
        assert worker.stop() == 0
    finally:
        worker.process.kill()


async def test_lag_tells_what_waits_and_what_is_done(settings: Settings, topics: None, tmp_path: Path) -> None:
    raw, names = declared(settings).raw.name, declared(settings)
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, [article(f"a{n}") for n in range(1000)], partition=1)
        worker.until(lambda: worker.metric("qawl_consumer_lag", topic=raw, partition="1") > 0, "tells no lag")
        worker.until(lambda: worker.metric("qawl_articles_total") == 1000, "does not finish")
        worker.until(lambda: worker.metric("qawl_consumer_lag") == 0, "keeps a lag when all is done")
        # every partition has a series, also where nothing was ever published
        page = worker.get("/metrics")[1]
        for topic in (names.raw.name, names.statements.name):
            for partition in range(settings.partitions):
                assert f'qawl_consumer_lag{{partition="{partition}",topic="{topic}"}} 0.0' in page
        # another worker's commit later, a new worker begins without a lag
        assert worker.stop() == 0
    with WorkerProcess(settings, tmp_path) as worker:
        worker.until(lambda: worker.get("/metrics")[1].count("qawl_consumer_lag{") == 8, "tells no lag when idle")
        assert worker.metric("qawl_consumer_lag") == 0


# ---- how it ends


async def test_sigterm_finishes_what_is_in_flight_and_commits_it(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    ids = [f"a{n}" for n in range(600)]
    await publish(settings, [(i.encode(), article(i)) for i in ids])
    with WorkerProcess(settings, tmp_path) as first:
        first.until(lambda: first.metric("qawl_articles_total") > 20, "does not begin")
        assert first.stop() == 0
    done = [e.article_id for e in await enriched_until(settings, 1)]
    assert 20 < len(done) < len(ids), "the signal came too late for this test to mean anything"
    offsets = await committed(settings, declared(settings).raw)
    assert sum(o.offset for o in offsets.values()) == len(done)  # all that was sent, and no more
    with WorkerProcess(settings, tmp_path) as second:
        await enriched_until(settings, len(ids))
        second.until(lambda: second.metric("qawl_consumer_lag") == 0, "does not finish")
        assert second.stop() == 0
    assert Counter(e.article_id for e in await enriched_until(settings, len(ids))) == Counter(ids)


@pytest.mark.parametrize("done", [1, 100])
async def test_kill_9_loses_nothing(done: int, on_apache: Settings, tmp_path: Path) -> None:
    """Before the first commit and after some."""
    settings = on_apache
    ids = [f"a{n}" for n in range(500)]
    await publish(settings, [(i.encode(), article(i)) for i in ids])
    with WorkerProcess(settings, tmp_path) as first:
        first.until(lambda: first.metric("qawl_articles_total") >= done, "does not begin")
        first.stop(signal.SIGKILL)
    with WorkerProcess(settings, tmp_path) as second:
        # Not only so many records: some are there twice.
        enriched = declared(settings).enriched
        records = await read_until(
            settings, enriched, lambda found: {r.key for r in found} >= {i.encode() for i in ids}
        )
        second.until(lambda: second.metric("qawl_consumer_lag") == 0, "does not finish")
    again = len(records) - len(ids)
    assert again <= 256 + 4 * 32, "more than the outbox holds was done again"


async def test_a_worker_whose_broker_is_gone_ends_with_an_error(prefix: str, tmp_path: Path) -> None:
    with EmbeddedBroker() as broker:
        settings = Settings(kafka_bootstrap=broker.bootstrap, topic_prefix=prefix, partitions=4)
        await create(settings)
        with WorkerProcess(settings, tmp_path) as worker:
            await publish(settings, [article("a")])
            await read_until(settings, declared(settings).enriched, bool)
            broker.stop()
            await asyncio.sleep(2)  # until its consumer asks again and again
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(30) in (0, 1)
            told = worker.log.read_text()
            assert "Traceback" not in told


FAILING = (sys.executable, "-m", "tests.kafka.failing_worker")


async def test_an_article_that_ends_the_worker_each_time_goes_to_the_dead_letters(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    ids = [f"a{n}" for n in range(12)]
    ids[7] = "poison"
    await publish(settings, [article(i) for i in ids], partition=0)
    ended = 0
    while True:
        worker = WorkerProcess(settings, tmp_path, FAILING, QAWL_WORKER_ID="w")
        await asyncio.to_thread(worker.start)
        try:
            async with asyncio.timeout(PATIENCE):
                while (
                    worker.process.poll() is None and worker.metric("qawl_articles_total", outcome="dead_letter") == 0
                ):
                    await asyncio.sleep(0.05)
            if worker.process.poll() is None:
                await enriched_until(settings, len(ids) - 1)
                break
            assert worker.process.returncode == 77
            ended += 1
            # Three noted attempts, and before them those in which other records were in hand with it.
            assert ended <= 8, "the article is tried again and again"
        finally:
            worker.process.kill()
            worker.process.wait()
    assert ended >= 3
    (letter,) = await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 1)
    headers = dict(letter.headers)
    assert headers["error.type"] == b"poisonous"
    assert letter.value == article("poison")
    assert Counter(e.article_id for e in await enriched_until(settings, 11)) == Counter(i for i in ids if i != "poison")
