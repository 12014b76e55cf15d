"""Records of the topics into SQLite: all of a batch and the positions behind it in one transaction, or nothing."""

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from schemas import ActorProfile, EnrichedArticle, Retraction, StatementEvent
from schemas.codec import decode_article, decode_enriched, decode_profile, decode_told
from streams.extraction.text import name_key
from streams.gateway.words import text_keys

VERSION = 4
_TABLES = ("positions", "statements", "statement_words", "actors", "actor_words", "enriched", "raw")
_LATEST_MS = 253_402_214_400_000  # a day before the last one that calendars hold, in whatever zone
Place = tuple[str, int]
"""Which of the topics (`raw`, `enriched`, `statements`, `actors`), and which partition."""


class MadeAnew(Exception):
    """The topics are not those that the index is of."""


class Record(NamedTuple):
    """A record of one of the topics, by its role and not by its name."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None

    @property
    def mark(self) -> int:
        """What tells it from the one that has its place in a topic that was made anew."""
        return zlib.crc32(self.value or b"", zlib.crc32(self.key or b""))


def milliseconds(at: datetime) -> int:
    """Since 1970; what some systems write for no date, the year 1 or 9999, is the first or the last that there is."""
    return min(max(0, int(at.timestamp() * 1000)), _LATEST_MS)


def words_of(actor: ActorProfile) -> str:
    """By which words an actor is found: names, expressions that stand for it, Latin letters."""
    texts = [*actor.names, *(a.text for a in actor.aliases), actor.name_latin or ""]
    return " ".join(dict.fromkeys(key for text in texts for key in text_keys(text)))


class Store:
    """The file, for the one writer. Used by one thread at a time."""

    def __init__(self, path: Path, origin: str) -> None:
        """Opened or made. `origin` names what it is an index of; one of something else, or of another version, is
        begun anew.

        Raises:
            OSError, sqlite3.Error: it can be neither.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._origin = origin
        self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        wanted = {"version": str(VERSION), "origin": self._origin}
        if self.path.exists():
            try:
                db = _connect(self.path)
                if dict(db.execute("SELECT name, value FROM meta")) == wanted:
                    return db
                db.close()
            except sqlite3.DatabaseError:
                pass  # no index, or a broken one: Kafka has it all
        self._remove()
        db = _connect(self.path)
        db.executescript(files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))
        db.executemany("INSERT INTO meta VALUES (?, ?)", wanted.items())
        return db

    def _remove(self) -> None:
        for name in (self.path.name, f"{self.path.name}-wal", f"{self.path.name}-shm"):
            self.path.with_name(name).unlink(missing_ok=True)

    def begin_anew(self) -> None:
        """Throw away what it holds; in the same file, which others have open to read."""
        with self._transaction():
            for table in _TABLES:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608

    def discard(self) -> None:
        """Throw the file away, which is broken: it is made again at the next start."""
        self.close()
        self._remove()

    def close(self) -> None:
        """Nothing more is written."""
        self._db.close()

    def positions(self) -> dict[Place, int]:
        """The next record of each partition that is not in here."""
        return {(topic, p): at for topic, p, at in self._db.execute("SELECT topic, partition, next FROM positions")}

    def apply(self, records: Sequence[Record], positions: Mapping[Place, int]) -> list[tuple[Record, str]]:
        """Take records in, and note the positions behind them. Those that are not what their topic promises are
        returned, each with what is wrong.

        Raises:
            MadeAnew: the last record that is in here comes again, and is another; nothing is taken in.
        """
        invalid = []
        newest = {(record.topic, record.partition): record for record in records}
        with self._transaction():
            last = {
                (topic, p, at - 1): mark
                for topic, p, at, mark in self._db.execute("SELECT topic, partition, next, mark FROM positions")
            }
            if any(record[:3] in last and last[record[:3]] != record.mark for record in records):
                raise MadeAnew
            for record in records:
                try:
                    self._take(record)
                except ValueError as e:
                    invalid.append((record, str(e)))
            rows = [(*place, at, newest[place].mark) for place, at in positions.items()]
            self._db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)", rows)
        return invalid

    def prune(self, begins: Mapping[Place, int]) -> int:
        """Let go what Kafka no longer keeps; how many statements that were."""
        with self._transaction():
            gone = 0
            for (topic, partition), begin in begins.items():
                if topic == "statements":
                    rows = self._db.execute(
                        'SELECT row FROM statements WHERE partition = ? AND "offset" < ?', (partition, begin)
                    ).fetchall()
                    self._db.executemany("DELETE FROM statement_words WHERE rowid = ?", rows)
                    self._db.executemany("DELETE FROM statements WHERE row = ?", rows)
                    gone += len(rows)
                elif topic == "raw":
                    self._db.execute('DELETE FROM raw WHERE partition = ? AND "offset" < ?', (partition, begin))
                elif topic == "enriched":
                    self._db.execute('DELETE FROM enriched WHERE partition = ? AND "offset" < ?', (partition, begin))
        return gone

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _take(self, record: Record) -> None:
        value = record.value
        if record.topic == "statements":
            event = decode_told(value)
            if isinstance(event, Retraction):
                self._forget_statement(event.statement_id)
            else:
                self._statement(record, event)
        elif record.topic == "actors":
            if value is None and record.key is not None:
                self._forget_actor(record.key.decode())
            else:
                self._actor(record, decode_profile(value))
        elif record.topic == "enriched":
            self._enriched(record, decode_enriched(value))
        else:
            article = decode_article(value)
            body = article.body if article.status == "usable" else ""  # what is taken back is shown to nobody
            row = (article.article_id, article.version, record.partition, record.offset, body)
            self._db.execute("INSERT OR REPLACE INTO raw VALUES (?, ?, ?, ?, ?)", row)

    def _statement(self, record: Record, event: StatementEvent) -> None:
        assert record.value is not None
        known = self._db.execute("SELECT row FROM statements WHERE statement_id = ?", (event.statement_id,)).fetchone()
        told = milliseconds(event.extracted_at)
        values = (
            event.statement_id,
            record.partition,
            record.offset,
            told,
            milliseconds(event.article.published_at) if event.article.published_at else told,
            event.actor.id,
            name_key(event.actor.name),
            name_key(event.actor.name_latin or ""),
            event.actor.kind,
            event.type,
            event.cue.cue_class,
            event.article.source,
            event.confidence,
            event.article.article_id,
            record.value.decode(),
        )
        row = known[0] if known else None
        marks = ", ".join("?" for _ in values)
        found = self._db.execute(f"INSERT OR REPLACE INTO statements VALUES (?, {marks})", (row, *values))  # noqa: S608
        if known:
            self._db.execute("DELETE FROM statement_words WHERE rowid = ?", known)
        words = " ".join(text_keys(event.content.text))
        self._db.execute("INSERT INTO statement_words (rowid, words) VALUES (?, ?)", (found.lastrowid, words))

    def _forget_statement(self, statement_id: str) -> None:
        known = self._db.execute("SELECT row FROM statements WHERE statement_id = ?", (statement_id,)).fetchone()
        if known:
            self._db.execute("DELETE FROM statement_words WHERE rowid = ?", known)
            self._db.execute("DELETE FROM statements WHERE row = ?", known)

    def _actor(self, record: Record, actor: ActorProfile) -> None:
        assert record.value is not None
        self._forget_actor(actor.id)
        values = (actor.id, actor.kind, actor.statement_count, milliseconds(actor.last_seen), record.value.decode())
        found = self._db.execute("INSERT INTO actors VALUES (NULL, ?, ?, ?, ?, ?)", values)
        words = (found.lastrowid, words_of(actor))
        self._db.execute("INSERT INTO actor_words (rowid, words) VALUES (?, ?)", words)

    def _forget_actor(self, actor_id: str) -> None:
        known = self._db.execute("SELECT row FROM actors WHERE actor_id = ?", (actor_id,)).fetchone()
        if known:
            self._db.execute("DELETE FROM actor_words WHERE rowid = ?", known)
            self._db.execute("DELETE FROM actors WHERE row = ?", known)

    def _enriched(self, record: Record, article: EnrichedArticle) -> None:
        assert record.value is not None
        row = (article.article_id, record.partition, record.offset, record.value.decode())
        self._db.execute("INSERT OR REPLACE INTO enriched VALUES (?, ?, ?, ?)", row)


def _connect(path: Path) -> sqlite3.Connection:
    """Readers see what was committed last while a batch is written; a power cut may cost the last batches, which are
    then read again from Kafka.
    """
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    return db
