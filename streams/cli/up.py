"""`qawl up`: broker, topics, worker and gateway in one process tree, and every statement on the screen."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import click
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas import Retraction
from schemas.codec import InvalidPayload, decode_enriched, decode_told
from streams.cli.show import statement_line, use_colour
from streams.cli.starting import tell_without_effect
from streams.cli.tally import Tally, id_of
from streams.delivery.replay import INGEST
from streams.embedded.broker import BrokerFailed, EmbeddedBroker, die_with_parent, free_port
from streams.kafka.reading import close, committed_consumer
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_MESSAGE_BYTES, BrokerUnreachable, TopicProblem, Topics, create, declared
from streams.samples import sample_feed
from streams.settings import Settings

_STALLED_SECONDS = 60.0  # without any record: something is wrong, say so instead of waiting for ever
_STOP_SECONDS = 30.0
_TERMINATED = 128 + int(signal.SIGTERM)  # the exit status by which a shell tells this end


@click.command("up")
@click.option("--once", is_flag=True, help="End after the feed, with a summary.")
@click.option(
    "--feed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL articles instead of the sample.",
)
@click.option("--bootstrap", help="HOST:PORT of a Kafka to use instead of the embedded broker.")
def command(once: bool, feed: Path | None, bootstrap: str | None) -> None:
    """Broker, topics, worker and the page in one go; shows each statement as it leaves.

    Exit status with --once: 0 if every article was answered, by an enriched event or a dead letter.
    """
    settings = Settings.load(kafka_bootstrap=bootstrap)
    tell_without_effect(settings)
    # What keeps this process from its work comes as an exception; the worker has a log of its own.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    logging.getLogger("aiokafka").propagate = False
    try:
        sys.exit(asyncio.run(_up(settings, feed, once)))
    except KeyboardInterrupt:
        click.echo("\nstopped", err=True)
        sys.exit(130 if once else 0)
    except (BrokerFailed, BrokerUnreachable, TopicProblem, KafkaError) as e:
        click.echo(f"qawl up: {e}", err=True)
        sys.exit(2 if isinstance(e, TopicProblem) else 1)


async def _up(settings: Settings, feed: Path | None, once: bool) -> int:
    """The exit status, when all is ended that was started.

    Signals only cancel this task: asyncio does so on Ctrl-C, and so is SIGTERM treated here. A handler that raises
    would do it anywhere, also between the start of a process and the `try` that ends it.
    """
    terminated = _cancel_on_sigterm()
    try:
        async with (
            _open(feed) as lines,
            _broker(settings) as (with_broker, check_broker),
            _worker(with_broker) as worker,
            _gateway(with_broker) as gateway,
        ):
            return await _watch(with_broker, check_broker, {"worker": worker, "gateway": gateway}, lines, once)
    except asyncio.CancelledError:
        # A connection that was just being opened ends with the process; aiokafka would tell of it on the way out.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        if not terminated.is_set():
            raise
        return _TERMINATED


def _cancel_on_sigterm() -> asyncio.Event:
    """Cancel the current task on SIGTERM, once; the event tells that it was that."""
    terminated, task = asyncio.Event(), asyncio.current_task()
    assert task is not None

    def cancel() -> None:
        if not terminated.is_set():  # a second signal must not break off the ending
            terminated.set()
            task.cancel()

    with suppress(NotImplementedError):  # Windows has no SIGTERM that could be caught
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, cancel)
    return terminated


@asynccontextmanager
async def _open(feed: Path | None) -> AsyncIterator[Iterable[bytes]]:
    if feed is None:
        yield sample_feed()
        return
    with feed.open("rb") as file:
        yield file


@asynccontextmanager
async def _broker(settings: Settings) -> AsyncIterator[tuple[Settings, Callable[[], None]]]:
    """Settings with a broker that runs and has the topics, and a check that it still runs.

    It is the embedded one unless another is given, which is nothing of ours to check.
    """
    if settings.kafka_bootstrap is not None:
        await create(settings)
        with tempfile.TemporaryDirectory(prefix="qawl-up-") as folder:
            lasts = "data_dir" in settings.model_fields_set
            yield settings if lasts else settings.model_copy(update={"data_dir": Path(folder)}), lambda: None
        return
    with EmbeddedBroker() as broker:
        # The index of what the gateway shows goes with the broker's data, also where this process is killed.
        found = {"kafka_bootstrap": broker.bootstrap, "data_dir": broker.data_dir / "gateway"}
        with_broker = settings.model_copy(update=found)
        await create(with_broker)
        yield with_broker, broker.check


@asynccontextmanager
async def _worker(settings: Settings) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A worker process on a free HTTP port, or the one that is set; ended by SIGTERM so that it commits and leaves."""
    port = settings.http_port if "http_port" in settings.model_fields_set and settings.http_port else free_port()
    async with _process(settings, "worker", QAWL_HTTP_PORT=str(port)) as process:
        click.echo(f"broker {settings.kafka_bootstrap}  metrics http://{settings.http_host}:{port}/metrics", err=True)
        yield process


