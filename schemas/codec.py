"""Bytes to contracts and back, with errors that name the field and what was expected."""

import codecs
import re
import shlex
from collections.abc import Callable
from typing import TypeVar

import msgspec

from schemas.actor import ActorProfile
from schemas.article import Article
from schemas.article_state import ArticleState
from schemas.common import Contract
from schemas.enriched import EnrichedArticle
from schemas.retraction import Retraction
from schemas.statement import StatementEvent

MAX_BODY_CHARS = 1_000_000

T = TypeVar("T", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()
_decode_article = msgspec.json.Decoder(Article).decode
_decode_statement = msgspec.json.Decoder(StatementEvent).decode
_decode_retraction = msgspec.json.Decoder(Retraction).decode
_decode_state = msgspec.json.Decoder(ArticleState).decode
_decode_enriched = msgspec.json.Decoder(EnrichedArticle).decode
_decode_profile = msgspec.json.Decoder(ActorProfile).decode

# msgspec words its errors "Expected `int`, got `str` - at `$.version`" and
# "Object missing required field `body`[ - at `$.…`]".
_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")


class InvalidPayload(ValueError):
    """Bytes that are not what their topic promises.

    `error` is one of: null_value, not_utf8, not_json, missing_field, invalid_field, unknown_schema, body_empty,
    body_too_long. `field` is the path of the field at fault, `$` for the whole value; `expected` is for the operator.
    """

    def __init__(self, *, error: str, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.error, self.field, self.expected = error, field, expected


def encode(event: Contract | ArticleState) -> bytes:
    """JSON bytes of an event; None fields are kept, so that every field is always there.

    But a body that an article does not have: the contract knows no empty one.
    """
    if isinstance(event, Article) and not event.body:
        return _encoder.encode({name: value for name, value in msgspec.to_builtins(event).items() if name != "body"})
    return _encoder.encode(event)


def decode_article(data: bytes | None, *, max_body_chars: int = MAX_BODY_CHARS) -> Article:
    """The article in a record's value.

    Raises:
        InvalidPayload: for anything that is not a valid `qawl/article/1`.

    >>> decode_article(b'{"article_id": "a1", "body": "  "}')
    Traceback (most recent call last):
    ...
    schemas.codec.InvalidPayload: body: expected text, got only white space
    """
    article = _decode(data, _decode_article)
    if len(article.body) > max_body_chars:
        raise InvalidPayload(
            error="body_too_long",
            field="body",
            expected=f"expected at most {max_body_chars} characters, got {len(article.body)}",
        )
    if article.status == "usable" and not article.body:
        raise InvalidPayload(error="missing_field", field="body", expected="expected this field, it is missing")
    if article.status == "usable" and not article.body.strip():
        raise InvalidPayload(error="body_empty", field="body", expected="expected text, got only white space")
    return article


def decode_statement(data: bytes | None) -> StatementEvent:
    """The statement in a record of `statements` that is one. Raises InvalidPayload."""
    return _decode(data, _decode_statement)


def decode_told(data: bytes | None) -> StatementEvent | Retraction:
    """What a record of `statements` holds. Raises InvalidPayload."""
    try:
        return _decode(data, _decode_statement)
    except InvalidPayload as e:
        if e.error != "unknown_schema":
            raise
    return _decode(data, _decode_retraction)


def decode_state(data: bytes | None) -> ArticleState:
    """The state in a record of `articles.state`. Raises InvalidPayload."""
    return _decode(data, _decode_state)


def decode_enriched(data: bytes | None) -> EnrichedArticle:
    """The enriched article in a record of `articles.enriched`. Raises InvalidPayload."""
    return _decode(data, _decode_enriched)


def decode_profile(data: bytes | None) -> ActorProfile:
    """The profile in a record of `actors`. Raises InvalidPayload."""
    return _decode(data, _decode_profile)


def not_utf8(error: UnicodeDecodeError, file: str | None = None) -> str:
    """What is wrong with bytes that are no UTF-8; of a file also the command that makes it so.

    >>> try: "قال".encode("cp1256").decode()
    ... except UnicodeDecodeError as e: not_utf8(e, "a.txt")
    'expected UTF-8, got byte 0xde at 0. If it is windows-1256: iconv -f windows-1256 -t utf-8 a.txt'
    """
    what = f"expected UTF-8, got byte 0x{error.object[error.start]:02x} at {error.start}"
    if file is None:
        return what
    wide = error.object.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    name, told = ("utf-16", "It is UTF-16") if wide else ("windows-1256", "If it is windows-1256")
    return f"{what}. {told}: iconv -f {name} -t utf-8 {shlex.quote(file)}"


def _decode(data: bytes | None, decode: Callable[[bytes], T]) -> T:
    if data is None:
        raise InvalidPayload(error="null_value", field="$", expected="expected a JSON object, got a null value")
    try:
        data.decode("utf-8")  # msgspec checks only the strings that it keeps
    except UnicodeDecodeError as e:
        raise InvalidPayload(error="not_utf8", field="$", expected=not_utf8(e)) from e
    try:
        return decode(data)
    except msgspec.ValidationError as e:
        raise _invalid_field(str(e)) from e
    except (msgspec.DecodeError, RecursionError) as e:
        raise InvalidPayload(error="not_json", field="$", expected=f"expected JSON: {e}") from e


def _invalid_field(message: str) -> InvalidPayload:
    at = _PATH.search(message)
    path, text = (at["path"] or "$", message[: at.start()]) if at else ("$", message)
    missing = _MISSING.search(text)
    if missing:
        field = missing["field"] if path == "$" else f"{path}.{missing['field']}"
        return InvalidPayload(error="missing_field", field=field, expected="expected this field, it is missing")
    if path == "body" and "length >=" in text:
        return InvalidPayload(error="body_empty", field="body", expected="expected text, got an empty string")
    error = "unknown_schema" if path == "schema" else "invalid_field"
    return InvalidPayload(error=error, field=path, expected=text[:1].lower() + text[1:])
