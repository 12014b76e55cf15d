"""Dead letters: what could not be processed, byte for byte as it came, with the reason in the headers."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas import DeadLetterHeaders
from streams.delivery.records import InputRecord, Record, as_headers
from streams.kafka.topics import Topics
from streams.observability import metrics
from streams.observability.logs import position

logger = logging.getLogger(__name__)

_VALUE_BYTES = "value.bytes"  # DeadLetterHeaders.value_bytes
_MESSAGE_CHARS = 1000  # an error message may quote its input


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record could not be processed. `error` and `stage` are bounded tokens (they are metric labels)."""

    error: str
    message: str
    stage: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that cannot be processed: `letter` is sent, and that it was is told when it is stored.

    Told before, it might be told by each worker that has the record in hand, and be in no topic.
    """

    topics: Topics
    record: InputRecord
    failure: Failure
    article_id: str | None = None

    def letter(self) -> Record:
        """Its dead letter."""
        return dead_letter(self.topics, self.record, self.failure, failed_at=datetime.now(UTC))

    def tell(self) -> None:
        """Tell, in log and metrics, that the dead letter is stored."""
        record, failure = self.record, self.failure
        logger.warning(
            "record went to %s: %s",
            self.topics.deadletter.name,
            failure.message[:_MESSAGE_CHARS],
            extra=position(
                record.topic,
                record.partition,
                record.offset,
                article_id=self.article_id,
                stage=failure.stage,
                error=failure.error,
            ),
        )
        metrics.deadletters.labels(failure.stage, failure.error).inc()


def dead_letter(topics: Topics, record: InputRecord, failure: Failure, *, failed_at: datetime) -> Record:
    """The record of `articles.deadletter`: key and value as read (null stays null), the reason in the headers.

    It goes to the partition that the record came from (all topics have the same number), so that dead letters keep the
    order of what they were.
    """
    headers = DeadLetterHeaders(
        error_type=failure.error,
        error_message=failure.message[:_MESSAGE_CHARS],
        error_stage=failure.stage,
        source_topic=record.topic,
        source_partition=record.partition,
        source_offset=record.offset,
        failed_at=failed_at,
    )
    return Record(topics.deadletter.name, record.key, record.value, as_headers(headers), record.partition)


def cut(letter: Record, most: int) -> Record:
    """The dead letter, without its value where it is larger than `most` bytes; a header tells how long that was.

    A record may be larger than any topic takes: it came compressed. Its dead letter, sent again and again, would be
    refused again and again, and all behind it would wait for ever. Without a value it still tells where the record is.
    """
    if letter.bytes <= most:
        return letter
    told = (_VALUE_BYTES, str(len(letter.value or b"")).encode())
    short = letter._replace(value=None, headers=(*letter.headers, told))
    return short if short.bytes <= most else short._replace(key=None)
