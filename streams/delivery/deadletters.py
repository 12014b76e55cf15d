"""Dead letters: what could not be processed, byte for byte as it came, with the reason in the headers."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from schemas import DeadLetterHeaders
from streams.delivery.records import Headers, Record
from streams.kafka.topics import Topics

_MESSAGE_CHARS = 1000  # an error message may quote its input


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record could not be processed. `error` and `stage` are bounded tokens (they are metric labels)."""

    error: str
    message: str
    stage: str


def dead_letter(
    topics: Topics,
    failure: Failure,
    *,
    key: bytes | None,
    value: bytes | None,
    topic: str,
    partition: int,
    offset: int,
    failed_at: datetime,
) -> Record:
    """The record of `articles.deadletter` for the record read at topic, partition and offset."""
    headers = DeadLetterHeaders(
        error_type=failure.error,
        error_message=failure.message[:_MESSAGE_CHARS],
        error_stage=failure.stage,
        source_topic=topic,
        source_partition=partition,
        source_offset=offset,
        failed_at=failed_at,
    )
    return Record(topics.deadletter.name, key, value, _as_headers(headers))


def _as_headers(headers: DeadLetterHeaders) -> Headers:
    fields = msgspec.to_builtins(headers)
    # An error message may quote a lone surrogate; a header must be UTF-8 all the same.
    return tuple((name, str(value).encode("utf-8", "replace")) for name, value in fields.items())
