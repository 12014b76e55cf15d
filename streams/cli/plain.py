"""An article as plain text, which the commands for one article read."""

import codecs
import shlex
from typing import BinaryIO

import click

from schemas import Article

_GZIP, _STDIN = b"\x1f\x8b", "<stdin>"


def article_of(file: BinaryIO) -> Article:
    """All of it as an article, which is called as the file is.

    Raises:
        click.ClickException: it is no UTF-8, or empty.
    """
    body = text_of(file)
    if not body.strip():
        raise click.ClickException("the text is empty")
    return Article(article_id=getattr(file, "name", "-"), body=body)


def text_of(file: BinaryIO) -> str:
    """All of it, as it stands.

    Raises:
        click.ClickException: it is gzip or no UTF-8; half-read text would be an article of which nothing is found.
    """
    data = file.read()
    refuse_gzip(data, file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        name = getattr(file, "name", "-")
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        remedy = f"It is UTF-16: iconv -f utf-16 -t utf-8 {name}"
        if not wide:
            remedy = f"If it is windows-1256: iconv -f windows-1256 -t utf-8 {name}"
        raise click.ClickException(
            f"{name}: expected UTF-8, got byte 0x{data[e.start]:02x} at {e.start}. {remedy}"
        ) from None


def refuse_gzip(data: bytes, file: BinaryIO) -> None:
    """Where the input begins as gzip does, its bytes would be told to be text of another character set.

    Raises:
        click.ClickException: it is gzip; the text says how to unpack it for this command.
    """
    if data.startswith(_GZIP):
        context = click.get_current_context()
        again = f"qawl {context.info_name}{' --text' if context.params.get('text') else ''} -"
        raise click.ClickException(f"{_name(file)}: it is gzip: {_through('zcat', file)} | {again}")


def _name(file: BinaryIO) -> str:
    return getattr(file, "name", _STDIN)


def _through(program: str, file: BinaryIO) -> str:
    """A shell's words for the input through a program; standard input goes through it as it comes."""
    return program if _name(file) == _STDIN else f"{program} {shlex.quote(_name(file))}"
