"""The `enrich` agent with a stream and an outbox that are stand-ins: order, lists, failures."""

import asyncio
import json
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from streams.agents.enrich import Enricher, enrich
from streams.agents.versions import Versions
from streams.delivery.records import InputRecord
from streams.delivery.remembered import Remembered
from streams.extraction import Extractor
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.kafka.topics import declared
from streams.settings import Settings

TOPICS = declared(Settings())


class Slow:
    """An engine for several documents that holds each list until it is let go, and remembers the lists."""

    name = "slow"
    at_once = 3

    def __init__(self) -> None:
        self.lists: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        return self.find_many([doc])[0]

    def find_many(self, docs: Any) -> list[tuple[EntityMention, ...]]:
        self.lists.append(len(docs))
        self.begun.set()
        self.go.wait(10)
        return [() for _ in docs]


class Outbox:
    def __init__(self) -> None:
        self.in_hand: list[int] = []
        self.delivered: list[tuple[int, str]] = []
        self.ids: list[str] = []  # of what is told in `statements`
        self.store: list[Callable[[], None]] = []  # what is to be called when Kafka has it
        self.poisonous: set[int] = set()
        self.stale: set[int] = set()
        self.dropped: list[int] = []

    def is_current(self, event: Any) -> bool:
        return event.message.offset not in self.stale

    def log_end(self, event: Any) -> None:
        pass

    def drop(self, event: Any) -> None:
        self.dropped.append(event.message.offset)

    def is_poisonous(self, event: Any) -> bool:
        return bool(event.message.offset in self.poisonous)

    async def taken(self, stream: Any) -> Any:
        async for event in stream.events():
            self.in_hand.append(event.message.offset)
            yield event

    async def deliver(self, event: Any, records: Any, *, delivered: Callable[[], None], **_: Any) -> None:
        self.store.append(delivered)
        self.delivered.append((event.message.offset, records[0].topic))
        self.ids += [dict(r.headers)["ce_id"].decode() for r in records if r.topic == TOPICS.statements.name]


def event(offset: int, value: bytes | None = None) -> Any:
    if value is None:
        value = (
            b"{" if offset == 3 else b'{"article_id": "%d", "body": "\xd9\x82\xd8\xa7\xd9\x84 %d."}' % (offset, offset)
        )
    message = SimpleNamespace(
        topic="articles.raw", partition=0, offset=offset, key=b"", value=value, headers=[], timestamp=0.0
    )
    return SimpleNamespace(message=message)


class Stream:
    """Gives `count` events at once and then waits for ever, ends or fails."""

    def __init__(self, count: int, then: BaseException | None = None, *, ends: bool = True) -> None:
        self.count, self.then, self.ends = count, then, ends

    async def events(self) -> Any:
        for n in range(self.count):
            yield event(n)
        if self.then is not None:
            raise self.then
        if not self.ends:
            await asyncio.Event().wait()


class Corrections(Stream):
    """An article that states something, then nothing, and so on, without a number."""

    async def events(self) -> Any:
        for n in range(self.count):
            body = "لا جديد." if n % 2 else "قال وزير الصحة سامي الحداد إن اللقاح متوفر."
            yield event(n, json.dumps({"article_id": "a1", "body": body}).encode())


def enricher(engine: Any = None) -> Enricher:
    return Enricher(Extractor.load(engine), TOPICS, 1000)


def versions() -> Versions:
    return Versions(Remembered(), 7)


def delivered(count: int) -> list[tuple[int, str]]:
    return [(n, "articles.deadletter" if n == 3 else "articles.enriched") for n in range(count)]


async def test_one_after_the_other_with_an_engine_for_one() -> None:
    outbox: Any = Outbox()
    stream: Any = Stream(5)
    await enrich(stream, enricher(), versions(), outbox)
    assert outbox.delivered == delivered(5)


async def test_what_ended_the_worker_too_often_is_a_dead_letter_unread() -> None:
    outbox: Any = Outbox()
    outbox.poisonous = {1}
    stream: Any = Stream(3)
    await enrich(stream, enricher(), versions(), outbox)
    assert outbox.delivered == [(0, "articles.enriched"), (1, "articles.deadletter"), (2, "articles.enriched")]


