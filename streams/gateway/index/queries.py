"""Questions to the index. Each page ends with a cursor, which tells the last row and not a number of rows: rows that
come meanwhile neither repeat nor hide any.
"""

import base64
import binascii
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from streams.gateway.selection import NO_WORD, Selection
from streams.gateway.words import query_keys

HOUR_MS = 3_600_000
_MENTIONS_OF = 1000  # newest statements of an actor whose mentions are counted


class NoSuchPage(LookupError):
    """A cursor that no page before gave."""


class Page(NamedTuple):
    """JSON values as they stand, and the cursor of the page behind this one, None for the last."""

    items: list[str]
    next: str | None


class Queries:
    """One connection that only reads; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Of the file that a `Store` writes. Raises sqlite3.Error where there is none."""
        self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False, timeout=30)

    def close(self) -> None:
        """No more questions."""
        self._db.close()

    def statements(self, selection: Selection, limit: int, cursor: str | None) -> Page:
        """The newest first, by when they were told. Raises NoSuchPage."""
        where, values = _conditions(selection)
        if cursor is not None:
            told, statement_id = _opened(cursor)
            where.append("(told, statement_id) < (?, ?)")
            values += [told, statement_id]
        rows = self._db.execute(
            f"SELECT json, told, statement_id FROM statements {_where(where)} "  # noqa: S608
            "ORDER BY told DESC, statement_id DESC LIMIT ?",
            [*values, limit + 1],
        ).fetchall()
        return _page(rows, limit)

    def actors(self, query: Sequence[str], kinds: Iterable[str], limit: int, cursor: str | None) -> Page:
        """The most quoted first; `query` are words that their names begin with. Raises NoSuchPage."""
        where, values = [], list[Any]()
        if chosen := sorted(kinds):
            where.append(f"kind IN ({_marks(chosen)})")
            values += chosen
        words = [key for text in query for key in query_keys(text)]
        if query and not words:
            where.append("FALSE")
        elif words:
            where.append("row IN (SELECT rowid FROM actor_words WHERE actor_words MATCH ?)")
            values.append(" AND ".join(f'"{word}"*' for word in words))
        if cursor is not None:
            count, actor_id = _opened(cursor)
            where.append("(-statements, actor_id) > (?, ?)")
            values += [-count, actor_id]
        rows = self._db.execute(
            f"SELECT json, statements, actor_id FROM actors {_where(where)} "  # noqa: S608
            "ORDER BY statements DESC, actor_id LIMIT ?",
            [*values, limit + 1],
        ).fetchall()
        return _page(rows, limit)

    def actor(self, actor_id: str) -> str | None:
        """A profile."""
        row = self._db.execute("SELECT json FROM actors WHERE actor_id = ?", (actor_id,)).fetchone()
        return None if row is None else str(row[0])

    def activity(self, actor_id: str, since: int | None, until: int | None) -> list[tuple[int, str, int]]:
        """(milliseconds of an hour's beginning, class of cue, statements) in order; by default of the seven days that
        end with the newest statement.
        """
        if until is None:
            newest = self._db.execute("SELECT max(said) FROM statements WHERE actor_id = ?", (actor_id,)).fetchone()[0]
            if newest is None:
                return []
            until = newest + 1
        if since is None:
            since = until - 7 * 24 * HOUR_MS
        return self._db.execute(
            "SELECT said / ?1 * ?1, class, count(*) FROM statements WHERE actor_id = ?2 AND said >= ?3 AND said < ?4 "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            (HOUR_MS, actor_id, since, until),
        ).fetchall()

    def mentions(self, actor_id: str, limit: int) -> list[tuple[str, str, str | None, int]]:
        """(name, type, id if an actor, statements) of whom and what an actor's newest statements mention most."""
        return self._db.execute(
            "SELECT json_extract(m.value, '$.text') AS text, json_extract(m.value, '$.type'), "
            "max(json_extract(m.value, '$.actor_id')), count(DISTINCT s.row) AS n FROM "
            "(SELECT row, json FROM statements WHERE actor_id = ? ORDER BY told DESC LIMIT ?) AS s, "
            "json_each(s.json, '$.mentions') AS m GROUP BY 1, 2 ORDER BY n DESC, text LIMIT ?",
            (actor_id, _MENTIONS_OF, limit),
        ).fetchall()

    def sources(self) -> list[tuple[str, int]]:
        """The papers that statements come from, the most frequent first."""
        return self._db.execute(
            "SELECT source, count(*) AS n FROM statements WHERE source IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1"
        ).fetchall()

    def article(self, article_id: str) -> tuple[str, str | None] | None:
        """What was found in an article, and its body if Kafka still had it; nothing of one that was taken back.

        Of a withheld version nothing is told by the workers, not even that what came before it holds no more.
        """
        row = self._db.execute("SELECT json FROM enriched WHERE article_id = ?", (article_id,)).fetchone()
        if row is None:
            return None
        found = json.loads(row[0])
        bodies = dict(
            self._db.execute(
                "SELECT version, body FROM raw WHERE article_id = ? AND version >= ?", (article_id, found["version"])
            )
        )
        if found["status"] == "usable" and "" in bodies.values():
            return None
        body = bodies.get(found["version"])
        return str(row[0]), body or None


def _conditions(selection: Selection) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    if selection.actors:
        ids, names = sorted(selection.actors), sorted(selection.names)
        where.append(
            f"(actor_id IN ({_marks(ids)}) OR actor_key IN ({_marks(names)}) OR latin_key IN ({_marks(names)}))"
        )
        values += [*ids, *names, *names]
    for column, wanted in (
        ("kind", selection.kinds),
        ("type", selection.types),
        ("class", selection.classes),
        ("source", selection.sources),
    ):
        if wanted:
            where.append(f"{column} IN ({_marks(wanted)})")
            values += sorted(wanted)
    if selection.min_confidence:
        where.append("confidence >= ?")
        values.append(selection.min_confidence)
    if selection.words == set(NO_WORD):
        where.append("FALSE")
    elif selection.words:
        where.append("row IN (SELECT rowid FROM statement_words WHERE statement_words MATCH ?)")
        values.append(" AND ".join(f'"{word}"' for word in sorted(selection.words)))
    return where, values


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)


def _page(rows: Sequence[tuple[str, int, str]], limit: int) -> Page:
    cursor = None
    if len(rows) > limit:
        text = json.dumps(rows[limit - 1][1:], ensure_ascii=False, separators=(",", ":"))
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return Page([row[0] for row in rows[:limit]], cursor)


def _opened(cursor: str) -> tuple[int, str]:
    problem = NoSuchPage("cursor: expected the `next` of a page before")
    try:
        number, text = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise problem from None
    if type(number) is not int or abs(number) >= 1 << 62 or not isinstance(text, str) or "\0" in text:
        raise problem
    try:
        text.encode()  # a lone surrogate, which JSON can hold
    except UnicodeEncodeError:
        raise problem from None
    return number, text
