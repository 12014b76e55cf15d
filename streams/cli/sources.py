"""What the commands of `qawl ingest` share: how each begins, runs, and tells how it ended."""

import asyncio
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from streams.cli import starting
from streams.ingest import MissingLibrary, require
from streams.kafka.topics import BrokerUnreachable, exists
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.ingest.draft import Item, Rules
    from streams.ingest.intake import Outcome
    from streams.ingest.mapping import FieldMapping
    from streams.ingest.service import Work

T = TypeVar("T")
_INTERRUPTED = 130


def begin(bootstrap: str | None, http_port: int | None = None, **more: Any) -> Settings:
    """Settings, logs, and whether the libraries are there.

    A command then checks its options, and `check_topics` comes last: a wrong option is told without a broker.
    """
    try:
        require()
    except MissingLibrary as e:
        fail(str(e), 2)
    settings = Settings.load(kafka_bootstrap=bootstrap, http_port=http_port, **more)
    starting.begin_logs(settings)
    return settings


def check_topics(settings: Settings) -> None:
    """End the command where articles cannot be brought to the topics."""
    starting.check_topics("ingest", settings)


def receive(
    settings: Settings, name: str, path: Path, settle: float, once: bool, items: "Callable[[bytes, str], list[Item]]"
) -> None:
    """A drop folder until a signal, or a file or standard input once."""
    from streams.ingest.folder import DropFolder, receive

    check_topics(settings)
    if path.is_dir():
        try:
            drop = DropFolder(path, settle)
        except OSError as e:
            fail(f"{path} cannot be used as a drop folder: {e}", 2)

        def read(file: Path) -> "list[Item]":
            return items(file.read_bytes(), file.name)

        outcomes = run(settings, name, lambda intake, _: receive(drop, read, intake, once=once), not once)
    else:
        data, once = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes(), True
        outcomes = run(settings, name, lambda intake, _: intake.take(items(data, path.name)), False)
    ended(None if outcomes is None else Counter(outcomes), once)


def read_to_the_end(
    name: str,
    read: "Callable[[FieldMapping, Rules], Iterator[Item]]",
    maps: tuple[str, ...],
    source: str | None,
    bootstrap: str | None,
    http_port: int | None = None,
    *,
    piped: bool = False,
) -> None:
    """All items as they come, with a bar where somebody looks on.

    A pipe may never end, and has pages where a port is set; a file only where it is given: most end before long.
    """
    settings = begin(bootstrap, http_port)
    paged = http_port is not None or (piped and "http_port" in settings.model_fields_set)
    from streams.ingest.batches import batches
    from streams.ingest.service import rules

    items = read(mapping(maps, source), rules(settings))
    check_topics(settings)

    async def take(intake: Any, _: Any) -> "Counter[Outcome]":
        outcomes: Counter[Outcome] = Counter()
        async for batch in batches(_shown(items)):
            outcomes.update(await intake.take(batch))
        return outcomes

    ended(run(settings, name, take, paged), True)


def _shown(items: "Iterator[Item]") -> "Iterator[Item]":
    """With a progress bar on a terminal; how many there will be is not known before the end."""
    if not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    def shown() -> "Iterator[Item]":
        columns = (SpinnerColumn(), TextColumn("{task.completed} items, {task.fields[at]}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None, at="")
            for one in items:
                yield one
                progress.update(task, advance=1, at=one.origin)

    return shown()


def run(settings: Settings, name: str, work: "Work[T]", paged: bool) -> T | None:
    """What the work gives; /metrics and /healthz are there meanwhile where it is `paged`, as services are."""
    from aiokafka.errors import KafkaError

    from streams.ingest import service

    listener = None
    if paged:
        # A worker beside it has the usual port: only a port that was asked for must be had.
        port = settings.http_port if "http_port" in settings.model_fields_set else 0
        listener = listen(settings.http_host, port, "QAWL_HTTP_PORT")
        address, number = listener.getsockname()[:2]
        click.echo(f"qawl ingest {name} starts: http://{address}:{number}/metrics, /healthz", err=True)
    try:
        return asyncio.run(service.run(settings, name, work, listener))
    except MissingLibrary as e:
        fail(str(e), 2)
    except sqlite3.Error as e:
        fail(f"what is kept in {settings.data_dir} cannot be used: {e}. Check QAWL_DATA_DIR", 2)
    except (KafkaError, OSError) as e:
        fail(str(e) or type(e).__name__, 1)


def listen(host: str, port: int, variable: str) -> socket.socket:
    """A listening socket; ends the command where it cannot be had."""
    return starting.listening("ingest", host, port, variable)


def mapping(maps: tuple[str, ...], source: str | None, *, records: bool = False) -> "FieldMapping":
    """The mapping that --map and --source tell; ends the command where they tell none."""
    from streams.ingest.mapping import FieldMapping

    try:
        return FieldMapping.parse(maps, source, records=records)
    except ValueError as e:
        fail(f"--map: {e}", 2)


def check_topic(settings: Settings, topic: str) -> None:
    """End the command where there is no such topic to read (2), or no broker answers (1)."""
    try:
        there = asyncio.run(exists(settings, topic))
    except BrokerUnreachable as e:
        fail(str(e), 1)
    if not there:
        fail(
            f"there is no topic {topic} at {settings.kafka_bootstrap}, or its cluster does not let this user see it", 2
        )


def ended(outcomes: "Counter[Outcome] | None", once: bool, failures: int = 0) -> NoReturn:
    """The summary, and the exit status: 1 where something was rejected or could not be had.

    None is what a signal leaves: the usual end of a service, and an interruption of what reads to the end.
    """
    from streams.ingest.intake import summary

    if outcomes is None:
        sys.exit(_INTERRUPTED if once else 0)
    click.echo(
        summary(outcomes) + (f"; {failures} could not be had, the lines above say why" if failures else ""), err=True
    )
    sys.exit(1 if failures or "rejected" in outcomes else 0)


def fail(message: str, status: int) -> NoReturn:
    """End the command with one line that says why."""
    starting.fail("ingest", message, status)
