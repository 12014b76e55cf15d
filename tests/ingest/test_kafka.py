"""Another topic, of the same cluster or of a second one: followed, committed, read once to its end."""

import asyncio
import signal
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic

from streams.ingest.mapping import Envelope, FieldMapping
from streams.kafka.security import client_options
from streams.kafka.topics import declared
from streams.settings import FromSettings, Settings, SettingsError
from tests.ingest.running import BODY, articles, command, header, ingest, letters, lines
from tests.kafka.pipeline import WorkerProcess, make, read_until

MAPS = ("--map", "article_id=id", "--map", "body=text")


def story(number: int) -> bytes:
    return lines({"id": f"w{number}", "text": f"{BODY} {number}"})


async def make_topic(cluster: Settings, name: str) -> None:
    await make(cluster, NewTopic(name, 2, 1))


async def send(cluster: Settings, topic: str, *values: bytes) -> None:
    """One after the other over both partitions."""
    producer = AIOKafkaProducer(**client_options(cluster))
    await producer.start()
    for n, value in enumerate(values):
        await producer.send_and_wait(topic, value, partition=n % 2)
    await producer.stop()


async def send_and_abort(cluster: Settings, topic: str, value: bytes) -> None:
    """To both partitions, in a transaction that comes to nothing."""
    producer = AIOKafkaProducer(**client_options(cluster), transactional_id=f"{topic}-aborted")
    await producer.start()
    await producer.begin_transaction()
    for partition in range(2):
        await producer.send_and_wait(topic, value, partition=partition)
    await producer.abort_transaction()
    await producer.stop()


def _counts(process: WorkerProcess) -> bool:
    return process.metric("qawl_ingest_articles_total", source="kafka", outcome="accepted") > 0


async def test_another_topic_is_followed_and_committed(settings: Settings, tmp_path: Path) -> None:
    topic = f"{settings.topic_prefix}wire"
    await make_topic(settings, topic)
    await send(settings, topic, story(0), story(1), b"{", story(2))
    arguments = ("kafka", "--topic", topic, "--group", "desk", *MAPS)
    raw = declared(settings).raw
    for expected, more in [(3, ()), (5, (story(3), story(4)))]:
        process = WorkerProcess(settings, tmp_path, ingest(*arguments), QAWL_DATA_DIR=str(settings.data_dir))
        process.start()
        await send(settings, topic, *more)
        await read_until(settings, raw, lambda found, n=expected: len(found) >= n)  # type: ignore[misc]
        await asyncio.to_thread(process.until, partial(_counts, process), "counts nothing")
        assert process.get("/healthz")[0] == 200
        assert await asyncio.to_thread(process.stop, signal.SIGTERM) == 0
    assert sorted(a.article_id for a in await articles(settings)) == ["w0", "w1", "w2", "w3", "w4"]
    (letter,) = await letters(settings)
    assert f"{topic}/0@1" in header(letter, "error.message")


async def test_a_second_cluster_with_tls_and_scram_is_read_once_to_its_end(
    settings: Settings, secured: dict[str, object], prefix: str
) -> None:
    """Apache Kafka is the source, whose last records were aborted; the embedded broker is the target."""
    there, topic = Settings.load(**secured), f"{prefix}cms.stories"
    await make_topic(there, topic)
    await send(there, topic, story(0), story(1), story(2), b"{")
    await send_and_abort(there, topic, story(3))
    environment = {f"QAWL_FROM_{name.upper()}": str(value) for name, value in secured.items()}
    arguments = ("kafka", "--topic", topic, "--group", f"{prefix}desk", *MAPS, "--once")

    first = await asyncio.to_thread(command, settings, *arguments, more=environment)
    assert (first.returncode, b"4 items: 3 accepted, 1 rejected" in first.stderr) == (1, True), first.stderr
    assert sorted(a.article_id for a in await articles(settings)) == ["w0", "w1", "w2"]
    (letter,) = await letters(settings)
    assert f"{topic}/1@1: $: expected JSON" in header(letter, "error.message")

    second = await asyncio.to_thread(command, settings, *arguments, more=environment)
    assert (second.returncode, second.stderr) == (0, b"0 items\n")

    wrong = environment | {"QAWL_FROM_KAFKA_SASL_PASSWORD": "guessed-wrong"}
    refused = await asyncio.to_thread(command, settings, *arguments, more=wrong)
    told = refused.stderr.decode()
    assert refused.returncode == 1
    assert "invalid credentials with SASL mechanism SCRAM-SHA-512. Check QAWL_FROM_KAFKA_BOOTSTRAP" in told
    assert "guessed-wrong" not in told
    assert told.count("\n") == 1


