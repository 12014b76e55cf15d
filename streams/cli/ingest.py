"""`qawl ingest rss|ninjs|newsml|jsonl|corpus|http|kafka`."""

import os
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.cli import options, sources
from streams.settings import FromSettings

if TYPE_CHECKING:
    from streams.ingest.draft import Item, Rules
    from streams.ingest.intake import Intake, Outcome
    from streams.ingest.mapping import FieldMapping
    from streams.ingest.state import State

_once = click.option("--once", is_flag=True, help="End when everything that is there now is safe.")
_http_port = click.option("--http-port", type=int, help="Port of /healthz and /metrics; any free one if not set.")
_source = click.option("--source", metavar="NAME", help="The paper, where an article names none.")
_map = click.option(
    "--map", "maps", multiple=True, metavar="FIELD=PATH", help="Where a field stands, such as body=content.text."
)
_settle = click.option(
    "--settle", type=click.FloatRange(0, 3600), default=2.0, show_default=True, help="Seconds a file must not change."
)


@click.group("ingest")
def command() -> None:
    """Bring articles from feeds, wires, files and programs into the topic articles.raw.

    Each runs until SIGTERM, or to the end of what it reads. What left, and what waits for the end of an embargo, is
    kept in QAWL_DATA_DIR.

    Exit status 1: some of it could not be read, or no broker answers. 2: a setting or an option cannot be used.
    """


@command.command("rss")
@click.argument("urls", nargs=-1, metavar="[URL]...")
@click.option(
    "--opml",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of feeds; an outline's `interval` goes before --interval.",
)
@click.option("--interval", type=click.FloatRange(1), default=300.0, show_default=True, help="Seconds between visits.")
@click.option(
    "--delay", type=click.FloatRange(0), default=1.0, show_default=True, help="Seconds between a host's visits."
)
@click.option(
    "--timeout", type=click.FloatRange(0.1), default=30.0, show_default=True, help="Seconds of a visit at most."
)
@click.option("--full-text", is_flag=True, help="Take the text of each article's page.")
@_source
@_once
@_http_port
@options.bootstrap
def rss_command(
    urls: tuple[str, ...],
    opml: Path | None,
    interval: float,
    delay: float,
    timeout: float,
    full_text: bool,
    source: str | None,
    once: bool,
    http_port: int | None,
    bootstrap: str | None,
) -> None:
    """RSS and Atom feeds, visited again and again."""
    settings = sources.begin(bootstrap, http_port)
    from streams.ingest import rss
    from streams.ingest.draft import Rejected
    from streams.ingest.fetching import Limits
    from streams.ingest.identity import canonical_url
    from streams.ingest.service import rules

    if wrong := [url for url in urls if canonical_url(url) is None]:
        sources.fail(f"{', '.join(wrong)}: expected an address that begins with http:// or https://", 2)

    try:
        listed = rss.feeds_of(opml) if opml else {}
    except (Rejected, OSError) as e:
        sources.fail(str(e), 2)
    feeds = list(dict.fromkeys([*urls, *listed]))
    if not feeds:
        sources.fail("give addresses of feeds, or --opml FILE", 2)
    sources.check_topics(settings)
    own = {url: seconds for url, seconds in listed.items() if seconds is not None}
    visiting = rss.Visiting(interval, Limits(seconds=timeout, host_delay=delay), full_text, once, source, own)

    async def visit(intake: "Intake", state: "State") -> "tuple[Counter[Outcome], int]":
        reader = rss.Reader(visiting, rules(settings), intake, state)
        failures = await reader.run(feeds)
        return reader.outcomes, failures

    outcomes, failures = sources.run(settings, "rss", visit, not once) or (None, 0)
    sources.ended(outcomes, once, failures)


def _wire(name: str, title: str) -> None:
    """`qawl ingest NAME`, whose format the module of that name reads."""

    @command.command(
        name,
        short_help=f"{title} from a drop folder, file or pipe.",
        help=f"{title}: a drop folder that is watched, a file, or - for standard input.",
    )
    @click.argument("path", type=click.Path(exists=True, allow_dash=True, path_type=Path))
    @_settle
    @_source
    @_once
    @_http_port
    @options.bootstrap
    def wire_command(
        path: Path, settle: float, source: str | None, once: bool, http_port: int | None, bootstrap: str | None
    ) -> None:
        settings = sources.begin(bootstrap, http_port)
        from streams.ingest.service import rules

        items, agreed = import_module(f"streams.ingest.{name}").items, rules(settings)

        def read(data: bytes, origin: str) -> "list[Item]":
            found: list[Item] = items(data, agreed, origin=origin, source=source)
            return found

        sources.receive(settings, name, path, settle, once, read)


