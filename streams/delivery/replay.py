"""Dead letters sent back to the topic that they came from, once each.

A replay and the note that it took place, a record of the dead letters' own topic, are one transaction. Its producer has
the transactional id of the letter's partition, so of two replays at once one is fenced; whoever is not reads all notes
after it has fenced the other. Neither twice nor, if the command dies, half.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

import msgspec
from aiokafka import AIOKafkaProducer, ConsumerRecord

from schemas.deadletter import DeadLetterHeaders, ReplayHeaders
from streams.delivery.records import as_headers
from streams.kafka.reading import read_committed
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_MESSAGE_BYTES, declared
from streams.settings import Settings

_FRAMING_BYTES = 64 * 1024
T = TypeVar("T", bound=msgspec.Struct)


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
    """There is no such dead letter, or it was sent back already."""


async def dead_letters(settings: Settings, partitions: Sequence[int] | None = None) -> list[DeadLetter]:
    """All dead letters that are there now, in order of their partition and offset. Raises KafkaError."""
    wanted = range(settings.partitions) if partitions is None else partitions
    records = await read_committed(settings, declared(settings).deadletter.name, wanted)
    replayed = dict(_replayed(records))
    found = []
    for record in records:
        headers = _headers(record, DeadLetterHeaders)
        if headers is not None:
            place = Place(record.partition, record.offset)
            found.append(DeadLetter(place, record.key, record.value, headers, replayed.get(place)))
    return found


async def replay(settings: Settings, places: Sequence[Place], repaired: bytes | None = None) -> list[DeadLetter]:
    """Send dead letters back, each as it is or `repaired`; returns them.

    Raises:
        NotReplayable: one of them is not there or was sent back before; nothing is sent.
        KafkaError: the broker, or another replay at the same time.
    """
    topic = declared(settings).deadletter.name
    sent: list[DeadLetter] = []
    for partition in sorted({place.partition for place in places}):
        producer = AIOKafkaProducer(
            **client_options(settings),
            transactional_id=f"{settings.topic_prefix}{settings.consumer_group}-replay-{partition}",
            acks="all",
            max_request_size=MAX_MESSAGE_BYTES + _FRAMING_BYTES,
        )
        await producer.start()
        try:
            letters = {letter.place: letter for letter in await dead_letters(settings, [partition])}
            mine = [_replayable(letters, place) for place in places if place.partition == partition]
            async with producer.transaction():
                for letter in mine:
                    value = letter.value if repaired is None else repaired
                    await producer.send_and_wait(letter.headers.source_topic, value or b"", letter.key)
                    note = ReplayHeaders(
                        replayed_offset=letter.place.offset,
                        replayed_to=letter.headers.source_topic,
                        replayed_at=datetime.now(UTC),
                    )
                    await producer.send_and_wait(
                        topic, None, letter.key or b"", partition=partition, headers=list(as_headers(note))
                    )
            sent += mine
        finally:
            await producer.stop()
    return sent


def _replayable(letters: dict[Place, DeadLetter], place: Place) -> DeadLetter:
    letter = letters.get(place)
    if letter is None:
        raise NotReplayable(f"there is no dead letter at {place}")
    if letter.replayed_at is not None:
        raise NotReplayable(f"the dead letter at {place} was sent back at {letter.replayed_at.isoformat()}")
    return letter


def _replayed(records: Sequence[ConsumerRecord]) -> Iterator[tuple[Place, datetime]]:
    for record in records:
        note = _headers(record, ReplayHeaders)
        if note is not None:
            yield Place(record.partition, note.replayed_offset), note.replayed_at


def _headers(record: ConsumerRecord, kind: type[T]) -> T | None:
    """A record's headers as a contract, None where they are something else's."""
    told = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    try:
        return msgspec.convert(told, kind, strict=False)
    except msgspec.ValidationError:
        return None