async def test_a_dead_letter_is_told_and_counted_when_it_is_stored(caplog: pytest.LogCaptureFixture) -> None:
    outbox: Any = Outbox()
    stream: Any = Stream(4)
    await enrich(stream, enricher(), versions(), outbox)
    assert_told_when_stored(outbox, caplog, stage="decode", error="not_json")


def assert_told_when_stored(outbox: Outbox, caplog: pytest.LogCaptureFixture, **labels: str) -> None:
    """That one dead letter of what was delivered is told when that is stored, once, and not before."""

    def told() -> tuple[int, float]:
        counted = REGISTRY.get_sample_value("qawl_deadletters_total", labels)
        return len([r for r in caplog.records if "articles.deadletter" in r.message]), counted or 0.0

    lines, before = told()
    assert lines == 0
    for stored in outbox.store:
        stored()
    assert told() == (1, before + 1)


async def test_what_was_read_before_a_rebalance_leaves_nothing_behind() -> None:
    outbox: Any = Outbox()
    outbox.stale = {1}
    stream: Any = Stream(3)
    known = versions()
    await enrich(stream, enricher(), known, outbox)
    assert (outbox.delivered, outbox.dropped) == ([(0, "articles.enriched"), (2, "articles.enriched")], [1])
    assert [known.get(str(n)) is not None for n in range(3)] == [True, False, True]


async def test_others_of_its_list_are_processed() -> None:
    engine = Slow()
    engine.go.set()
    outbox: Any = Outbox()
    outbox.poisonous = {1}
    stream: Any = Stream(3)
    await enrich(stream, enricher(engine), versions(), outbox)
    assert outbox.delivered == [(0, "articles.enriched"), (1, "articles.deadletter"), (2, "articles.enriched")]


async def test_what_waits_goes_together_in_order_and_a_bad_record_leaves_the_others_alone() -> None:
    engine = Slow()
    outbox: Any = Outbox()
    stream: Any = Stream(10)
    running = asyncio.create_task(enrich(stream, enricher(engine), versions(), outbox))
    while not engine.begun.is_set():
        await asyncio.sleep(0.01)
    assert not running.done()  # the event loop is free while the engine works
    engine.go.set()
    await running
    assert outbox.delivered == delivered(10)
    assert max(engine.lists) > 1
    assert max(engine.lists) <= engine.at_once


async def test_never_more_than_two_lists_and_one_record_are_in_hand() -> None:
    engine = Slow()
    outbox: Any = Outbox()
    stream: Any = Stream(50, ends=False)
    running = asyncio.create_task(enrich(stream, enricher(engine), versions(), outbox))
    while not engine.begun.is_set():
        await asyncio.sleep(0.01)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(outbox.in_hand) <= 2 * engine.at_once + 1
    engine.go.set()
    while len(outbox.delivered) < 50:
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert outbox.delivered == delivered(50)


async def test_a_stream_that_fails_ends_the_agent_with_its_error() -> None:
    engine = Slow()
    engine.go.set()
    outbox: Any = Outbox()
    stream: Any = Stream(2, RuntimeError("lost"))
    with pytest.raises(RuntimeError, match="lost"):
        await enrich(stream, enricher(engine), versions(), outbox)
    assert outbox.delivered == delivered(2)


def test_records_of_one_list_come_out_in_their_order() -> None:
    engine = Slow()
    engine.go.set()
    values = [event(n).message.value for n in range(5)]
    outcomes = enricher(engine).process_many([InputRecord("articles.raw", 0, n, b"", v) for n, v in enumerate(values)])
    assert [(n, o.record.topic) for n, o in enumerate(outcomes)] == delivered(5)
    assert engine.lists == [4]


async def test_two_retractions_have_two_ids_without_versions_too_and_one_that_is_made_again_has_its_own() -> None:
    told: list[list[str]] = []
    for _ in range(2):
        outbox: Any = Outbox()
        stream: Any = Corrections(4)
        await enrich(stream, enricher(), versions(), outbox)
        told.append(outbox.ids[1::2])
    assert told[0] == told[1]
    assert len({*told[0]}) == len(told[0]) == 2
