"""Transactions whose producer fails in ways that a broker does not show."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError, ProducerFenced
from aiokafka.structs import TopicPartition

from streams.delivery.attempts import Attempts
from streams.delivery.records import Record
from streams.delivery.transactions import Committed, Entry, Limits, Lost, Partition, TooLarge

_TP = TopicPartition("articles.raw", 0)


class Producer:
    """aiokafka's, as far as a transaction without outputs uses it; a silent one's sender ends with an error."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error
        self._sender: Any = None
        self.committed: list[int] = []

    async def begin_transaction(self) -> None:
        async def send() -> None:
            if self._error is not None:
                raise self._error
            await asyncio.Event().wait()

        self._sender = SimpleNamespace(sender_task=asyncio.ensure_future(send()))

    async def send_offsets_to_transaction(self, offsets: Any, group: str) -> None:
        if self._error is not None:
            await asyncio.Event().wait()  # nobody is left who would answer
        self.committed.append(offsets[_TP].offset)

    async def send(self, topic: str, *_: Any, **__: Any) -> asyncio.Future[object]:
        sent: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        sent.set_exception(MessageSizeTooLargeError(topic))
        return sent

    async def commit_transaction(self) -> None: ...

    async def stop(self) -> None: ...


async def partition_of(producers: list[Producer]) -> Partition:
    """A partition whose producers are these, one after the other; each has its sender from the beginning."""
    opened = iter(producers)

    async def open_producer(_: str) -> Any:
        producer = next(opened)
        await producer.begin_transaction()
        return producer

    async def committed(_: TopicPartition) -> Committed:
        return Committed(7, "")

    partition = Partition(_TP, "group", Limits(10, 1000, 0.0), open_producer, committed)
    await partition.own()
    return partition


def entry(done: asyncio.Event) -> Entry:
    return Entry(7, (), done.set)


async def test_a_silent_producer_is_replaced_and_the_batch_committed() -> None:
    silent, sound = Producer(KeyError("a batch")), Producer(None)
    partition = await partition_of([silent, sound])
    done = asyncio.Event()
    partition.add(entry(done))
    running = asyncio.create_task(partition.run())
    async with asyncio.timeout(10):
        await done.wait()
    running.cancel()
    assert (silent.committed, sound.committed) == ([], [8])


async def test_a_fenced_owner_ends_and_fences_nobody() -> None:
    fenced, unused = Producer(ProducerFenced()), Producer(None)
    partition = await partition_of([fenced, unused])
    partition.add(entry(asyncio.Event()))
    async with asyncio.timeout(10):
        with pytest.raises(Lost):
            await partition.run()
    assert unused._sender is None, "a new producer was opened, which fences the rightful owner"


async def test_a_topic_that_takes_less_by_now_ends_the_owner() -> None:
    """Sent again it would be refused again; and later versions were told on the ground that this one is."""
    refusing, unused = Producer(None), Producer(None)
    partition = await partition_of([refusing, unused])
    partition.add(Entry(7, [Record("statements", b"k", b"large")], lambda: pytest.fail("it is not delivered")))
    async with asyncio.timeout(10):
        with pytest.raises(TooLarge, match="statements refused an output of 6 bytes"):
            await partition.run()
    assert unused._sender is None


async def test_a_partition_that_is_given_up_while_something_is_noted_is_not_fenced_again() -> None:
    """The note is tried again and again; a new producer for that would fence the partition's next owner."""
    away, unused = Producer(None), Producer(None)
    partition = await partition_of([away, unused])
    away.commit_transaction = asyncio.Event().wait  # type: ignore[method-assign,assignment]
    noting = asyncio.create_task(partition.note(7, "tried 1"))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(10):
        await partition.close()
        with pytest.raises(Lost, match="was given up"):
            await noting
        with pytest.raises(Lost, match="was given up"):
            await partition.own()
    assert unused._sender is None


async def test_what_is_not_finished_when_a_partition_is_given_up_does_not_count_as_tried() -> None:
    notes: list[str] = []

    class Partition:
        committed = Committed(7, "tried 1")

        async def note(self, offset: int, note: str) -> None:
            self.committed = Committed(offset, note)
            notes.append(note)

    partition: Any = Partition()
    attempts = Attempts(partition, most=3)
    await attempts.take_back()  # of the note of somebody who died
    assert notes == []
    await attempts.tell(7)
    await attempts.take_back()
    assert notes == ["tried 2", "tried 1"]
    await attempts.take_back()
    assert notes == ["tried 2", "tried 1"]
