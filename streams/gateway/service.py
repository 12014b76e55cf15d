"""The gateway as a service: feed, index, requests and page on one socket, until a signal ends it."""

import asyncio
import logging
import signal
import socket
from contextlib import suppress
from hashlib import sha256

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from streams.gateway.access import Access
from streams.gateway.api import Api
from streams.gateway.feed import Feed
from streams.gateway.index import Builder, Store
from streams.gateway.openapi import document
from streams.gateway.page import add_page
from streams.gateway.stream import Streams
from streams.settings import Settings

logger = logging.getLogger("qawl.gateway")

_CLOSING_SECONDS = 5.0  # for answers that are on their way
_MOST_LINE_BYTES = 1 << 19  # all filters with all values that they may have, each character as twelve


class Gateway:
    """All parts, made before the first request is taken."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError; OSError and sqlite3.Error where the index can be neither read nor written."""
        self._settings = settings
        self._access = Access(settings)
        origin = f"{settings.kafka_bootstrap}\n{settings.topic_prefix}"
        name = f"index-{sha256(origin.encode()).hexdigest()[:8]}-{settings.gateway_port}.sqlite"
        self.store = Store(settings.data_dir / name, origin)
        self.feed = Feed(settings)
        self.builder = Builder(settings, self.store)
        self.api = Api(self.store.path)
        self._streams = Streams(settings, self.feed)

    def application(self) -> web.Application:
        """Routes and what stands before them."""
        app = web.Application(middlewares=[self._access.middleware], client_max_size=1 << 16)
        app.on_response_prepare.append(self._access.prepare)
        app.add_routes(
            [
                web.get("/v1/statements/stream", self._streams.handle, allow_head=False),
                *self.api.routes(),
                web.get("/openapi.json", self._openapi),
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        add_page(app)
        return app

    async def run(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, or a part fails.

        Raises:
            Exception: what made a part fail.
        """
        runner = web.AppRunner(
            self.application(),
            access_log=None,
            shutdown_timeout=_CLOSING_SECONDS,
            max_line_size=_MOST_LINE_BYTES,
            max_field_size=_MOST_LINE_BYTES,
        )
        await runner.setup()
        await web.SockSite(runner, listener).start()
        parts = [asyncio.create_task(work) for work in (self.feed.run(), self.builder.run(), stop.wait())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            self.feed.end("stopping")  # clients come again at once, to another copy
            await runner.cleanup()
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            await self.api.close()
            self.store.close()

    async def _openapi(self, _: web.Request) -> web.Response:
        return web.json_response(document(with_tokens=self._settings.gateway_tokens_file is not None))

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readyz(self, _: web.Request) -> web.Response:
        reason = None
        if not self.feed.started.is_set():
            reason = "has not read the statements yet"
        elif not self.feed.broker_answers:
            reason = "waiting for the broker"
        elif not self.builder.complete.is_set():
            reason = "building the index"
        return web.json_response({"status": reason or "ready"}, status=503 if reason else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Until SIGTERM or SIGINT. Raises as `Gateway` does."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)
    await Gateway(settings).run(listener, stop)
    logger.info("gateway ends")
