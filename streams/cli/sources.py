"""What the commands of `qawl ingest` share: how each begins, runs, and tells how it ended."""

import asyncio
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from streams.kafka.topics import BrokerUnreachable, TopicProblem, check
from streams.observability import logs
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.ingest.draft import Item, Rules
    from streams.ingest.intake import Outcome
    from streams.ingest.mapping import FieldMapping
    from streams.ingest.service import Work

T = TypeVar("T")
_BATCH = 500
_INTERRUPTED = 130


def begin(bootstrap: str | None, http_port: int | None = None, **more: Any) -> Settings:
    """Settings, logs, and whether the topics are there."""
    settings = Settings.load(kafka_bootstrap=bootstrap, http_port=http_port, **more)
    logs.configure(settings.log_format, settings.log_level)
    try:
        asyncio.run(check(settings))
    except (TopicProblem, BrokerUnreachable) as e:
        fail(str(e), 2 if isinstance(e, TopicProblem) else 1)
    return settings


def receive(
    settings: Settings, name: str, path: Path, settle: float, once: bool, items: "Callable[[bytes, str], list[Item]]"
) -> None:
    """A drop folder until a signal, or a file or standard input once."""
    from streams.ingest.folder import DropFolder, receive

    if path.is_dir():
        try:
            drop = DropFolder(path, settle)
        except OSError as e:
            fail(f"{path} cannot be used as a drop folder: {e}", 2)

        def read(file: Path) -> "list[Item]":
            return items(file.read_bytes(), file.name)

        outcomes = run(settings, name, lambda intake, _: receive(drop, read, intake, once=once), not once)
        if outcomes is None and not once:
            return  # a service that was told to end
    else:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        outcomes = run(settings, name, lambda intake, _: intake.take(items(data, path.name)), False)
    _tell(outcomes)


def read_to_the_end(
    name: str,
    read: "Callable[[FieldMapping, Rules], Iterator[Item]]",
    maps: tuple[str, ...],
    source: str | None,
    bootstrap: str | None,
) -> None:
    """All items in batches, with a bar where somebody looks on."""
    settings = begin(bootstrap)
    from streams.ingest.service import rules

    items = read(mapping(maps, source), rules(settings))

    async def take(intake: Any, _: Any) -> "list[Outcome]":
        outcomes: list[Outcome] = []
        for batch in _batches(_shown(items)):
            outcomes += await intake.take(batch)
        return outcomes

    _tell(run(settings, name, take, False))


def _shown(items: "Iterator[Item]") -> "Iterable[Item]":
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


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for one in items:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def run(settings: Settings, name: str, work: "Work[T]", lasting: bool) -> T | None:
    """What the work gives; a service has its pages meanwhile."""
    from aiokafka.errors import KafkaError

    from streams.ingest import MissingLibrary, service

    listener = None
    if lasting:
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
    from streams.observability import web

    try:
        return web.listen(host, port)
    except OSError as e:
        fail(f"cannot listen on {host}:{port}: {e.strerror}. Set {variable} (0: any)", 2)


def mapping(maps: tuple[str, ...], source: str | None) -> "FieldMapping":
    """The mapping that --map and --source tell; ends the command where they tell none."""
    from streams.ingest.mapping import FieldMapping

    try:
        return FieldMapping.parse(maps, source)
    except ValueError as e:
        fail(f"--map: {e}", 2)


def _tell(outcomes: "list[Outcome] | None") -> NoReturn:
    """The summary, and the exit status: 1 where something was rejected."""
    from streams.ingest.intake import summary

    if outcomes is None:
        sys.exit(_INTERRUPTED)
    click.echo(summary(outcomes), err=True)
    sys.exit(1 if "rejected" in outcomes else 0)


def fail(message: str, status: int) -> NoReturn:
    """End the command with one line that says why."""
    click.echo(f"qawl ingest: {message}", err=True)
    sys.exit(status)