async def test_key_and_time_of_a_record_are_mapped(settings: Settings) -> None:
    topic = f"{settings.topic_prefix}wire"
    await make_topic(settings, topic)
    producer = AIOKafkaProducer(**client_options(settings))
    await producer.start()
    text = lines({"text": BODY})
    for key, at in [("خبر/7".encode(), 1772529300123), (None, 1772529300123), (b"\xc7\xe1", 1772529300123)]:
        await producer.send_and_wait(topic, text, key=key, timestamp_ms=at, partition=0)
    await producer.send_and_wait(topic, text, key=b"8", timestamp_ms=2**62, partition=0)
    await producer.stop()
    maps = ("--map", "article_id=kafka:key", "--map", "published_at=kafka:timestamp", "--map", "body=text")
    done = await asyncio.to_thread(command, settings, "kafka", "--topic", topic, *maps, "--once")
    assert (done.returncode, b"4 items: 1 accepted, 3 rejected" in done.stderr) == (1, True), done.stderr
    (article,) = await articles(settings)
    assert article.article_id == "خبر/7"
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-03-03T09:15:00.123000+00:00"
    assert sorted((header(one, "error.type"), header(one, "error.message")) for one in await letters(settings)) == [
        ("invalid_field", f"{topic}/0@2: kafka:key: expected a record's key in UTF-8, got the bytes c7 e1"),
        (
            "invalid_field",
            f"{topic}/0@3: kafka:timestamp: expected a record's time in milliseconds since 1970, got {2**62}",
        ),
        ("missing_field", f"{topic}/0@1: kafka:key: expected a record with a key, it has none"),
    ]


def test_keys_that_are_not_mapped_may_be_whatever_they_are() -> None:
    mapping = FieldMapping.parse(["body=text", "title=@type"], records=True)
    draft = mapping.draft({"article_id": "a", "text": BODY, "@type": "Story"}, Envelope(b"\xc7\xe1", -1))
    assert (draft.article_id, draft.title, draft.published_at) == ("a", "Story", None)
    undated = FieldMapping.parse(["published_at=kafka:timestamp"], records=True)
    assert undated.draft({"body": BODY}, Envelope(None, -1)).published_at is None


async def test_a_member_without_a_partition_has_nothing_to_wait_for(settings: Settings, tmp_path: Path) -> None:
    topic = f"{settings.topic_prefix}wire"
    await make_topic(settings, topic)
    arguments = ("kafka", "--topic", topic, "--group", "desk", *MAPS)
    others = [
        WorkerProcess(settings, tmp_path, ingest(*arguments), QAWL_DATA_DIR=str(settings.data_dir)) for _ in range(2)
    ]
    try:
        for other in others:
            other.start()
        done = await asyncio.to_thread(command, settings, *arguments, "--once")
        assert done.returncode == 0, done.stderr
    finally:
        for other in others:
            other.stop()


def test_another_cluster_has_settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_FROM_KAFKA_BOOTSTRAP", "elsewhere:9092")
    assert FromSettings.load().kafka_bootstrap == "elsewhere:9092"
    assert Settings.load().kafka_bootstrap is None
    assert Settings.load().without_effect() == []
    monkeypatch.setenv("QAWL_FROM_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    with pytest.raises(SettingsError, match="QAWL_FROM_KAFKA_SASL_USERNAME is needed"):
        FromSettings.load()


def test_what_cannot_be_read_is_told_before_anything_begins(settings: Settings) -> None:
    done = command(settings, "kafka", "--topic", declared(settings).raw.name)
    assert (done.returncode, b"name another topic" in done.stderr) == (2, True)
    done = command(settings, "kafka", "--topic", f"{settings.topic_prefix}misspelt")
    assert (done.returncode, b"misspelt at" in done.stderr) == (2, True)
    done = command(settings, "kafka", "--topic", "wire", "--from-bootstrap", "127.0.0.1:1")
    assert (done.returncode, b"Check QAWL_FROM_KAFKA_BOOTSTRAP" in done.stderr) == (1, True)
    assert done.stderr.count(b"\n") == 1
    done = command(settings, "kafka", "--topic", "wire", more={"QAWL_FROM_KAFKA_SECURITY_PROTOCOL": "SSL"})
    assert (done.returncode, b"Set QAWL_FROM_KAFKA_BOOTSTRAP" in done.stderr) == (2, True)
