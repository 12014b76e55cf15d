"""One article from a file: as plain text, or as the JSON object that `qawl extract` reads a line of."""

import json
import shlex
from collections.abc import Iterator
from typing import BinaryIO

import click

from schemas import Article
from schemas.codec import InvalidPayload, decode_article, not_utf8

_GZIP, _STDIN = b"\x1f\x8b", "<stdin>"


def article_of(file: BinaryIO) -> Article:
    """All of it as an article, which is called as the file is.

    Raises:
        click.ClickException: it is no UTF-8, empty, or JSON, in which offsets would count from the wrong place.
    """
    text = text_of(file)
    if _json_articles(text):
        raise click.ClickException(f"{_name(file)}: it is no plain text but JSON with a body: leave out --text")
    return _plain(text, file)


def article_or_json_of(file: BinaryIO, max_body_chars: int) -> Article:
    """The article of a JSON object, or all of a plain text as one.

    Raises:
        click.ClickException: it is no UTF-8 or empty, the object no article, or there are several.
    """
    text = text_of(file)
    count = _json_articles(text)
    if not count:
        return _plain(text, file)
    if count > 1:
        one = f"{_through('sed -n 1p', file)} | qawl {click.get_current_context().info_name} -"
        raise click.ClickException(f"{_name(file)}: it has {count} lines of JSON, expected one article: {one}")
    try:
        return decode_article(text.encode(), max_body_chars=max_body_chars)
    except InvalidPayload as e:
        raise click.ClickException(f"{_name(file)}: {e}") from None


def _plain(text: str, file: BinaryIO) -> Article:
    if not text.strip():
        raise click.ClickException(f"{_name(file)}: the text is empty")
    return Article(article_id=_name(file), body=text)


def _json_articles(text: str) -> int:
    """How many articles it has as JSON: one in all of it, or one in each line; 0 for plain text."""
    if _has_body(text):
        return 1
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) if lines and _has_body(lines[0]) else 0


def _has_body(text: str) -> bool:
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "body" in value


def text_of(file: BinaryIO) -> str:
    """All of it, as it stands.

    Raises:
        click.ClickException: it is gzip or no UTF-8; half-read text would be an article of which nothing is found.
    """
    data = file.read()
    _refuse_gzip(data, file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        given = "-" if _name(file) == _STDIN else _name(file)
        raise click.ClickException(f"{_name(file)}: {not_utf8(e, given)}") from None


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Its lines, as they stand.

    Raises:
        click.ClickException: it is gzip.
    """
    for number, line in enumerate(file):
        if not number:
            _refuse_gzip(line, file)
        yield line


def _refuse_gzip(data: bytes, file: BinaryIO) -> None:
    """Where the input begins as gzip does, its bytes would be told to be text of another character set.

    Raises:
        click.ClickException: it is gzip; the text says how to unpack it for this command.
    """
    if data.startswith(_GZIP):
        raise click.ClickException(f"{_name(file)}: it is gzip: {_unpacked(file)}")


def _unpacked(file: BinaryIO) -> str:
    """A shell's words for what gives this command the input unpacked."""
    context = click.get_current_context()
    if sum(isinstance(param, click.Argument) for param in context.command.params) > 1:
        return _through("gunzip -k", file)  # only one of several files can come through a pipe
    words = ["--text"] if context.params.get("text") else []
    while context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return f"{_through('zcat', file)} | qawl {' '.join(words)} -"


def _name(file: BinaryIO) -> str:
    return getattr(file, "name", _STDIN)


def _through(program: str, file: BinaryIO) -> str:
    """A shell's words for the input through a program; standard input goes through it as it comes."""
    return program if _name(file) == _STDIN else f"{program} {shlex.quote(_name(file))}"
