"""`qawl deadletters list|show|replay`."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from streams.cli import options
from streams.cli.show import isolate
from streams.cli.starting import check_topics
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.delivery.replay import DeadLetter, Place

T = TypeVar("T")
_MESSAGE_CHARS = 100


@click.group("deadletters")
def command() -> None:
    """What could not be processed; send it back, repaired or as it is, once.

    A dead letter is named by its place, PARTITION@OFFSET, as `list` shows it.
    """


@command.command("list", short_help="What waits, one line each.")
@click.option("--error", help="Only of this kind (the second column).")
@click.option("--all", "everything", is_flag=True, help="Those that were sent back, too.")
@options.bootstrap
def list_command(error: str | None, everything: bool, bootstrap: str | None) -> None:
    """One line each: place, error, when, where it was read, key, what was wrong."""
    for letter in _letters(_settings(bootstrap)):
        if (error is None or letter.headers.error_type == error) and (everything or letter.replayed_at is None):
            click.echo(_line(letter))


@command.command("show", short_help="One of them, byte for byte.")
@click.argument("place")
@options.bootstrap
def show_command(place: str, bootstrap: str | None) -> None:
    """The headers on standard error, the value byte for byte on standard output, to be repaired in a file."""
    wanted = _place(place)
    for letter in _letters(_settings(bootstrap)):
        if letter.place == wanted:
            h = letter.headers
            click.echo(f"error   {h.error_type} ({h.error_stage}): {h.error_message}", err=True)
            click.echo(f"read    {_read(letter)}", err=True)
            click.echo(f"failed  {h.failed_at.isoformat()}", err=True)
            click.echo(f"key     {_key(letter)}", err=True)
            if h.value_bytes is not None:
                click.echo(f"value   {h.value_bytes} bytes, too large to be kept here: see where it was read", err=True)
            click.echo(f"replay  {letter.replayed_at.isoformat() if letter.replayed_at else 'not yet'}", err=True)
            sys.stdout.buffer.write(letter.value or b"")
            return
    _fail(f"there is no dead letter at {place}")


@command.command("replay", short_help="Send them back, each once.")
@click.argument("places", nargs=-1)
@click.option("--error", help="All of this kind that were not sent back yet, instead of places.")
@click.option("--value", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The repaired value.")
@options.bootstrap
def replay_command(places: tuple[str, ...], error: str | None, value: Path | None, bootstrap: str | None) -> None:
    """Send dead letters back to the topic that they came from; each once.

    What `qawl ingest` could not read goes to the topic of articles, and must be an article: else repair it.
    """
    from streams.delivery.replay import NotReplayable, replay

    if bool(places) == bool(error):
        _fail("name places, or a kind with --error", status=2)
    wanted = [_place(place) for place in places]
    if value is not None and len(wanted) != 1:
        _fail("--value repairs one dead letter: name its place", status=2)
    settings = _settings(bootstrap)
    if error is not None:
        wanted = [x.place for x in _letters(settings) if x.replayed_at is None and x.headers.error_type == error]
        if not wanted:
            click.echo(f"qawl deadletters: no dead letter of the kind {error!r} waits", err=True)
            return
    try:
        sent = _run(settings, replay(settings, wanted, value.read_bytes() if value else None))
    except NotReplayable as e:
        _fail(str(e))
    for letter in sent:
        click.echo(f"{letter.place}  sent to {letter.headers.source_topic}")


def _settings(bootstrap: str | None) -> Settings:
    """Those in force; the topics are as they say."""
    settings = Settings.load(kafka_bootstrap=bootstrap)
    check_topics("deadletters", settings)
    return settings


def _letters(settings: Settings) -> "list[DeadLetter]":
    from streams.delivery.replay import dead_letters

    return _run(settings, dead_letters(settings))


def _run(settings: Settings, what: Coroutine[Any, Any, T]) -> T:
    from aiokafka.errors import KafkaError

    try:
        return asyncio.run(what)
    except KafkaError as e:
        _fail(f"the brokers at {settings.kafka_bootstrap} do not answer as they should: {e}")


def _place(text: str) -> "Place":
    from streams.delivery.replay import Place

    partition, _, offset = text.partition("@")
    if not (partition.isdecimal() and offset.isdecimal()):
        _fail(f"expected PARTITION@OFFSET, as `qawl deadletters list` shows it, got {text!r}", status=2)
    return Place(int(partition), int(offset))


def _line(letter: "DeadLetter") -> str:
    h = letter.headers
    cells = [
        f"{letter.place!s:>8}",
        f"{h.error_type:16}",
        f"{h.failed_at:%Y-%m-%d %H:%M:%S}",
        _read(letter),
        _key(letter),
        isolate(h.error_message[:_MESSAGE_CHARS]),
    ]
    return "  ".join([*cells, *(["(sent back)"] if letter.replayed_at else [])])


def _read(letter: "DeadLetter") -> str:
    h = letter.headers
    return f"{h.source_topic} {h.source_partition}@{h.source_offset}" if h.source_partition >= 0 else "qawl ingest"


def _key(letter: "DeadLetter") -> str:
    return isolate((letter.key or b"").decode("utf-8", "replace"))


def _fail(message: str, status: int = 1) -> NoReturn:
    click.echo(f"qawl deadletters: {message}", err=True)
    sys.exit(status)
