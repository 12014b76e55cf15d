"""Profiles are read back from their beginning, whatever was on its way when their partition was given up."""

from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.types import TP

from streams.delivery.recovery import Tables

PROFILES = TP("actors", 5)


class Reader:
    """Stands in for the consumer: notes from where a partition is read again."""

    def __init__(self) -> None:
        self.again: list[tuple[TP, int]] = []

    async def read_again(self, tp: TP, offset: int) -> None:
        self.again.append((tp, offset))

    def assignment(self) -> set[TP]:
        return set()

    def pause_partitions(self, tps: set[TP]) -> None:
        """Nothing is read here."""


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Tables:
    app: Any = faust.App("test", store="memory://", TableManager=Tables)
    monkeypatch.setattr(faust.App, "consumer", Reader())
    found: Tables = app.tables
    return found


def record(offset: int, follows: int) -> Any:
    """A record of `actors`, and the offset behind the one that was read before it."""
    return SimpleNamespace(message=SimpleNamespace(tp=PROFILES, offset=offset, follows=follows))


def give(tables: Tables, offset: int | None) -> Any:
    """The partition, with the last record that was applied."""
    recovery: Any = tables.recovery
    recovery.active_tps.add(PROFILES)
    recovery.active_offsets[PROFILES] = offset
    return recovery


async def test_records_of_a_partition_that_was_given_up_are_not_noted(tables: Tables) -> None:
    for event in (record(900, 899), record(901, 900)):
        tables.changelog_queue.put_nowait(event)
    assert not await tables.is_next(record(900, 899).message)
    give(tables, None)  # it comes back; where it begins is still asked for, and they are still in the queue
    assert not await tables.is_next(record(900, 899).message)
    give(tables, -1)
    tables.changelog_queue.put_nowait(record(3, 0))  # the first there is: before it all was compacted
    assert (await tables.changelog_queue.get()).message.offset == 3
    assert tables.app.consumer.again[0] == (PROFILES, 0)  # type: ignore[attr-defined]


async def test_a_partition_that_comes_back_is_read_from_its_beginning(tables: Tables) -> None:
    recovery: Any = tables.recovery
    recovery.active_offsets[PROFILES] = 900  # as Faust notes it, and nobody has it
    await tables.on_rebalance(set(), set(), {PROFILES}, -1)
    assert PROFILES not in recovery.active_offsets


async def test_a_partition_that_stays_is_read_on(tables: Tables) -> None:
    recovery = give(tables, 900)
    await tables.on_rebalance({PROFILES}, set(), set(), -1)
    assert recovery.active_offsets[PROFILES] == 900
    assert await tables.is_next(record(901, 899).message)
    assert await tables.is_next(record(905, 901).message)
    assert not await tables.is_next(record(905, 903).message)
