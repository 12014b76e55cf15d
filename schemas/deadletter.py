"""`articles.deadletter`: the original key and bytes, untouched; what happened stands in the headers."""

from schemas.common import Contract, Instant


def _dotted(name: str) -> str:
    return name.replace("_", ".", 1)


class DeadLetterHeaders(Contract, frozen=True, kw_only=True, rename=_dotted):
    """Kafka headers of a dead letter, each UTF-8 text; `source.*` is where the record was read.

    `error_type` is one bounded token (see `schemas.codec.InvalidPayload.error`) or an exception's name,
    `error_message` names the field and what was expected, `error_stage` is `decode`, an extraction stage, or `ingest`
    where `qawl ingest` could make no article of what it read: then `source.topic` is where an article belongs, and
    `source.partition` is -1.

    Where the value is larger than the topic takes (it came compressed) the dead letter has none, and `value_bytes` is
    its length; the record itself stands at `source.*` for as long as its topic keeps it.
    """

    error_type: str
    error_message: str
    error_stage: str
    source_topic: str
    source_partition: int
    source_offset: int
    failed_at: Instant
    value_bytes: int | None = None


class ReplayHeaders(Contract, frozen=True, kw_only=True, rename=_dotted):
    """Kafka headers of a note that a dead letter was sent back (`qawl deadletters replay`); its value is null.

    It stands in the letter's partition; `replayed.offset` is the letter's, `replayed.to` the topic that it went to.
    """

    replayed_offset: int
    replayed_to: str
    replayed_at: Instant
