"""What the index knows, as JSON: statements, actors, articles. `openapi.py` describes each answer."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from streams.gateway.index.queries import NoSuchPage, Page, Queries
from streams.gateway.parameters import instant, only, whole
from streams.gateway.problems import problem
from streams.gateway.selection import PARAMETERS, Selection

MOST_ROWS, ROWS = 200, 50
_ID = "{id:[^/]+}"  # of a path; some systems have braces in theirs
_THREADS = 2  # SQLite answers in milliseconds, and the stream must not wait for it

T = TypeVar("T")


class Api:
    """Handlers of all questions about the past."""

    def __init__(self, path: Path) -> None:
        """`path` of the index."""
        self._free: asyncio.Queue[Queries] = asyncio.Queue()
        for _ in range(_THREADS):
            self._free.put_nowait(Queries(path))
        self._threads = ThreadPoolExecutor(_THREADS, "qawl-queries")

    def routes(self) -> list[web.RouteDef]:
        """Of this part of the API."""
        return [
            web.get("/v1/statements", self.statements),
            web.get("/v1/actors", self.actors),
            web.get(f"/v1/actors/{_ID}", self.actor),
            web.get(f"/v1/actors/{_ID}/statements", self.statements),
            web.get(f"/v1/actors/{_ID}/activity", self.activity),
            web.get(f"/v1/actors/{_ID}/mentions", self.mentions),
            web.get(f"/v1/articles/{_ID}", self.article),
            web.get("/v1/sources", self.sources),
        ]

    async def close(self) -> None:
        """After the last request."""
        self._threads.shutdown()
        while not self._free.empty():
            self._free.get_nowait().close()

    async def statements(self, request: web.Request) -> web.Response:
        """A page of statements, of one actor or all."""
        actor_id = request.match_info.get("id")
        known = [name for name in PARAMETERS if name != "actor" or actor_id is None]
        query = only(request, (*known, "limit", "cursor"))
        if actor_id is not None:
            if await self._ask(Queries.actor, actor_id) is None:
                return _no_actor()
            query["actor"] = [actor_id]
        selection, limit = Selection.of(query), whole(query, "limit", ROWS, MOST_ROWS)
        return _page(await self._ask(Queries.statements, selection, limit, _cursor(query)))

    async def actors(self, request: web.Request) -> web.Response:
        """A page of profiles."""
        query = only(request, ("q", "kind", "limit", "cursor"))
        selection, limit = Selection.of(query), whole(query, "limit", ROWS, MOST_ROWS)
        return _page(await self._ask(Queries.actors, query.get("q", ()), selection.kinds, limit, _cursor(query)))

    async def actor(self, request: web.Request) -> web.Response:
        """One profile."""
        only(request, ())
        found = await self._ask(Queries.actor, request.match_info["id"])
        return _no_actor() if found is None else _json(found)

    async def activity(self, request: web.Request) -> web.Response:
        """An actor's statements, counted by hour and class of cue."""
        query = only(request, ("since", "until"))
        since, until = instant(query, "since"), instant(query, "until")
        if await self._ask(Queries.actor, request.match_info["id"]) is None:
            return _no_actor()
        rows = await self._ask(Queries.activity, request.match_info["id"], _stored(since), _stored(until))
        hours: dict[int, dict[str, int]] = {}
        for hour, cue_class, count in rows:
            hours.setdefault(hour, {})[cue_class] = count
        return _json(
            json.dumps(
                {
                    "hours": [
                        {"hour": datetime.fromtimestamp(h / 1000, UTC).isoformat().replace("+00:00", "Z"), "classes": c}
                        for h, c in hours.items()
                    ]
                }
            )
        )

    async def mentions(self, request: web.Request) -> web.Response:
        """Whom and what an actor's newest statements mention most."""
        limit = whole(only(request, ("limit",)), "limit", ROWS, MOST_ROWS)
        if await self._ask(Queries.actor, request.match_info["id"]) is None:
            return _no_actor()
        rows = await self._ask(Queries.mentions, request.match_info["id"], limit)
        items = [{"text": t, "type": kind, "actor_id": actor, "statements": n} for t, kind, actor, n in rows]
        return _json(json.dumps({"items": items}, ensure_ascii=False))

    async def article(self, request: web.Request) -> web.Response:
        """What was found in an article, with its body."""
        only(request, ())
        found = await self._ask(Queries.article, request.match_info["id"])
        if found is None:
            return problem(404, "no such article, or Kafka no longer keeps it")
        return _json(f'{{"article": {found[0]}, "body": {json.dumps(found[1], ensure_ascii=False)}}}')

    async def sources(self, request: web.Request) -> web.Response:
        """All papers that statements come from."""
        only(request, ())
        items = [{"source": source, "statements": n} for source, n in await self._ask(Queries.sources)]
        return _json(json.dumps({"items": items}, ensure_ascii=False))

    async def _ask(self, question: Callable[..., T], *arguments: Any) -> T:
        queries = await self._free.get()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, lambda: question(queries, *arguments))
        except NoSuchPage as e:
            raise web.HTTPNotFound(reason=str(e)) from None
        except sqlite3.OperationalError as e:  # thrown away at this moment, because the topics were made anew
            raise web.HTTPServiceUnavailable(reason=f"the index cannot answer now: {e}") from e
        finally:
            self._free.put_nowait(queries)


def _cursor(query: dict[str, list[str]]) -> str | None:
    values: Sequence[str] = query.get("cursor", ())
    return values[-1] if values else None


def _stored(at: int | None) -> int | None:
    """What SQLite can hold."""
    return None if at is None else max(-(1 << 62), min(at, 1 << 62))


def _no_actor() -> web.Response:
    return problem(404, "no such actor")


def _page(page: Page) -> web.Response:
    return _json(f'{{"items": [{", ".join(page.items)}], "next": {json.dumps(page.next)}}}')


def _json(text: str) -> web.Response:
    return web.Response(text=text, content_type="application/json")
