"""Dead letters sent back to the topic that they came from, once each.

All that one command sends, and the notes that it did so, records of the dead letters' own topic, are one transaction.
There is one transactional id for it, so of two commands at once one is fenced; whoever is not reads all notes after it
has fenced the other. Neither twice nor, if the command dies, half.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import msgspec
from aiokafka import AIOKafkaProducer, ConsumerRecord

from schemas.codec import InvalidPayload, decode_article
from schemas.deadletter import DeadLetterHeaders, ReplayHeaders
from streams.delivery.records import Record, as_headers
from streams.delivery.sending import send
from streams.kafka.reading import read_committed
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_REQUEST_BYTES, declared
from streams.settings import Settings

T = TypeVar("T", bound=msgspec.Struct)
_OPEN_SECONDS = 90.0  # longer than a transaction may be open, be it a dead worker's
INGEST = "ingest"  # the stage of what no worker has seen


class Place(NamedTuple):
    """A dead letter's partition and offset; written `partition@offset`."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}@{self.offset}"


class DeadLetter(NamedTuple):
    """One dead letter; `replayed_at` is None where it was not sent back."""

    place: Place
    key: bytes | None
    value: bytes | None
    headers: DeadLetterHeaders
    replayed_at: datetime | None


class NotReplayable(ValueError):
    """There is no such dead letter, it was or may have been sent back already, or it has nothing to be sent."""


async def dead_letters(settings: Settings) -> list[DeadLetter]:
    """All dead letters that are there now, in order of their partition and offset. Raises KafkaError."""
    return _letters(await read_committed(settings, declared(settings).deadletter.name, range(settings.partitions)))


def _letters(records: Sequence[ConsumerRecord]) -> list[DeadLetter]:
    replayed = dict(_replayed(records))
    found = []
    for record in records:
        headers = _headers(record, DeadLetterHeaders)
        if headers is not None:
            place = Place(record.partition, record.offset)
            found.append(DeadLetter(place, record.key, record.value, headers, replayed.get(place)))
    return found


async def replay(settings: Settings, places: Sequence[Place], repaired: bytes | None = None) -> list[DeadLetter]:
    """Send dead letters back, each once, as it is or `repaired`; returns them.

    Raises:
        NotReplayable: one of them is not there, has no value, was sent back before, or is no article, or another
            transaction does not end behind which a note may stand that one was sent back; nothing is sent.
        KafkaError: the broker, or another replay at the same time.
    """
    producer = AIOKafkaProducer(
        **client_options(settings),
        transactional_id=f"{settings.topic_prefix}{settings.consumer_group}-replay",
        acks="all",
        max_request_size=MAX_REQUEST_BYTES,
    )
    await producer.start()
    try:
        topic = declared(settings).deadletter.name
        letters = {letter.place: letter for letter in _letters(await _all_records(settings, topic, places))}
        chosen = [_replayable(letters, place, repaired) for place in dict.fromkeys(places)]
        records = [_records(topic, letter, repaired, settings.max_body_chars) for letter in chosen]
        async with producer.transaction():
            # All are on their way before the first answer: one by one, many would take longer than a transaction may.
            for sent in [await send(producer, record) for pair in records for record in pair]:
                await sent
        return chosen
    finally:
        await producer.stop()


async def _all_records(settings: Settings, topic: str, places: Sequence[Place]) -> list[ConsumerRecord]:
    """The records of the places' partitions to their ends, so that no note of an earlier replay is missed.

    A note stands behind whatever transaction was open when it was written, and cannot be read before that ends: a
    worker's soon, a dead worker's when Kafka has waited long enough.
    """
    partitions = sorted({place.partition for place in places if place.partition < settings.partitions})
    try:
        async with asyncio.timeout(_OPEN_SECONDS):
            return await read_committed(settings, topic, partitions, to_the_end=True)
    except TimeoutError as e:
        raise NotReplayable(
            f"nothing was sent: a transaction on {topic} does not end, and before it does it cannot be seen whether "
            f"something was sent back already"
        ) from e


def _records(topic: str, letter: DeadLetter, repaired: bytes | None, most_chars: int) -> tuple[Record, Record]:
    """What goes back, and the note of it, beside the letter."""
    to = letter.headers.source_topic
    note = ReplayHeaders(replayed_offset=letter.place.offset, replayed_to=to, replayed_at=datetime.now(UTC))
    value = letter.value if repaired is None else repaired
    key = _article_key(letter, value, most_chars) if letter.headers.error_stage == INGEST else letter.key
    # Where it came from, so that the versions of an article keep their order whatever its producer hashes keys with.
    partition = letter.headers.source_partition if letter.headers.source_partition >= 0 else None
    back = Record(to, key, value, partition=partition)
    return back, Record(topic, letter.key, None, as_headers(note), letter.place.partition)


def _article_key(letter: DeadLetter, value: bytes | None, most_chars: int) -> bytes:
    """The key of what is sent in place of `qawl ingest`: what that read may be no article, and no JSON at all."""
    try:
        return decode_article(value or b"", max_body_chars=most_chars).article_id.encode()
    except InvalidPayload as e:
        raise NotReplayable(
            f"what would be sent for {letter.place} is no article: {e}. `qawl ingest` could not read it "
            f"({letter.headers.error_message}): let it read a repaired one, or give an article with --value FILE"
        ) from e


def _replayable(letters: dict[Place, DeadLetter], place: Place, repaired: bytes | None) -> DeadLetter:
    letter = letters.get(place)
    if letter is None:
        raise NotReplayable(f"there is no dead letter at {place}")
    if letter.replayed_at is not None:
        raise NotReplayable(f"the dead letter at {place} was sent back at {letter.replayed_at.isoformat()}")
    h = letter.headers
    if h.value_bytes is not None and repaired is None:
        raise NotReplayable(
            f"the value of the dead letter at {place}, {h.value_bytes} bytes, was too large to be kept; the record is "
            f"offset {h.source_offset} of {h.source_topic}/{h.source_partition}. Give what is to be sent: --value FILE"
        )
    return letter


def _replayed(records: Sequence[ConsumerRecord]) -> Iterator[tuple[Place, datetime]]:
    for record in records:
        note = _headers(record, ReplayHeaders)
        if note is not None:
            yield Place(record.partition, note.replayed_offset), note.replayed_at


def _headers(record: ConsumerRecord, kind: type[T]) -> T | None:
    """A record's headers as a contract, None where they are something else's."""
    told = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers}
    try:
        return msgspec.convert(told, kind, strict=False)
    except msgspec.ValidationError:
        return None
