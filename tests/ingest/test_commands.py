"""Files, a corpus, and another topic, by the commands as a user runs them; a service's pages and its end."""

import asyncio
import gzip
import json
import signal
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.ingest import corpus
from streams.ingest.draft import Rules
from streams.ingest.mapping import FieldMapping
from streams.kafka.topics import declared
from streams.settings import FromSettings, Settings, SettingsError
from tests.conftest import SHARED
from tests.ingest.running import BODY, articles, command, header, ingest, item_of, letters, take
from tests.kafka.pipeline import WorkerProcess, read_until


def lines(*values: object) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def test_a_file_with_other_names(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(lines({"id": 7, "content": {"text": BODY}, "dates": ["14 رمضان 1447 هـ"]}, {"id": 8}) + b"{\n")
    maps = ["--map", "article_id=id", "--map", "body=content.text", "--map", "published_at=dates.0"]
    done = command(settings, "jsonl", str(file), *maps, "--source", "desk")
    assert done.returncode == 1
    assert b"3 items: 1 accepted, 2 rejected" in done.stderr
    (article,) = asyncio.run(articles(settings))
    assert (article.article_id, article.body, article.source) == ("7", BODY, "desk")
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-03-03T00:00:00+00:00"
    bad = asyncio.run(letters(settings))
    assert sorted(header(letter, "error.message").partition(": expected")[0] for letter in bad) == [
        "export.jsonl:2: content.text",
        "export.jsonl:3: $",
    ]


def test_standard_input_in_windows_1256(settings: Settings) -> None:
    data = lines({"article_id": "a1", "body": BODY}).decode().encode("cp1256")
    done = command(settings, "jsonl", "-", stdin=data)
    assert done.returncode == 0, done.stderr
    assert asyncio.run(articles(settings))[0].body == BODY


def test_a_folder_of_archives(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.jsonl.gz").write_bytes(
        gzip.compress(lines(*({"article_id": f"a{n}", "body": BODY} for n in range(9))))
    )
    (folder / "b.jsonl").write_bytes(lines({"article_id": "b", "body": BODY, "published_at": None}))
    (folder / "README.md").write_text("not an article")
    done = command(settings, "corpus", str(folder))
    assert done.returncode == 0, done.stderr
    assert b"10 items: 10 accepted" in done.stderr
    found = asyncio.run(articles(settings))
    assert len({a.duplicate_of for a in found} - {None}) == 1  # all say the same, and point to one


def test_options_that_cannot_be_used(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"")
    assert b"expected FIELD=PATH" in command(settings, "jsonl", str(file), "--map", "text=body").stderr
    done = command(settings, "kafka", "--topic", declared(settings).raw.name)
    assert (done.returncode, b"name another topic" in done.stderr) == (2, True)


def _counts(process: WorkerProcess) -> bool:
    return process.metric("qawl_ingest_articles_total", source="kafka", outcome="accepted") > 0


async def test_another_topic_is_followed_and_committed(settings: Settings, tmp_path: Path) -> None:
    topic = f"{settings.topic_prefix}wire"
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 2, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await producer.start()

    async def send(*numbers: int) -> None:
        for n in numbers:
            await producer.send_and_wait(topic, lines({"id": f"w{n}", "text": f"{BODY} {n}"}), partition=n % 2)

    await send(0, 1, 2)
    await producer.send_and_wait(topic, b"{", partition=0)
    arguments = ("kafka", "--topic", topic, "--group", "desk", "--map", "article_id=id", "--map", "body=text")
    raw = declared(settings).raw
    for expected, more in [(3, ()), (5, (3, 4))]:
        process = WorkerProcess(settings, tmp_path, ingest(*arguments), QAWL_DATA_DIR=str(settings.data_dir))
        process.start()
        await send(*more)
        await read_until(settings, raw, lambda found, n=expected: len(found) >= n)  # type: ignore[misc]
        await asyncio.to_thread(process.until, partial(_counts, process), "counts nothing")
        assert process.get("/healthz")[0] == 200
        assert await asyncio.to_thread(process.stop, signal.SIGTERM) == 0
    await producer.stop()
    assert sorted(a.article_id for a in await articles(settings)) == ["w0", "w1", "w2", "w3", "w4"]
    (letter,) = await letters(settings)
    assert f"{topic}/0@2" in header(letter, "error.message")


def test_another_cluster_has_settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_FROM_KAFKA_BOOTSTRAP", "elsewhere:9092")
    assert FromSettings.load().kafka_bootstrap == "elsewhere:9092"
    assert Settings.load().kafka_bootstrap is None
    assert Settings.load().without_effect() == []
    monkeypatch.setenv("QAWL_FROM_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    with pytest.raises(SettingsError, match="QAWL_FROM_KAFKA_SASL_USERNAME is needed"):
        FromSettings.load()


async def test_without_a_broker_nothing_begins(settings: Settings) -> None:
    away = settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    done = await asyncio.to_thread(command, away, "jsonl", "-")
    assert (done.returncode, b"no Kafka broker answers" in done.stderr) == (1, True)


def test_a_mapping_leaves_what_is_not_there() -> None:
    draft = FieldMapping.parse(["title=head.0.text"], "desk").draft({"body": "قال", "head": []})
    assert (draft.title, draft.source) == (None, "desk")


async def test_the_shared_corpus_has_the_form_that_the_command_reads(settings: Settings) -> None:
    if not (SHARED / "corpus").is_dir():
        pytest.skip("the raw articles (../shared/corpus) are not beside this checkout")
    items = list(islice(corpus.items(SHARED / "corpus", FieldMapping(), Rules()), 200))
    assert sum(one.article is not None for one in items) == 200
    await take(settings, *items, item_of())
    assert len(await articles(settings)) == 201
