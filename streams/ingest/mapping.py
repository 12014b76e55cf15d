"""Which field of somebody else's JSON is which field of an article: `body=text`, `published_at=meta.dates.0`.

What stands beside the JSON of a Kafka record has the names `kafka:key` and `kafka:timestamp`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from streams.ingest.draft import Draft, Rejected

FIELDS: Final = tuple(f.name for f in fields(Draft))
KEY: Final = "kafka:key"
TIMESTAMP: Final = "kafka:timestamp"
_MISSING = object()
_TAKEN_BACK = ("withheld", "canceled", "cancelled")  # these need no body


class Envelope(NamedTuple):
    """What a Kafka record has beside its value; the time in milliseconds since 1970, negative for none."""

    key: bytes | None
    timestamp: int


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Paths of the fields that are called otherwise; all others have their own names.

    `source` is that of articles that name none.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None

    @classmethod
    def parse(cls, options: Sequence[str], source: str | None = None, *, records: bool = False) -> "FieldMapping":
        """From `FIELD=PATH` each; `records` tells whether the values are those of Kafka records.

        Raises:
            ValueError: there is no such field, no path, or nothing that has a key and a time.

        >>> FieldMapping.parse(["body=text"]).draft({"text": "قال", "article_id": 7}).body
        'قال'
        """
        paths = {}
        for option in options:
            name, _, path = option.partition("=")
            if name not in FIELDS or not path:
                raise ValueError(f"expected FIELD=PATH with a field of {', '.join(FIELDS)}, got {option!r}")
            if path in (KEY, TIMESTAMP) and not records:
                raise ValueError(f"only records that `qawl ingest kafka` reads have {path}, got {option!r}")
            paths[name] = path
        return cls(paths, source)

    def draft(self, value: Any, envelope: Envelope | None = None) -> Draft:
        """What a JSON value, and the record whose value it is, says of an article.

        Raises:
            Rejected: it is no object, has no body, or the record not the key that is mapped.
        """
        if not isinstance(value, dict):
            raise Rejected(error="invalid_field", field="$", expected="expected a JSON object")
        found = {name: _at(value, self.paths.get(name, name), envelope) for name in FIELDS}
        given = {name: what for name, what in found.items() if what is not _MISSING}
        if "body" not in given and str(given.get("status")).lower() not in _TAKEN_BACK:
            path = self.paths.get("body", "body")
            raise Rejected(error="missing_field", field=path, expected="expected this field, it is missing")
        if not given.get("source"):
            given["source"] = self.source
        return Draft(**given)


def _at(value: Any, path: str, envelope: Envelope | None) -> Any:
    if envelope is None or path not in (KEY, TIMESTAMP):
        return at(value, path)
    return _key(envelope.key) if path == KEY else _time(envelope.timestamp)


def _key(key: bytes | None) -> str:
    if not key:
        raise Rejected(error="missing_field", field=KEY, expected="expected a record with a key, it has none")
    try:
        return key.decode()
    except UnicodeDecodeError:
        expected = f"expected a record's key in UTF-8, got the bytes {key[:20].hex(' ')}"
        raise Rejected(error="invalid_field", field=KEY, expected=expected) from None


def _time(milliseconds: int) -> Any:
    if milliseconds < 0:
        return _MISSING
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        expected = f"expected a record's time in milliseconds since 1970, got {milliseconds}"
        raise Rejected(error="invalid_field", field=TIMESTAMP, expected=expected) from None


def at(value: Any, path: str) -> Any:
    """What stands at a dotted path, where a number is a place in a list; a key that has dots in it wins.

    >>> at({"a": [{"b": 1}]}, "a.0.b"), at({"a.b": 2}, "a.b")
    (1, 2)
    """
    if isinstance(value, dict) and path in value:
        return value[path]
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _MISSING
    return value