@asynccontextmanager
async def _gateway(settings: Settings) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A gateway process on its usual port, or a free one where that is taken."""
    port = settings.gateway_port
    if "gateway_port" not in settings.model_fields_set or not port:
        port = free_port(port)
    async with _process(
        settings, "gateway", QAWL_GATEWAY_PORT=str(port), QAWL_DATA_DIR=str(settings.data_dir)
    ) as process:
        click.echo(f"page http://127.0.0.1:{port}/", err=True)
        yield process


@asynccontextmanager
async def _process(settings: Settings, command: str, **environment: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """`qawl COMMAND` on the broker; ended by SIGTERM."""
    environment = os.environ | {"QAWL_KAFKA_BOOTSTRAP": str(settings.kafka_bootstrap)} | environment
    if "log_level" not in settings.model_fields_set:
        environment["QAWL_LOG_LEVEL"] = "error"  # the statements are what this screen is for; it tells dead letters too
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", command],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others in order
        preexec_fn=die_with_parent(),
    )
    try:
        yield process
    except BrokerFailed:
        process.kill()  # it has nobody to commit to or to take leave of, and would tell so at length
        raise
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            click.echo(f"qawl up: the {command} did not end within {_STOP_SECONDS:.0f} s and is killed", err=True)
        finally:  # also at a second Ctrl-C
            process.kill()
            process.wait()


async def _watch(
    settings: Settings,
    check_broker: Callable[[], None],
    processes: Mapping[str, subprocess.Popen[bytes]],
    feed: Iterable[bytes],
    once: bool,
) -> int:
    """Publish the feed and show what comes of it; the exit status."""
    started = time.monotonic()
    topics, tally = declared(settings), Tally()
    consumer = committed_consumer(settings, max_partition_fetch_bytes=MAX_MESSAGE_BYTES)
    publishing: asyncio.Task[None] | None = None
    try:
        await consumer.start()
        await _from_now_on(consumer, topics, settings.partitions)
        publishing = asyncio.create_task(_publish(settings, topics, feed, tally))
        last = time.monotonic()
        while not (once and publishing.done() and tally.complete(quiet=time.monotonic() - last)):
            batches = await consumer.getmany(timeout_ms=200)
            for records in batches.values():
                for record in records:
                    _show(topics, tally, record)
                last = time.monotonic()
            if publishing.done():
                publishing.result()
            check_broker()
            for name, process in processes.items():
                if (status := process.poll()) is not None:
                    click.echo(f"qawl up: the {name} ended with status {status}; its log is above", err=True)
                    return 1
            if once and time.monotonic() - last > _STALLED_SECONDS:
                waits = tally.articles - tally.answered
                click.echo(f"qawl up: nothing came for {_STALLED_SECONDS:.0f} s, {waits} articles unanswered", err=True)
                click.echo(_summary(tally, started))
                return 1
    finally:
        if publishing is not None:
            publishing.cancel()
        await close(consumer)
    click.echo(_summary(tally, started))
    return 0


def _summary(tally: Tally, started: float) -> str:
    return (
        f"{tally.articles} articles, {tally.statements} statements, {len(tally.actors)} actors, "
        f"{tally.dead_letters} dead letters, {time.monotonic() - started:.1f} seconds"
    )


async def _from_now_on(consumer: AIOKafkaConsumer, topics: Topics, count: int) -> None:
    """On a Kafka that is in use only what comes from now on is shown."""
    names = (topics.statements.name, topics.enriched.name, topics.deadletter.name)
    partitions = [TopicPartition(name, p) for name in names for p in range(count)]
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    for partition in partitions:
        await consumer.position(partition)  # the seek is only noted until somebody asks


async def _publish(settings: Settings, topics: Topics, feed: Iterable[bytes], tally: Tally) -> None:
    """Send each line as it stands."""
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=MAX_MESSAGE_BYTES)
    await producer.start()
    try:
        for number, line in enumerate(feed, 1):
            if not line.strip():
                continue
            article_id = id_of(line)
            tally.expect(article_id)
            key = None if article_id is None else article_id.encode()
            sent = await producer.send(topics.raw.name, line.rstrip(b"\r\n"), key)
            sent.add_done_callback(partial(_placed, tally, article_id, number))
    finally:
        await producer.stop()  # sends what is left


def _placed(tally: Tally, article_id: str | None, line: int, sent: asyncio.Future[Any]) -> None:
    if sent.cancelled():
        return
    why = sent.exception()
    if why is None:
        tally.placed(article_id, (sent.result().partition, sent.result().offset), line)
    else:
        click.echo(f"qawl up: line {line} of the feed was not taken by Kafka: {why}", err=True)


def _show(topics: Topics, tally: Tally, record: ConsumerRecord) -> None:
    try:
        if record.topic == topics.statements.name:
            event = decode_told(record.value)
            if isinstance(event, Retraction):
                click.echo(f"taken back ({event.reason}): {event.statement_id} of article {event.article.article_id}")
                return
            tally.statement(event)
            click.echo(statement_line(event, event.extracted_at.astimezone(), colour=use_colour()))
        elif record.topic == topics.enriched.name:
            tally.enriched(decode_enriched(record.value))
        else:
            headers = {name: value.decode(errors="replace") for name, value in record.headers}
            if "replayed.offset" in headers:
                return  # a note that one was sent back
            position = int(headers["source.partition"]), int(headers["source.offset"])
            place = f"{headers['source.topic']}/{position[0]}@{position[1]}"
            place = "qawl ingest" if headers["error.stage"] == INGEST else place
            ours = headers["source.topic"] == topics.raw.name
            line = tally.lines.get(position) if ours else None
            place += "" if line is None else f", line {line} of the feed"
            click.echo(f"dead letter: {headers['error.message']} [{place}]", err=True)
            if ours:
                tally.dead_letter(position)
    except (InvalidPayload, KeyError, ValueError) as e:
        click.echo(f"qawl up: a record of {record.topic} is not ours and is passed over: {e}", err=True)
