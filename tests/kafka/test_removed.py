"""What a topic no longer holds: removed before it was read, or less of it than was read."""

import asyncio
import signal
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import RecordsToDelete

from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import PATIENCE, WorkerProcess, admin_of, article, enriched_until, publish

pytestmark = pytest.mark.kafka


async def test_articles_that_retention_removed_unread_are_told_and_counted(on_apache: Settings, tmp_path: Path) -> None:
    settings, raw = on_apache, declared(on_apache).raw.name
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, [article("a"), article("b")], partition=0)
        await enriched_until(settings, 2)
        assert worker.stop() == 0
    await publish(settings, [article("c"), article("d"), article("e")], partition=0)
    async with admin_of(settings) as admin:
        await admin.delete_records({TopicPartition(raw, 0): RecordsToDelete(before_offset=4)})
    with WorkerProcess(settings, tmp_path) as worker:
        enriched = await enriched_until(settings, 3)
        assert worker.metric("qawl_removed_unread_total", topic=raw) == 2
        (told,) = [e["message"] for e in worker.logged() if e["level"] == "error" and "removed" in e["message"]]
        assert worker.stop() == 0
    assert [e.article_id for e in enriched] == ["a", "b", "e"]
    assert told.startswith(f"{raw}/0: the records from offset 2 to 3 were removed before they were read")


async def test_a_topic_that_ends_before_what_was_read_ends_the_worker(on_apache: Settings, tmp_path: Path) -> None:
    """Read from its beginning, all up to the offset that was reached before would be passed over in silence."""
    settings, raw = on_apache, declared(on_apache).raw.name
    group = settings.topic_prefix + settings.consumer_group
    consumer = AIOKafkaConsumer(**client_options(settings), group_id=group, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(raw, 0)])
    await consumer.commit({TopicPartition(raw, 0): 100})
    await consumer.stop()
    await publish(settings, [article("a")], partition=0)
    worker = WorkerProcess(settings, tmp_path)
    worker.start()
    try:
        assert worker.process.wait(PATIENCE) == 1
    finally:
        worker.process.send_signal(signal.SIGKILL)
    told = worker.log.read_text()
    assert f"{raw}/0 was read up to offset 100 and ends at 1 now" in told
    assert f" --group {group} --topic {raw}:0 --reset-offsets --to-earliest --execute" in told


async def delete(settings: Settings, topic: str) -> None:
    """Until no broker lists it."""
    async with admin_of(settings) as admin:
        await admin.delete_topics([topic])
        while topic in await admin.list_topics():
            await asyncio.sleep(0.1)


async def test_a_topic_that_is_deleted_and_made_anew_under_a_worker_is_read_within_seconds(
    on_apache: Settings, tmp_path: Path
) -> None:
    raw = declared(on_apache).raw.name
    with WorkerProcess(on_apache, tmp_path) as worker:
        await publish(on_apache, [article(f"a{n}") for n in range(8)])
        await enriched_until(on_apache, 8)
        await delete(on_apache, raw)
        worker.until(lambda: f"{raw} not found" in worker.log.read_text(), "does not see that it is gone")
        await create(on_apache)
        await publish(on_apache, [article(f"b{n}") for n in range(8)])
        await enriched_until(on_apache, 16)  # it would look five minutes later whether the topic is there again
        assert worker.stop() == 0


async def test_profiles_of_statements_that_are_no_more_end_the_worker(on_apache: Settings, tmp_path: Path) -> None:
    """What is said from now on would be taken for what they count already, in silence."""
    settings, topics = on_apache, declared(on_apache)
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, [article(f"a{n}") for n in range(5)])
        worker.until(lambda: worker.metric("qawl_profiles_total", outcome="applied") == 5, "does not count")
        assert worker.stop() == 0
    await delete(settings, topics.statements.name)
    await create(settings)
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, [article("b")])
        assert await asyncio.to_thread(worker.process.wait, PATIENCE) == 1
    told = worker.log.read_text()
    assert f"the topic was made anew, but {topics.actors.name} was not" in told
    assert f"delete {topics.actors.name}, and run: qawl topics create" in told
