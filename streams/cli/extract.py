"""`qawl extract`: articles in, EnrichedArticle JSONL out, no Kafka."""

import codecs
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import click

from schemas import Article, EnrichedArticle
from schemas.codec import InvalidPayload, decode_article, encode
from streams.cli.plain import article_of, refuse_gzip
from streams.settings import Settings

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
            hint = " (is it plain text? --text)" if number == 1 and isinstance(line, bytes) and line[:1] != b"{" else ""
            click.echo(f"qawl extract: line {number}: {e}{hint}", err=True)
            failed += 1
            continue
        if pretty:
            click.echo(render(article, result.enriched))
        else:
            _write(out, result.enriched)
    out.flush()
    sys.exit(1 if failed else 0)


def _write(out: BinaryIO, enriched: EnrichedArticle) -> None:
    out.write(encode(enriched) + b"\n")


def _inputs(file: BinaryIO, text: bool) -> Iterator[tuple[int, bytes | Article]]:
    """(line number, line) of the input; with a progress bar where stderr is a terminal and the length is known."""
    if text:
        yield 1, article_of(file)
        return
    with ExitStack() as stack:
        advance = _progress(file, stack)
        for number, line in enumerate(file, 1):
            if number == 1:
                refuse_gzip(line, file)
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
