"""`qawl extract`: articles in, EnrichedArticle JSONL out, no Kafka."""

import codecs
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from schemas import Article, EnrichedArticle
from schemas.codec import InvalidPayload, decode_article, encode
from streams.cli.plain import article_of, lines_of
from streams.cli.tally import id_of
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.extraction import ExtractionFailed

_DATE = "2026-03-03T09:15:00+03:00"
_SHOWN_CHARS = 80  # a wrong value is shown for recognition, not whole
_LONG_BYTES = 200_000  # shorter input is done before a bar is seen


@click.command("extract")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--text", is_flag=True, help="The input is one article as plain text.")
@click.option("--pretty", is_flag=True, help="Show the article with speakers, cues and contents coloured.")
def command(file: BinaryIO, text: bool, pretty: bool) -> None:
    """Statements of the articles in FILE (JSONL; - for standard input) as EnrichedArticle JSONL.

    A line that is no article is told on stderr; the others go on, and the exit status is 1.
    """
    # Imported here: a wrong option answers without loading the models.
    from streams.cli.engine import load_extractor
    from streams.cli.pretty import render
    from streams.extraction import ExtractionFailed

    settings = Settings.load()
    extractor = load_extractor(settings)
    out = click.get_binary_stream("stdout")
    failed = 0
    for number, line in _inputs(file, text):
        try:
            article = (
                line if isinstance(line, Article) else decode_article(line, max_body_chars=settings.max_body_chars)
            )
            result = extractor.enrich(article, extracted_at=datetime.now(UTC), clock=time.perf_counter)
        except (InvalidPayload, ExtractionFailed) as e:
            click.echo(f"qawl extract: {_wrong(number, line, e)}", err=True)
            failed += 1
            continue
        if pretty:
            click.echo(render(article, result.enriched))
        else:
            _write(out, result.enriched)
    out.flush()
    sys.exit(1 if failed else 0)


def _wrong(number: int, line: bytes | Article, error: "InvalidPayload | ExtractionFailed") -> str:
    """What is wrong with a line, and whose it is: editors know articles by their ids, and not by lines."""
    if isinstance(line, Article):
        return str(error)
    article_id = id_of(line)
    where = f"line {number}" + (f", article {article_id!r}" if article_id is not None else "")
    if number == 1 and line[:1] != b"{":
        return f"{where}: {error} (is it plain text? --text)"
    if isinstance(error, InvalidPayload) and error.field == "published_at":
        return f"{where}: published_at: expected a time with its zone such as {_DATE}, got {_shown_date(line)}"
    return f"{where}: {error}"


def _shown_date(line: bytes) -> str:
    try:
        return repr(json.loads(line)["published_at"])[:_SHOWN_CHARS]
    except (ValueError, RecursionError, KeyError):
        return "another"  # the line is broken behind it, where the decoder did not come any more


def _write(out: BinaryIO, enriched: EnrichedArticle) -> None:
    out.write(encode(enriched) + b"\n")


def _inputs(file: BinaryIO, text: bool) -> Iterator[tuple[int, bytes | Article]]:
    """(line number, line) of the input; with a progress bar where stderr is a terminal and the length is known."""
    if text:
        yield 1, article_of(file)
        return
    with ExitStack() as stack:
        advance = _progress(file, stack)
        for number, line in enumerate(lines_of(file), 1):
            given = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if given.strip():
                yield number, given
            advance(len(line))


def _progress(file: BinaryIO, stack: ExitStack) -> Callable[[int], None]:
    """A function that advances the bar by bytes read; nothing is drawn on short input or off a terminal."""
    try:
        size = Path(file.name).stat().st_size
    except (OSError, TypeError):
        size = 0
    if size < _LONG_BYTES or not sys.stderr.isatty():
        return lambda _: None
    from rich.console import Console
    from rich.progress import Progress

    bar = stack.enter_context(Progress(console=Console(stderr=True)))
    task = bar.add_task("articles", total=size)
    return lambda n: bar.update(task, advance=n)
