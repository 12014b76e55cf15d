"""Several workers: how they share partitions, and what becomes of what is in hand when a partition goes."""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from streams.kafka.topics import declared
from streams.settings import Settings
from tests.kafka.pipeline import (
    PATIENCE,
    WorkerProcess,
    article,
    committed,
    enriched_until,
    publish,
    read,
)

pytestmark = pytest.mark.kafka

FAILING = (sys.executable, "-m", "tests.kafka.failing_worker")


async def test_two_workers_share_the_partitions(on_apache: Settings, tmp_path: Path) -> None:
    settings = on_apache
    raw = declared(settings).raw.name

    ids = [f"a{n}" for n in range(300)]
    with WorkerProcess(settings, tmp_path) as first, WorkerProcess(settings, tmp_path) as second:
        second.until(lambda: len(first.partitions(raw)) == len(second.partitions(raw)) == 2, "does not share")
        first.wait_ready()
        assert first.partitions(raw) | second.partitions(raw) == {"0", "1", "2", "3"}
        await publish(settings, [(i.encode(), article(i)) for i in ids])
        await enriched_until(settings, len(ids))
        first.until(lambda: first.metric("qawl_articles_total") > 30, "got no share")
        second.until(lambda: second.metric("qawl_articles_total") > 30, "got no share")
        # One leaves in order: the other takes over at once, and nothing is done twice.
        assert first.stop() == 0
        second.until(lambda: len(second.partitions(raw)) == 4, "does not take over")
        more = [f"b{n}" for n in range(100)]
        await publish(settings, [(i.encode(), article(i)) for i in more])
        assert Counter(e.article_id for e in await enriched_until(settings, 400)) == Counter(ids + more)


async def test_a_rebalance_in_full_flow_does_nothing_twice(on_apache: Settings, tmp_path: Path) -> None:
    settings = on_apache
    ids: list[str] = []

    async def publish_more() -> None:
        more = [f"a{n}" for n in range(len(ids), len(ids) + 100)]
        await publish(settings, [(i.encode(), article(i)) for i in more])
        ids.extend(more)

    with WorkerProcess(settings, tmp_path) as first:
        await publish_more()
        first.until(lambda: first.metric("qawl_articles_total") > 50, "does not begin")
        second = WorkerProcess(settings, tmp_path)
        second.start()
        try:
            # Until the second has its share, however long it takes to start: the first is never idle meanwhile.
            deadline = time.monotonic() + PATIENCE
            while second.metric("qawl_articles_total") == 0:
                assert time.monotonic() < deadline, "the second worker gets nothing"
                await publish_more()
                await asyncio.sleep(0.2)  # as fast as it works, not faster: all of it must be done in the end
            await enriched_until(settings, len(ids))
            second.until(lambda: second.metric("qawl_consumer_lag") + first.metric("qawl_consumer_lag") == 0, "lags")
            assert (first.stop(), second.stop()) == (0, 0)
        finally:
            second.process.kill()
            second.process.wait()
    assert Counter(e.article_id for e in await enriched_until(settings, len(ids))) == Counter(ids)


async def test_an_article_that_takes_longer_than_a_rebalance_waits_ends_no_worker(
    on_apache: Settings, tmp_path: Path
) -> None:
    """It is dropped where it was begun, and done by whoever has its partition then; nor does it count as tried."""
    settings, raw = on_apache, declared(on_apache).raw
    feed = [article("sleeps"), article("next")]
    hurried = {"QAWL_TEST_SETTLE_SECONDS": "1"}
    asleep = 20
    slow, quick = {"QAWL_TEST_SLEEP_SECONDS": str(asleep)}, {"QAWL_TEST_SLEEP_SECONDS": "4"}
    notes = set()
    with WorkerProcess(settings, tmp_path, FAILING, **hurried, **slow) as first:
        await publish(settings, feed, partition=0)
        first.until(lambda: first.metric("qawl_in_flight") == 1, "does not begin")
        awake = time.monotonic() + asleep
        with WorkerProcess(settings, tmp_path, FAILING, **hurried, **quick) as second:
            deadline = time.monotonic() + PATIENCE
            while len(enriched := await read(settings, declared(settings).enriched)) < len(feed):
                assert time.monotonic() < deadline, "it is not done"
                notes |= {o.metadata for o in (await committed(settings, raw)).values()}
                await asyncio.sleep(0.2)
            first.until(lambda: len(first.partitions(raw.name)) == 2, "has not its share")
            second.until(lambda: len(second.partitions(raw.name)) == 2, "has not its share")
            assert [e["message"] for e in first.logged() if e["logger"] == "streams.delivery.outbox"] == [
                "1 records in hand are left to the next worker that has their partitions"
            ]
            await asyncio.sleep(max(0.0, awake - time.monotonic()))  # a thread that sleeps holds up the end
            assert (first.stop(), second.stop()) == (0, 0)
    assert Counter(e.article_id for e in await enriched_until(settings, 2)) == {"sleeps": 1, "next": 1}
    assert len(enriched) == 2
    assert notes - {""} == {"tried 1"}


async def test_sigterm_in_the_middle_of_a_rebalance_ends_in_order(on_apache: Settings, tmp_path: Path) -> None:
    raw = declared(on_apache).raw.name
    with WorkerProcess(on_apache, tmp_path) as first, WorkerProcess(on_apache, tmp_path) as second:
        second.until(lambda: len(first.partitions(raw)) == len(second.partitions(raw)) == 2, "does not share")
        third = WorkerProcess(on_apache, tmp_path)
        third.start()
        try:
            second.until(lambda: "rebalancing" in second.get("/readyz")[1], "takes no part in the rebalance")
            assert second.stop() == 0
            third.until(lambda: len(third.partitions(raw)) == 2, "does not take over")
        finally:
            third.process.kill()
            third.process.wait()