_wire("ninjs", "IPTC ninjs")
_wire("newsml", "NewsML-G2")


@command.command("jsonl", short_help="JSON Lines from a file or standard input.")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@_map
@_source
@click.option("--http-port", type=int, help="Port of /healthz and /metrics; for - also by QAWL_HTTP_PORT, else none.")
@options.bootstrap
def jsonl_command(
    path: Path, maps: tuple[str, ...], source: str | None, http_port: int | None, bootstrap: str | None
) -> None:
    """JSON Lines, plain or gzip, or - for standard input; ends with it, which may be never."""
    from streams.ingest import jsonl

    piped = str(path) == "-"

    def read(mapping: "FieldMapping", rules: "Rules") -> "Iterator[Item]":
        if piped:
            # Not sys.stdin: at a signal Python would wait for the thread that reads it.
            return jsonl.from_lines(os.fdopen(os.dup(0), "rb"), mapping, rules, origin="-")
        return jsonl.from_file(path, mapping, rules)

    sources.read_to_the_end("jsonl", read, maps, source, bootstrap, http_port, piped=piped)


@command.command("corpus", short_help="All JSON Lines of a folder.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_map
@_source
@options.bootstrap
def corpus_command(folder: Path, maps: tuple[str, ...], source: str | None, bootstrap: str | None) -> None:
    """All *.jsonl and *.jsonl.gz of a folder; ends with the last."""
    from streams.ingest import corpus

    if not corpus.files(folder):
        sources.fail(f"there is no *.jsonl and no *.jsonl.gz in {folder}", 2)

    def read(mapping: "FieldMapping", rules: "Rules") -> "Iterator[Item]":
        return corpus.items(folder, mapping, rules)

    sources.read_to_the_end("corpus", read, maps, source, bootstrap)


@command.command("http")
@click.option("--port", type=int, help="Port of the service instead of QAWL_INGEST_PORT; 0 for any free one.")
@_http_port
@options.bootstrap
def http_command(port: int | None, http_port: int | None, bootstrap: str | None) -> None:
    """A service that takes articles by POST /v1/articles."""
    settings = sources.begin(bootstrap, http_port, ingest_port=port)
    from streams.gateway.tokens import host
    from streams.ingest.http import PATH, Receiver
    from streams.ingest.service import rules

    address = host(settings, "ingest")
    sources.check_topics(settings)
    listener = sources.listen(address, settings.ingest_port, "QAWL_INGEST_PORT")
    address, number = listener.getsockname()[:2]
    click.echo(f"articles are taken at http://{address}:{number}{PATH}", err=True)
    agreed = rules(settings, strict=True)
    sources.run(settings, "http", lambda intake, _: Receiver(settings, agreed, intake).run(listener), True)


@command.command("kafka", short_help="Another topic, of this cluster or another.")
@click.option("--topic", required=True, help="The topic to read.")
@click.option("--group", default="qawl-ingest", show_default=True, help="The consumer group to be a member of.")
@click.option("--from-bootstrap", help="HOST:PORT of its brokers, instead of QAWL_FROM_KAFKA_BOOTSTRAP or the same.")
@_map
@_source
@_once
@_http_port
@options.bootstrap
def kafka_command(
    topic: str,
    group: str,
    from_bootstrap: str | None,
    maps: tuple[str, ...],
    source: str | None,
    once: bool,
    http_port: int | None,
    bootstrap: str | None,
) -> None:
    """Another topic, of this cluster or of another (QAWL_FROM_KAFKA_...: how to connect to it).

    A record's key and time are mapped by the names kafka:key and kafka:timestamp.
    """
    settings = sources.begin(bootstrap, http_port)
    given = FromSettings.load(kafka_bootstrap=from_bootstrap)
    if given.kafka_bootstrap is None and given.model_fields_set:
        names = ", ".join(sorted(f"{given.prefix}{name.upper()}" for name in given.model_fields_set))
        sources.fail(f"{names}: of which cluster? Set {given.prefix}KAFKA_BOOTSTRAP, or give --from-bootstrap", 2)
    origin = given if given.kafka_bootstrap is not None else settings
    from streams.ingest import kafka
    from streams.ingest.service import rules

    if origin is settings and topic == f"{settings.topic_prefix}articles.raw":
        sources.fail(f"{topic} is where articles go to; name another topic, or another cluster by --from-bootstrap", 2)
    mapping, agreed = sources.mapping(maps, source, records=True), rules(settings)
    sources.check_topics(settings)
    sources.check_topic(origin, topic)

    async def follow(intake: "Intake", _: "State") -> "Counter[Outcome]":
        return await kafka.follow(origin, topic, group, mapping, agreed, intake, once=once)

    sources.ended(sources.run(settings, "kafka", follow, not once), once)
