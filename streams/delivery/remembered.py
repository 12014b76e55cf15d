"""What a worker remembers of its partitions: profiles and article states, as they are in the topics that hold them.

They are in a file, not in memory: every actor ever quoted has a profile, and a worker's memory must not grow with them.
The file is scratch: what counts is in the topics, and recovery fills a new file from them. Kept over a restart it would
hold what was put for a transaction that never was committed.
"""

import sqlite3
import tempfile
from collections.abc import Collection, Iterator

_SCHEMA = """
CREATE TABLE kept (key BLOB PRIMARY KEY, partition INTEGER NOT NULL, value BLOB NOT NULL);
"""
_CACHE_KIB = 8192
_PAGE = 500  # entries that a walk reads at once


class Remembered:
    """Keys with their value and partition, in a file that goes with the process, however that ends."""

    def __init__(self) -> None:
        """Raises OSError where no temporary folder can be written."""
        # Removed as soon as it is open: a killed worker leaves nothing behind.
        with tempfile.NamedTemporaryFile(prefix="qawl-remembered-") as file:
            self._db = sqlite3.connect(file.name, isolation_level=None, check_same_thread=False)
            # Nothing of it outlives the process, so nothing is paid for surviving a crash.
            self._db.executescript(
                f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
                f"PRAGMA cache_size=-{_CACHE_KIB}; {_SCHEMA} BEGIN"
            )

    def __len__(self) -> int:
        """How many keys there are."""
        count: int = self._db.execute("SELECT count(*) FROM kept").fetchone()[0]
        return count

    def get(self, key: bytes) -> bytes | None:
        """The current value."""
        row = self._db.execute("SELECT value FROM kept WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def put(self, key: bytes, value: bytes | None, partition: int) -> None:
        """Set what its topic holds or is about to hold; None forgets it."""
        if value is None:
            self.forget(key)
            return
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", (key, partition, value))

    def forget(self, key: bytes) -> None:
        """Nothing is remembered of it."""
        self._db.execute("DELETE FROM kept WHERE key = ?", (key,))

    def keep_only(self, partitions: Collection[int]) -> None:
        """Forget what is of other partitions, which another worker has now."""
        held = {partition for (partition,) in self._db.execute("SELECT DISTINCT partition FROM kept")}
        for gone in held.difference(partitions):
            self._db.execute("DELETE FROM kept WHERE partition = ?", (gone,))

    def pages(self) -> Iterator[list[tuple[bytes, bytes]]]:
        """All keys and values, some at a time: what is put or forgotten between two pages disturbs nothing."""
        last = b""
        while page := self._db.execute(
            "SELECT key, value FROM kept WHERE key > ? ORDER BY key LIMIT ?", (last, _PAGE)
        ).fetchall():
            yield page
            last = page[-1][0]
