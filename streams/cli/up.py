"""`qawl up`: broker, topics and worker in one process tree, and every statement on the screen."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.codec import InvalidPayload, decode_enriched, decode_statement
from streams.cli.show import statement_line, use_colour
from streams.embedded.broker import BrokerFailed, EmbeddedBroker, die_with_parent, free_port
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_MESSAGE_BYTES, BrokerUnreachable, TopicProblem, Topics, create, declared
from streams.samples import sample_feed
from streams.settings import Settings

_STALLED_SECONDS = 60.0  # without any record: something is wrong, say so instead of waiting for ever
_STOP_SECONDS = 15.0


@click.command("up")
@click.option("--once", is_flag=True, help="End after the feed, with a summary.")
@click.option("--feed", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSONL articles instead of the sample.")
@click.option("--bootstrap", help="HOST:PORT of a Kafka to use instead of the embedded broker.")
def command(once: bool, feed: Path | None, bootstrap: str | None) -> None:
    """Broker, topics and worker in one go; shows each statement as it leaves."""
    lines = [x for x in feed.read_bytes().split(b"\n") if x.strip()] if feed else sample_feed()
    settings = Settings.load(kafka_bootstrap=bootstrap)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds, so that broker and worker end too
    try:
        with _broker(settings) as with_broker, _worker(with_broker) as worker:
            sys.exit(asyncio.run(_watch(with_broker, worker, lines, once)))
    except KeyboardInterrupt:
        click.echo("\nstopped", err=True)
        sys.exit(130 if once else 0)
    except (BrokerFailed, BrokerUnreachable, TopicProblem) as e:
        click.echo(f"qawl up: {e}", err=True)
        sys.exit(1)


@contextmanager
def _broker(settings: Settings) -> Iterator[Settings]:
    """Settings with a broker that runs and has the topics: the embedded one unless another is given."""
    if settings.kafka_bootstrap is not None:
        asyncio.run(create(settings))
        yield settings
        return
    with EmbeddedBroker() as broker:
        with_broker = settings.model_copy(update={"kafka_bootstrap": broker.bootstrap})
        asyncio.run(create(with_broker))
        yield with_broker


@contextmanager
def _worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process on a free HTTP port; ended by SIGTERM so that it commits and leaves its group."""
    given = "QAWL_HTTP_PORT" in os.environ
    port = settings.http_port if given and settings.http_port else free_port()
    with tempfile.TemporaryDirectory(prefix="qawl-worker-") as folder:
        environment = os.environ | {
            "QAWL_KAFKA_BOOTSTRAP": str(settings.kafka_bootstrap),
            "QAWL_HTTP_PORT": str(port),
            "QAWL_DATA_DIR": folder,
        }
        if "QAWL_LOG_LEVEL" not in os.environ:
            environment["QAWL_LOG_LEVEL"] = "warning"  # the statements are what this screen is for
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker"],
            env=environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the worker in order
            preexec_fn=die_with_parent(),
        )
        click.echo(f"broker {settings.kafka_bootstrap}  metrics http://{settings.http_host}:{port}/metrics", err=True)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(slots=True)
class _Tally:
    """What has come back of what was published."""

    published: set[tuple[int, int]] = field(default_factory=set)
    articles: int = 0
    expected_statements: int = 0
    statements: int = 0
    dead_letters: int = 0
    actors: set[str] = field(default_factory=set)

    def complete(self) -> bool:
        """Whether every article ended as an enriched event or a dead letter, with all of its statements seen."""
        answered = self.articles + self.dead_letters
        return answered >= len(self.published) and self.statements >= self.expected_statements


async def _watch(settings: Settings, worker: subprocess.Popen[bytes], lines: list[bytes], once: bool) -> int:
    topics = declared(settings)
    started = time.monotonic()
    consumer = AIOKafkaConsumer(**client_options(settings), max_partition_fetch_bytes=MAX_MESSAGE_BYTES)
    await consumer.start()
    try:
        names = (topics.statements.name, topics.enriched.name, topics.deadletter.name)
        partitions = [TopicPartition(name, p) for name in names for p in range(settings.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)  # on a Kafka that is in use only what comes from now on is shown
        for partition in partitions:
            await consumer.position(partition)
        tally = _Tally(published=await _publish(settings, topics, lines))
        last = time.monotonic()
        while not (once and tally.complete()):
            batches = await consumer.getmany(timeout_ms=200)
            for records in batches.values():
                for record in records:
                    _count(topics, tally, record)
            if batches:
                last = time.monotonic()
            if worker.poll() is not None:
                click.echo(f"qawl up: the worker ended with status {worker.returncode}; its log is above", err=True)
                return 1
            if once and time.monotonic() - last > _STALLED_SECONDS:
                click.echo(f"qawl up: nothing came for {_STALLED_SECONDS:.0f} s; {_summary(tally, started)}", err=True)
                return 1
    finally:
        await consumer.stop()
    click.echo(_summary(tally, started))
    return 0


def _summary(tally: _Tally, started: float) -> str:
    return (
        f"{len(tally.published)} articles, {tally.statements} statements, {len(tally.actors)} actors, "
        f"{tally.dead_letters} dead letters, {time.monotonic() - started:.1f} seconds"
    )


async def _publish(settings: Settings, topics: Topics, lines: list[bytes]) -> set[tuple[int, int]]:
    """Send each line as it stands; (partition, offset) of all."""
    import msgspec

    class Keyed(msgspec.Struct):
        article_id: str

    producer = AIOKafkaProducer(**client_options(settings), max_request_size=MAX_MESSAGE_BYTES)
    await producer.start()
    try:
        sent = []
        for line in lines:
            try:
                key: bytes | None = msgspec.json.decode(line, type=Keyed).article_id.encode()
            except (msgspec.MsgspecError, UnicodeError):
                key = None  # the worker will say what is wrong with it
            sent.append(await producer.send(topics.raw.name, line, key))
        metadata = await asyncio.gather(*sent)
    finally:
        await producer.stop()
    return {(m.partition, m.offset) for m in metadata}


def _count(topics: Topics, tally: _Tally, record: object) -> None:
    topic, value = record.topic, record.value  # type: ignore[attr-defined]
    try:
        if topic == topics.statements.name:
            event = decode_statement(value)
            tally.statements += 1
            tally.actors.add(event.actor.id)
            click.echo(statement_line(event, datetime.now(), colour=use_colour()))
        elif topic == topics.enriched.name:
            enriched = decode_enriched(value)
            tally.articles += 1
            tally.expected_statements += len(enriched.statements)
        else:
            headers = dict(record.headers)  # type: ignore[attr-defined]
            tally.dead_letters += 1
            click.echo(f"dead letter: {headers.get('error.message', b'').decode(errors='replace')}", err=True)
    except InvalidPayload as e:
        click.echo(f"qawl up: a record of {topic} is not ours and is passed over: {e}", err=True)
