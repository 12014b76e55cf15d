"""What the outbox waits for before a record is tried whose trying is told."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from streams.delivery.outbox import Outbox
from streams.settings import Settings

RAW, STATEMENTS = "articles.raw", "statements"


class Attempts:
    """Those of a partition whose next record has ended a worker before."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def must_tell(self, _: int) -> bool:
        return True

    async def tell(self, offset: int) -> None:
        self.told.append(offset)


@pytest.mark.parametrize(("other", "waits"), [(STATEMENTS, False), (RAW, True)])
async def test_an_article_waits_for_the_articles_before_it_and_not_for_statements(other: str, waits: bool) -> None:
    """Thousands of statements may wait behind each other, and none of them ends a worker."""
    tp = TP(RAW, 0)
    app: Any = SimpleNamespace(consumer_generation_id=1)
    outbox = Outbox(app, Settings(), {RAW: 9, STATEMENTS: 9}, RAW)
    attempts: Any = Attempts()
    outbox._attempts[tp] = attempts
    partition: Any = SimpleNamespace(hurry=lambda: None)
    outbox._partitions[tp] = partition
    for topic in (other, other, RAW):
        await outbox._in_hand.room(topic)
        outbox._in_hand.take(topic)
    event: Any = SimpleNamespace(message=SimpleNamespace(tp=tp, topic=RAW, offset=7, generation_id=1))
    trying = asyncio.create_task(outbox._told(event))
    await asyncio.sleep(0.05)
    assert trying.done() is not waits
    for _ in range(2):
        outbox._in_hand.let_go(other)
    assert await trying
    assert attempts.told == [7]
