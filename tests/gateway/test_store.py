"""The index's file: begun anew under its readers, and times that no calendar has."""

import asyncio
import sqlite3
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Article
from schemas.codec import encode
from streams.extraction import Extractor
from streams.gateway.index import Builder
from streams.gateway.index.queries import Queries
from streams.gateway.index.store import MadeAnew, Record, Store, milliseconds
from streams.gateway.selection import Selection
from streams.settings import Settings
from tests.gateway.client import ids, statement


def record(number: int) -> Record:
    event = statement(number)
    return Record("statements", 0, number, event.actor.id.encode(), encode(event))


def test_whoever_reads_it_sees_what_came_after_it_was_begun_anew(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite", "here")
    store.apply([record(1)], {("statements", 0): 2})
    queries = Queries(tmp_path / "index.sqlite")
    assert len(queries.statements(Selection.of({}), 10, None).items) == 1
    store.begin_anew()
    assert (store.positions(), queries.statements(Selection.of({}), 10, None).items) == ({}, [])
    assert queries.statements(Selection.of({"q": ["الرقم"]}), 10, None).items == []
    store.apply([record(2)], {("statements", 0): 3})
    (found,) = queries.statements(Selection.of({"q": ["الرقم"]}), 10, None).items
    assert ids([2])[0] in found
    left = {
        table: count
        for (table,) in store._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if (count := store._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    }
    assert {table: n for table, n in left.items() if "_words" not in table} == {
        "meta": 2,
        "positions": 1,
        "statements": 1,
    }


def test_what_stands_where_another_record_was_the_last_is_of_topics_that_were_made_anew(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite", "here")
    store.apply([record(1), record(2)], {("statements", 0): 3})
    store.apply([record(2), record(3)], {("statements", 0): 4})  # the last one again is none
    for other in (record(5)._replace(offset=3), record(3)._replace(key=b"x"), record(3)._replace(value=None)):
        with pytest.raises(MadeAnew):
            store.apply([other, record(4)], {("statements", 0): 5})
        assert store.positions() == {("statements", 0): 4}


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00"])
def test_what_is_written_for_no_date_is_one_that_can_be_told(written: str) -> None:
    at = milliseconds(datetime.fromisoformat(written))
    assert datetime.fromtimestamp(at / 1000).year in (1970, 9999)


async def test_the_builder_ends_after_its_last_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever closes the file before would have SQLite write into memory that is freed."""
    store = Store(tmp_path / "index.sqlite", "here")
    builder = Builder(Settings(), store)
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        time.sleep(0.3)
        ended.set()

    async def follow() -> None:
        await builder._write(write)

    monkeypatch.setattr(builder, "_follow", follow)
    running = asyncio.create_task(builder.run())
    while not begun.is_set():
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert ended.is_set()
    store.close()


def test_of_an_article_that_was_taken_back_nothing_is_shown(tmp_path: Path) -> None:
    store = Store(tmp_path / "index.sqlite", "here")
    body = "قال وزير الصحة سامي الحداد إن اللقاح متوفر."
    article = Article(article_id="a", body=body)
    found = Extractor.load().enrich(article, extracted_at=datetime(2026, 1, 1, tzinfo=UTC), clock=lambda: 0.0)
    records = [Record("raw", 0, 0, b"a", encode(article)), Record("enriched", 0, 0, b"a", encode(found.enriched))]
    store.apply(records, {})
    queries = Queries(tmp_path / "index.sqlite")
    told = queries.article("a")
    assert told is not None
    assert told[1] == body
    withheld = Article(article_id="a", version=2, status="withheld")
    store.apply([Record("raw", 0, 1, b"a", encode(withheld))], {})
    assert queries.article("a") is None


async def test_a_broken_page_costs_one_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "index.sqlite", "here")
    builder = Builder(Settings(), store)

    async def follow() -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(builder, "_follow", follow)
    with pytest.raises(sqlite3.DatabaseError):
        await builder.run()
    assert not (tmp_path / "index.sqlite").exists()
    Store(tmp_path / "index.sqlite", "here").close()
