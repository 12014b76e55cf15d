"""Ids of events: whoever has one has everything before it and nothing behind it, whichever copy gave it."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode
from streams.gateway.feed import Feed
from streams.gateway.positions import InvalidPosition, event_id, parse_id
from streams.gateway.selection import Selection
from streams.settings import Settings
from tests.gateway.client import statement

PARTITIONS = 3


class Position(NamedTuple):
    topic: str
    partition: int


class Record(NamedTuple):
    offset: int
    value: bytes
    timestamp: int = 0


@given(st.dictionaries(st.integers(0, 5), st.integers(0, 2**63 - 1), min_size=1))
def test_an_id_is_read_as_it_was_written(positions: dict[int, int]) -> None:
    whole = {p: positions.get(p, 0) for p in range(6)}
    assert parse_id(event_id(whole), 6) == whole


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    try:
        found = parse_id(text, 2)
    except InvalidPosition:
        return
    assert event_id(found).replace(",", "") != "" and set(found) == {0, 1}


@pytest.mark.parametrize("text", ["0:1", "0:1,1:2,2:3", "0:1,0:2", "0:-1,1:0", f"0:{2**63},1:0", "0:1,1:2 "])
def test_ids_of_other_topics_are_refused(text: str) -> None:
    with pytest.raises(InvalidPosition):
        parse_id(text, 2)


def records() -> dict[int, list[Record]]:
    """Ten statements in each partition, with holes between the offsets as transactions leave them."""
    return {p: [Record(n * 2, encode(statement(p * 100 + n))) for n in range(10)] for p in range(PARTITIONS)}


def copy() -> Feed:
    feed = Feed(Settings(kafka_bootstrap="127.0.0.1:1"))
    feed.positions = dict.fromkeys(range(PARTITIONS), 0)
    feed._kept_from = dict(feed.positions)
    return feed


def parse(chunk: bytes) -> list[tuple[str, str]]:
    """(id, statement) of each event."""
    found = []
    for block in chunk.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" in fields:
            found.append((fields["id"], fields["data"].split('"')[3]))
    return found


@given(st.data())
async def test_a_client_that_goes_from_copy_to_copy_gets_each_statement_once(data: Any) -> None:
    copies, left = [copy(), copy()], [records(), records()]
    got: list[str] = []
    at: dict[int, int] = dict.fromkeys(range(PARTITIONS), 0)
    for _ in range(data.draw(st.integers(1, 6))):
        n = data.draw(st.integers(0, 1))
        subscription = copies[n].subscribe(Selection(), at)
        assert subscription is not None
        for _ in range(data.draw(st.integers(0, 12))):
            which, partition = data.draw(st.integers(0, 1)), data.draw(st.integers(0, PARTITIONS - 1))
            if waiting := left[which][partition]:
                taken = [waiting.pop(0) for _ in range(min(len(waiting), data.draw(st.integers(1, 3))))]
                copies[which]._take({Position("statements", partition): taken})
        # It is cut after some of what waits for it has reached it.
        events = parse(await subscription.take()) if subscription._waiting else []
        events = events[: data.draw(st.integers(0, len(events)))]
        got += [statement_id for _, statement_id in events]
        at = parse_id(events[-1][0], PARTITIONS) if events else at
        copies[n].leave(subscription)
    last = copies[0].subscribe(Selection(), at)
    for partition, waiting in left[0].items():
        copies[0]._take({Position("statements", partition): waiting})
    assert last is not None
    got += [statement_id for _, statement_id in parse(await last.take())] if last._waiting else []
    assert sorted(got) == sorted(f"{p * 100 + n:032x}" for p in range(PARTITIONS) for n in range(10))


async def test_who_lets_too_much_wait_is_told_and_gets_nothing_more() -> None:
    feed = Feed(Settings(kafka_bootstrap="127.0.0.1:1", gateway_client_bytes=1 << 16))
    feed.positions, feed._kept_from = {0: 0}, {0: 0}
    slow, quick = feed.subscribe(Selection(), None), feed.subscribe(Selection(), None)
    assert slow is not None and quick is not None
    seen = 0
    for n in range(200):
        feed._take({Position("statements", 0): [Record(n, encode(statement(n)))]})
        seen += len(parse(await quick.take()))
    assert (slow.too_slow, await slow.take()) == (True, b"")
    assert (quick.too_slow, seen) == (False, 200)


async def test_what_is_no_longer_kept_in_memory_is_not_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.gateway.feed._MOST_KEPT", 5)
    feed = copy()
    feed._take({Position("statements", 1): records()[1]})
    assert feed.subscribe(Selection(), {0: 0, 1: 8, 2: 0}) is None  # 10 is the first that is there
    kept = feed.subscribe(Selection(), {0: 0, 1: 10, 2: 0})
    assert kept is not None
    assert [i for i, _ in parse(await kept.take())] == [
        "0:0,1:11,2:0",
        "0:0,1:13,2:0",
        "0:0,1:15,2:0",
        "0:0,1:17,2:0",
        "0:0,1:19,2:0",
    ]
