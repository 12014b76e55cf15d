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

    def print_pages(self, url: str, page: str, robots: str | None = None) -> None:
        """The articles of the feed at `url` stand on this server too, each a page, beside a robots.txt."""
        self.document = FEED.replace(b"http://paper.example.com", url.removesuffix("/rss").encode())

        async def all_of_it(request: web.Request) -> web.StreamResponse:
            if request.path == "/rss":
                return await self.feed(request)
            if request.path == "/robots.txt":
                return web.Response(status=404) if robots is None else web.Response(text=robots)
            return web.Response(text=page, content_type="text/html")

        self.handler = all_of_it


@pytest.fixture
async def paper() -> AsyncIterator[tuple[Paper, str]]:
    answers = Paper()
    app = web.Application()
    app.router.add_get("/{path:.*}", answers)
    async with TestServer(app) as server:
        yield answers, str(server.make_url("/rss"))
