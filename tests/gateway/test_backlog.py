"""The past read from Kafka: clients take turns, and none waits for one that takes its piece slowly."""

import asyncio
from collections.abc import Mapping

import pytest

from streams.gateway import backlog
from streams.gateway.backlog import Backlog, Piece
from streams.gateway.selection import Selection
from streams.settings import Settings
from tests.gateway.client import send, statement

pytestmark = pytest.mark.kafka
ALL = Selection.of({})


async def ends(past: Backlog) -> dict[int, int]:
    return dict(await past.since(4_000_000_000_000))


def said(pieces: list[Piece]) -> int:
    return sum(piece.chunk.count(b"event: statement") for piece in pieces)


async def test_a_client_that_is_slow_holds_no_other_up(deployment: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "_READERS", 1)
    monkeypatch.setattr(backlog, "_TURN_BYTES", 1)  # a piece is what one fetch gives
    await send(deployment, [statement(n) for n in range(30)])
    past = Backlog(deployment)
    until = await ends(past)
    start: Mapping[int, int] = dict.fromkeys(until, 0)
    slow = past.read(ALL, start, until)
    first = await anext(slow)
    async with asyncio.timeout(30):
        other = [piece async for piece in past.read(ALL, start, until)]
    assert said(other) == 30
    assert said([first, *[piece async for piece in slow]]) == 30


async def test_who_waits_for_a_turn_is_told_so(deployment: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "_READERS", 1)
    monkeypatch.setattr(backlog, "_WAIT_SECONDS", 0.1)
    await send(deployment, [statement(n) for n in range(5)])
    past = Backlog(deployment)
    until = await ends(past)
    start = dict.fromkeys(until, 0)
    await past._turn.acquire()
    waiting = past.read(ALL, start, until)
    assert [await anext(waiting) for _ in range(3)] == [Piece(b"", start)] * 3
    past._turn.release()
    assert said([piece async for piece in waiting]) == 5
