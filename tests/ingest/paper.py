"""A web server on loopback that answers as a test says."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from streams.ingest.fetching import Limits
from tests.ingest.running import SAMPLES

FEED = (SAMPLES / "feed.rss").read_bytes()
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
QUICK = Limits(seconds=2.0, bytes=100_000, host_delay=0.0)


class Paper:
    """A web server whose answer is what a test says; counts its requests and keeps their headers."""

    def __init__(self) -> None:
        self.handler: Handler = self.feed
        self.seen: list[web.Request] = []
        self.document = FEED
        self.headers = {"ETag": '"v1"', "Last-Modified": "Tue, 03 Mar 2026 09:15:00 GMT"}

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        return await self.handler(request)

    async def feed(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == self.headers.get("ETag", "none"):
            return web.Response(status=304, headers=self.headers)
        return web.Response(body=self.document, headers=self.headers, content_type="application/rss+xml")


@pytest.fixture
async def paper() -> AsyncIterator[tuple[Paper, str]]:
    answers = Paper()
    app = web.Application()
    app.router.add_get("/{path:.*}", answers)
    async with TestServer(app) as server:
        yield answers, str(server.make_url("/rss"))
