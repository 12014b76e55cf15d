"""What ingestion remembers over restarts: which articles left in which version, which wait, where feeds stand.

One SQLite file a deployment in QAWL_DATA_DIR, shared by all `qawl ingest` processes of a machine. An article is noted
when Kafka has acknowledged it: a process that dies in between sends it again, in the same version, which is no harm.
"""

import sqlite3
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from schemas import Article
from schemas.codec import decode_article, encode
from streams.settings import Settings, SettingsError

_DAY = 86_400
_KEPT_DAYS = 90
_BUSY_SECONDS = 30.0
_TABLES = """
create table if not exists article (
    id text primary key, version integer not null, digest text not null, at real not null
) without rowid;
create index if not exists article_at on article (at);
create table if not exists waiting (
    id text primary key, version integer not null, digest text not null, due real not null, source text not null,
    value blob not null
) without rowid;
create table if not exists rejected (digest text primary key, at real not null) without rowid;
create table if not exists shown (
    id text not null, feed text not null, digest text not null, at real not null, primary key (id, feed)
) without rowid;
create index if not exists shown_at on shown (at);
create table if not exists feed (url text primary key, etag text, modified text) without rowid;
create table if not exists pace (url text primary key, seconds real not null) without rowid;
create table if not exists signature (
    place integer primary key autoincrement, id text not null unique, original text not null, hashes blob not null,
    at real not null
);
"""


class Known(NamedTuple):
    """The newest version of an article that left or was withheld, and the digest of what it said."""

    version: int
    digest: str


class Waiting(NamedTuple):
    """An article that is embargoed, and the second since 1970 when that ends."""

    article: Article
    digest: str
    due: float
    source: str


class Signature(NamedTuple):
    """The MinHash of an article, and the first article that said the same."""

    place: int
    article_id: str
    original: str
    hashes: bytes
    at: float


class State:
    """The file; all calls are short, and safe beside those of other processes."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where there can be no such folder, sqlite3.Error where the file cannot be used."""
        origin = f"{settings.kafka_bootstrap}\n{settings.topic_prefix}"
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise SettingsError(f"QAWL_DATA_DIR={settings.data_dir}: cannot be used: {e.strerror}") from None
        self.path: Path = settings.data_dir / f"ingest-{sha256(origin.encode()).hexdigest()[:8]}.sqlite"
        self._db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        # In WAL with `normal` a loss of power may lose the last notes: then those articles are sent again.
        self._db.executescript("pragma journal_mode=wal; pragma synchronous=normal;" + _TABLES)
        self.prune()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def prune(self) -> None:
        """Forget what is so old that no feed sends it any more."""
        old = time.time() - _KEPT_DAYS * _DAY
        self._db.execute("delete from article where at < ?", (old,))
        self._db.execute("delete from rejected where at < ?", (old,))
        self._db.execute("delete from shown where at < ?", (old,))

    def known(self, article_id: str) -> Known | None:
        """What is known of an article."""
        row = self._db.execute("select version, digest from article where id = ?", (article_id,)).fetchone()
        return Known(*row) if row else None

    def note(self, article_id: str, known: Known) -> None:
        """An article left, or is withheld for good; never back to a lower version."""
        self._db.execute(
            "insert into article values (?, ?, ?, ?) on conflict (id) do update set version = excluded.version, "
            "digest = excluded.digest, at = excluded.at where excluded.version >= version",
            (article_id, *known, time.time()),
        )

    def shown(self, article_id: str, feed: str) -> str | None:
        """The digest of what a feed showed of an article when it was last looked at."""
        row = self._db.execute("select digest from shown where id = ? and feed = ?", (article_id, feed)).fetchone()
        return row[0] if row else None

    def show(self, article_id: str, feed: str, digest: str) -> None:
        """Note what a feed shows of an article."""
        self._db.execute("insert or replace into shown values (?, ?, ?, ?)", (article_id, feed, digest, time.time()))

    def wait(self, waiting: Waiting) -> None:
        """Keep an embargoed article, in place of an earlier version of it."""
        article = waiting.article
        self._db.execute(
            "insert or replace into waiting values (?, ?, ?, ?, ?, ?)",
            (article.article_id, article.version, waiting.digest, waiting.due, waiting.source, encode(article)),
        )

    def waiting(self, article_id: str) -> Known | None:
        """The version of an article that waits."""
        row = self._db.execute("select version, digest from waiting where id = ?", (article_id,)).fetchone()
        return Known(*row) if row else None

    def due(self, now: float) -> list[Waiting]:
        """Those whose time has come."""
        rows = self._db.execute("select value, digest, due, source from waiting where due <= ? order by due", (now,))
        return [Waiting(decode_article(value, max_body_chars=1 << 30), *more) for value, *more in rows]

    def count_waiting(self) -> int:
        """How many wait."""
        count: int = self._db.execute("select count(*) from waiting").fetchone()[0]
        return count

    def release(self, article_id: str, version: int) -> None:
        """It waits no more: it left, or a newer version or its end took its place."""
        self._db.execute("delete from waiting where id = ? and version <= ?", (article_id, version))

    def is_rejected(self, digest: str) -> bool:
        """Whether what cannot be read is a dead letter already: a broken feed is told once, not at each visit."""
        return self._db.execute("select 1 from rejected where digest = ?", (digest,)).fetchone() is not None

    def note_rejection(self, digest: str) -> None:
        """What cannot be read is a dead letter."""
        self._db.execute("insert or ignore into rejected values (?, ?)", (digest, time.time()))

    def validators(self, url: str) -> tuple[str | None, str | None]:
        """ETag and Last-Modified of a feed's last complete visit."""
        row = self._db.execute("select etag, modified from feed where url = ?", (url,)).fetchone()
        return (row[0], row[1]) if row else (None, None)

    def visited(self, url: str, etag: str | None, modified: str | None) -> None:
        """All that a feed gave has left."""
        self._db.execute("insert or replace into feed values (?, ?, ?)", (url, etag, modified))

    def pace(self, url: str) -> float:
        """Seconds between visits that a feed asks for, as it said when it was last read; a 304 does not say it."""
        row = self._db.execute("select seconds from pace where url = ?", (url,)).fetchone()
        return float(row[0]) if row else 0.0

    def set_pace(self, url: str, seconds: float) -> None:
        """What a feed asks for."""
        self._db.execute("insert or replace into pace values (?, ?)", (url, seconds))

    def sign(self, article_id: str, original: str, hashes: bytes) -> None:
        """Keep an article's signature, in place of that of an earlier version."""
        self._db.execute(
            "insert or replace into signature (id, original, hashes, at) values (?, ?, ?, ?)",
            (article_id, original, hashes, time.time()),
        )

    def signatures(self, after: int) -> Iterator[Signature]:
        """Signatures in the order in which they came, those of other processes too."""
        for row in self._db.execute("select place, id, original, hashes, at from signature where place > ?", (after,)):
            yield Signature(*row)

    def forget_signatures(self, before: float) -> None:
        """Forget those that are older than the window."""
        self._db.execute("delete from signature where at < ?", (before,))
