"""A source as a process: state, producer, intake and embargoes around it, metrics beside it, until a signal ends it."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from streams.ingest.draft import Rules
from streams.ingest.duplicates import Duplicates
from streams.ingest.intake import Intake
from streams.ingest.publisher import Publisher
from streams.ingest.state import State
from streams.settings import Settings

logger = logging.getLogger("qawl.ingest")

T = TypeVar("T")
Work = Callable[[Intake, State], Awaitable[T]]
_SETTLE_SECONDS = 10.0  # for what is sent and not acknowledged when a signal comes


def rules(settings: Settings, *, strict: bool = False) -> Rules:
    """What the settings say of articles."""
    return Rules(zone=ZoneInfo(settings.ingest_zone), max_body_chars=settings.max_body_chars, strict=strict)


async def run(settings: Settings, source: str, work: Work[T], listener: socket.socket | None = None) -> T | None:
    """What the work gives, None where a signal ended it. With a listener /metrics and /healthz are served meanwhile.

    Raises:
        KafkaError: the brokers refuse for good.
        OSError, sqlite3.Error: what is kept over restarts can be neither read nor written.
        Exception: what made the work fail.
    """
    stop = _stopped_by_signal()
    state = State(settings)
    try:
        duplicates = Duplicates(state, threshold=settings.ingest_duplicate_share, days=settings.ingest_duplicate_days)
        async with _pages(listener), Publisher(settings) as publisher:
            intake = Intake(source, publisher, state, duplicates)
            await intake.release()
            working = asyncio.ensure_future(work(intake, state))
            others = [asyncio.create_task(stop.wait()), asyncio.create_task(intake.release_for_ever())]
            try:
                await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    return working.result()
                if others[1].done():
                    others[1].result()  # raises
                return None
            finally:
                for task in (working, *others):
                    task.cancel()
                await asyncio.gather(working, *others, return_exceptions=True)
                await intake.settled(_SETTLE_SECONDS)
    finally:
        state.close()


def _stopped_by_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def _pages(listener: socket.socket | None) -> AsyncIterator[None]:
    if listener is None:
        yield
        return
    app = web.Application()
    app.add_routes([web.get("/healthz", _healthz), web.get("/metrics", _metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def _metrics(_: web.Request) -> web.Response:
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
