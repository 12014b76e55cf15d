"""Files, a corpus, and another topic, by the commands as a user runs them; a service's pages and its end."""

import asyncio
import gzip
import os
import re
import signal
import subprocess
import time
import tomllib
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from streams.ingest import LIBRARIES, MissingLibrary, corpus, require
from streams.ingest.draft import Rules
from streams.ingest.mapping import FieldMapping
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.conftest import REPOSITORY, SHARED
from tests.ingest.running import BODY, articles, command, environment, header, ingest, item_of, letters, lines, take
from tests.kafka.pipeline import WorkerProcess, read_until


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


async def test_a_pipe_that_stays_open_holds_nothing_back(settings: Settings) -> None:
    process = subprocess.Popen(ingest("jsonl", "-"), env=environment(settings), stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None
        process.stdin.write(lines({"article_id": "a1", "body": BODY}))
        process.stdin.flush()
        await read_until(settings, declared(settings).raw, lambda found: len(found) == 1)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 130
    finally:
        process.kill()


async def test_a_pipe_that_never_ends_is_a_service(settings: Settings, tmp_path: Path) -> None:
    """`tail -F cms.jsonl | qawl ingest jsonl - --http-port 0`: each article leaves as it comes, one or many."""
    log, pipe, raw = tmp_path / "cms.jsonl", tmp_path / "pipe", declared(settings).raw
    log.touch()
    os.mkfifo(pipe)
    with pipe.open("r+b", buffering=0) as end:
        tail = subprocess.Popen(["tail", "-n", "+1", "-F", str(log)], stdout=end)
    arguments = ("sh", "-c", 'exec "$@" < "$0"', str(pipe), *ingest("jsonl", "-", "--http-port", "0"))
    process = WorkerProcess(settings, tmp_path, arguments, QAWL_DATA_DIR=str(settings.data_dir), QAWL_HTTP_PORT="")
    try:
        process.start()
        came, waited = 0, []
        for count in (1, 1, 3, 1):
            with log.open("ab") as file:
                file.write(lines(*({"article_id": f"a{came + n}", "body": f"{BODY} {came + n}"} for n in range(count))))
            came, begun = came + count, time.monotonic()
            await read_until(settings, raw, lambda found, n=came: len(found) == n)  # type: ignore[misc]
            waited.append(time.monotonic() - begun)
        assert max(waited[1:]) < 5.0  # `tail` may look once a second only; the first waits for the start
        accepted = partial(process.metric, "qawl_ingest_articles_total", source="jsonl", outcome="accepted")
        await asyncio.to_thread(process.until, lambda: accepted() == came, "does not count them")
        assert process.get("/healthz")[0] == 200
        assert await asyncio.to_thread(process.stop, signal.SIGTERM) == 130
    finally:
        tail.kill()
        tail.wait()
        process.process.kill()


def test_pages_are_there_where_a_port_is_set(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"")
    pages = b"qawl ingest jsonl starts: http://127.0.0.1:"
    for arguments, port, there in [
        (("-",), "", False),
        (("-",), "0", True),
        (("-", "--http-port", "0"), "", True),
        ((str(file),), "0", False),  # the worker's beside it, perhaps
        ((str(file), "--http-port", "0"), "", True),
    ]:
        done = command(settings, "jsonl", *arguments, more={"QAWL_HTTP_PORT": port})
        assert (done.returncode, pages in done.stderr) == (0, there), done.stderr


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


def test_without_its_libraries_it_tells_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.ingest.find_spec", lambda name: None if name == "feedparser" else name)
    with pytest.raises(MissingLibrary, match=r"not installed: feedparser. Run: pip install 'qawl\[ingest\]'"):
        require()


def test_the_extra_is_what_is_asked_for() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["ingest"]
    assert sorted(re.split(r"[\[>=]", name)[0] for name in extra) == sorted(LIBRARIES)
    assert set(extra) <= set(project["optional-dependencies"]["test"])


def test_options_that_cannot_be_used_are_told_before_any_broker_is_asked(settings: Settings, tmp_path: Path) -> None:
    away = settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"})
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"")
    assert b"expected FIELD=PATH" in command(away, "jsonl", str(file), "--map", "text=body").stderr
    for source, path in (("jsonl", file), ("corpus", tmp_path)):
        for name in ("kafka:key", "kafka:timestamp"):
            done = command(away, source, str(path), "--map", f"article_id={name}")
            told = (
                f"qawl ingest: --map: only records that `qawl ingest kafka` reads have {name}, got 'article_id={name}'"
            )
            assert (done.returncode, done.stderr.decode()) == (2, told + "\n")
    for arguments, why in (
        (("rss", "paper.example.com"), "paper.example.com: expected an address"),
        (("rss", "--opml", str(file)), f"{file}: expected OPML"),
        (("kafka", "--topic", "wire", "--map", "body"), "--map: expected FIELD=PATH"),
        (("http",), f"QAWL_INGEST_TOKENS_FILE={file}: expected tokens"),
    ):
        done = command(away, *arguments, more={"QAWL_INGEST_TOKENS_FILE": str(file)})
        assert (done.returncode, why in done.stderr.decode()) == (2, True), done.stderr


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
