"""JSON Lines, and any JSON object of an article under other names (see `mapping`)."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from schemas.codec import InvalidPayload
from streams.ingest import charset
from streams.ingest.draft import Item, Rejected, Rules, item
from streams.ingest.mapping import Envelope, FieldMapping
from streams.kafka.topics import MAX_MESSAGE_BYTES

MOST_LINE_BYTES = MAX_MESSAGE_BYTES
_GZIP = b"\x1f\x8b"


def from_json(
    data: bytes, mapping: FieldMapping, rules: Rules, *, origin: str, line: int = 0, envelope: Envelope | None = None
) -> Item:
    """The item of one JSON object, perhaps a record's; never fails."""
    try:
        draft = mapping.draft(parse(data), envelope)
    except InvalidPayload as e:
        return Item(origin, data, line, rejected=e)
    return item(draft, rules, origin=origin, raw=data, line=line)


def parse(data: bytes) -> Any:
    """A JSON value, whatever its character set.

    Raises:
        Rejected: it is none.
    """
    try:
        return msgspec.json.decode(charset.decode(data))
    except (msgspec.DecodeError, RecursionError, UnicodeError) as e:
        raise Rejected(error="not_json", field="$", expected=f"expected JSON: {e}") from e


def from_lines(lines: IO[bytes], mapping: FieldMapping, rules: Rules, *, origin: str) -> Iterator[Item]:
    """An item for each line that is not empty; a line without an end is read up to its limit and no further."""
    number = 0
    while line := lines.readline(MOST_LINE_BYTES + 1):
        number += 1
        if len(line) > MOST_LINE_BYTES:
            why = Rejected(error="too_large", field="$", expected=f"expected a line of at most {MOST_LINE_BYTES} bytes")
            yield Item(f"{origin}:{number}", line[:1000], number, rejected=why)
            while line and not line.endswith(b"\n"):
                line = lines.readline(MOST_LINE_BYTES)
        elif line.strip():
            yield from_json(line.strip(), mapping, rules, origin=f"{origin}:{number}", line=number)


def from_file(path: Path, mapping: FieldMapping, rules: Rules) -> Iterator[Item]:
    """All items of a file, compressed or not; of a damaged archive those before the damage, and a rejection."""
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
        file.seek(0)
        if not compressed:
            yield from from_lines(file, mapping, rules, origin=path.name)
            return
        try:
            with gzip.open(file) as unpacked:
                yield from from_lines(unpacked, mapping, rules, origin=path.name)  # type: ignore[arg-type]
        except (EOFError, zlib.error, gzip.BadGzipFile) as e:
            why = Rejected(error="not_gzip", field="$", expected=f"expected an undamaged gzip archive: {e}")
            yield Item(path.name, b"", rejected=why)
