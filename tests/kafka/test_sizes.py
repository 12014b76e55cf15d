"""Records of unusual sizes, and packed ones: what is too large is a dead letter, and nothing behind it waits."""

from pathlib import Path

import pytest
from aiokafka.admin import NewTopic

from streams.delivery.replay import NotReplayable, dead_letters, replay
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, headers, make, publish, read_until, statements

pytestmark = pytest.mark.kafka


async def test_a_record_larger_than_any_topic_takes_is_a_dead_letter_without_its_value(
    settings: Settings, tmp_path: Path
) -> None:
    """It came compressed. Whole, its dead letter would be refused for ever, and all behind it would wait."""
    await create(settings)
    large = article("large", "ق" * 15_000_000)
    with WorkerProcess(settings, tmp_path) as worker:
        ((partition, offset),) = await publish(
            settings, [(b"k", large)], partition=0, compression_type="gzip", max_request_size=2 * len(large)
        )
        await publish(settings, [(b"k", article("next"))], partition=0)
        (letter,) = await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 1)
        assert {e.article_id for e in await enriched_until(settings, 1)} == {"next"}
        assert worker.stop() == 0
    assert (letter.key, letter.value) == (b"k", None)
    told = headers(letter)
    assert (told["value.bytes"], told["error.type"]) == (str(len(large)), "body_too_long")
    assert (told["source.partition"], told["source.offset"]) == (str(partition), str(offset))

    (kept,) = await dead_letters(settings)
    with pytest.raises(NotReplayable, match="too large to be kept"):
        await replay(settings, [kept.place])
    await replay(settings, [kept.place], article("repaired"))
    assert (await dead_letters(settings))[0].replayed_at is not None


async def test_a_topic_that_takes_less_than_declared_costs_only_what_is_larger(
    settings: Settings, tmp_path: Path
) -> None:
    small = declared(settings).enriched
    config = small.config | {"max.message.bytes": "20000"}
    await make(settings, NewTopic(small.name, settings.partitions, 1, topic_configs=config))
    await create(settings)
    feed = [(b"k", article(name, title=title)) for name, title in (("one", ""), ("long", "ق" * 20_000), ("two", ""))]
    feed.append((b"k", article("long", version=2)))
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, feed, partition=0)
        (letter,) = await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 1)
        enriched = await enriched_until(settings, 3)
        assert worker.stop() == 0
    assert sorted((e.article_id, e.version) for e in enriched) == [("long", 2), ("one", 1), ("two", 1)]
    assert (letter.value, headers(letter)["error.type"]) == (feed[1][1], "too_large")
    assert f"larger than {small.name} takes" in headers(letter)["error.message"]
    # Nothing of the version that was refused counts as told.
    assert sorted(s.article.article_id for s in await statements(settings)) == ["long", "one", "two"]


async def test_articles_come_packed_as_their_producers_like(settings: Settings, tmp_path: Path) -> None:
    await create(settings)
    with WorkerProcess(settings, tmp_path) as worker:
        for codec in ("gzip", "lz4", "snappy", "zstd"):
            await publish(settings, [article(codec)], compression_type=codec)
        assert {e.article_id for e in await enriched_until(settings, 4)} == {"gzip", "lz4", "snappy", "zstd"}
        assert worker.stop() == 0
