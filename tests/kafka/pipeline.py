"""The worker as a real process, and what its topics hold."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import OffsetAndMetadata

from schemas import EnrichedArticle, StatementEvent
from schemas.codec import decode_enriched, decode_statement
from streams.kafka.reading import read_committed
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_MESSAGE_BYTES, Topic, declared
from streams.settings import Settings
from tests.conftest import REPOSITORY

PATIENCE = 60.0  # seconds; a run without a fault needs two
WORKER = (sys.executable, "-m", "streams.cli", "worker")
GATEWAY = (sys.executable, "-m", "streams.cli", "gateway")


def article(article_id: str, body: str | None = None, **fields: Any) -> bytes:
    """A valid raw article that yields one statement of سامي الحداد unless a body is given."""
    text = body or f"قال وزير الصحة سامي الحداد إن اللقاح متوفر في المدينة رقم {article_id}."
    return json.dumps({"article_id": article_id, "body": text, **fields}, ensure_ascii=False).encode()


def worker_environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a worker process needs to run on a deployment, on a free HTTP port."""
    return {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "QAWL_KAFKA_BOOTSTRAP": str(settings.kafka_bootstrap),
        "QAWL_TOPIC_PREFIX": settings.topic_prefix,
        "QAWL_PARTITIONS": str(settings.partitions),
        "QAWL_MAX_BODY_CHARS": str(settings.max_body_chars),
        "QAWL_HTTP_PORT": "0",
        "QAWL_GATEWAY_PORT": "0",
        **more,
    }


class WorkerProcess:
    """`qawl worker` on a free HTTP port: `with WorkerProcess(settings) as worker: …` waits until it is ready.

    With `GATEWAY` as its command it is a gateway, whose index lies in `folder`.
    """

    def __init__(self, settings: Settings, folder: Path, command: Sequence[str] = WORKER, **environment: str) -> None:
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        self._folder = folder
        self._command = list(command)
        self._environment = worker_environment(settings, QAWL_LOG_FORMAT="json", **environment)
        self.process: subprocess.Popen[bytes]
        self.port = 0

    def start(self) -> None:
        """Start the process and wait for the line that tells its HTTP port."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if found := re.search(r"starts: http://127\.0\.0\.1:(\d+)/", self.log.read_text()):
                self.port = int(found[1])
                return
            time.sleep(0.02)
        raise AssertionError(f"it did not start: {self.log.read_text()}")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page; status 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()
        except OSError:
            return 0, ""

    def wait_ready(self) -> None:
        """Until it has its partitions and its profiles."""
        self.until(lambda: self.get("/readyz")[0] == 200, "is not ready")

    def until(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait for a condition while the worker runs."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(
            f"{self._command[-1]} {otherwise} (status {self.process.poll()}): {self.log.read_text()[-3000:]}"
        )

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all series that have these labels."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            if re.match(rf"{name}[ {{]", line) and all(f'{k}="{v}"' in line for k, v in labels.items()):
                total += float(line.rpartition(" ")[2])
        return total

    def partitions(self, topic: str) -> set[str]:
        """The partitions of a topic that it has: those whose lag it tells."""
        lines = self.get("/metrics")[1].splitlines()
        return {x.split('"')[1] for x in lines if x.startswith("qawl_consumer_lag{") and f'topic="{topic}"' in x}

    def logged(self) -> list[dict[str, Any]]:
        """All log entries so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> "WorkerProcess":
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@asynccontextmanager
async def admin_of(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client that is connected."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def committed(settings: Settings, topic: Topic) -> dict[int, OffsetAndMetadata]:
    """What the workers' group has committed of a topic, by partition, with the note beside it."""
    async with admin_of(settings) as admin:
        offsets = await admin.list_consumer_group_offsets(settings.topic_prefix + settings.consumer_group)
    return {tp.partition: o for tp, o in offsets.items() if tp.topic == topic.name and o.offset >= 0}


async def publish(
    settings: Settings,
    values: Sequence[bytes | tuple[bytes | None, bytes | None] | None],
    partition: int | None = None,
    **options: Any,
) -> list[tuple[int, int]]:
    """Send values, or (key, value) pairs, to `articles.raw`; partition and offset of each. `options` are aiokafka's."""
    producer = AIOKafkaProducer(**client_options(settings), **{"max_request_size": MAX_MESSAGE_BYTES} | options)
    await producer.start()
    try:
        sent = []
        for value in values:
            key, body = value if isinstance(value, tuple) else (None, value)
            if key is None and body is None:  # which `send` refuses and other clients do not
                batch = producer.create_batch()
                batch.append(timestamp=None, key=None, value=None)
                sent.append(await producer.send_batch(batch, declared(settings).raw.name, partition=partition or 0))
            else:
                sent.append(await producer.send(declared(settings).raw.name, body, key, partition=partition))
        placed = [await s for s in sent]
    finally:
        await producer.stop()
    return [(m.partition, m.offset) for m in placed]


async def make(settings: Settings, topic: NewTopic) -> None:
    """Make a topic and wait until the cluster lists it, which Apache Kafka does only after it acknowledged it."""
    async with admin_of(settings) as admin:
        await admin.create_topics([topic])
        for _ in range(100):
            if topic.name in await admin.list_topics():
                return
            await asyncio.sleep(0.05)
    pytest.fail(f"{topic.name} does not appear")


def headers(record: ConsumerRecord) -> dict[str, str]:
    """A record's headers as text."""
    return {name: value.decode() for name, value in record.headers}


async def read(settings: Settings, topic: Topic) -> list[ConsumerRecord]:
    """Everything that a topic holds now, partition by partition."""
    return await read_committed(settings, topic.name, range(settings.partitions))


async def read_until(settings: Settings, topic: Topic, enough: Callable[[list[ConsumerRecord]], bool]) -> list[Any]:
    """Read a topic again and again until it holds enough."""
    deadline = time.monotonic() + PATIENCE
    while True:
        records = await read(settings, topic)
        if enough(records):
            return records
        assert time.monotonic() < deadline, f"{topic.name} holds {len(records)} records, not what is waited for"
        await asyncio.sleep(0.1)


async def enriched_until(settings: Settings, count: int) -> list[EnrichedArticle]:
    """All enriched articles, once there are `count`."""
    records = await read_until(settings, declared(settings).enriched, lambda found: len(found) >= count)
    return [decode_enriched(r.value) for r in records]


async def statements(settings: Settings) -> list[StatementEvent]:
    """All statements that are there now."""
    return [decode_statement(r.value) for r in await read(settings, declared(settings).statements)]
