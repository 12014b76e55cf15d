"""`GET /v1/statements/stream`: statements as server-sent events.

The contract, which follows Wikimedia's KafkaSSE: the `id` of each event tells the place in Kafka behind it;
`Last-Event-ID` goes on there, with this copy of the gateway or another, without a gap and without a repetition; `since`
begins in the past; the filters are applied here. Events are `statement` and `retraction` (data: the JSON of the topic),
`gap` (Kafka no longer has what the client missed), `slow` (the client let too much wait: it must come again) and `end`
(this copy stops, or the topic was made anew: come again at once).
"""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from aiokafka.errors import KafkaError

from streams.gateway import metrics
from streams.gateway.backlog import Backlog
from streams.gateway.feed import Feed
from streams.gateway.parameters import instant, only
from streams.gateway.positions import InvalidPosition, Positions, parse_id
from streams.gateway.problems import problem
from streams.gateway.selection import PARAMETERS, InvalidParameter, Selection
from streams.gateway.subscription import Subscription, progress
from streams.settings import Settings

logger = logging.getLogger("qawl.gateway.stream")

_RETRY_MS = 2000
_STUCK_SECONDS = 20.0  # a client that takes nothing for so long is let go
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would collect events
}


class Streams:
    """Serves the stream to as many clients as the settings allow."""

    def __init__(self, settings: Settings, feed: Feed) -> None:
        self._settings = settings
        self._feed = feed
        self._backlog = Backlog(settings)
        self._open = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One client, until it leaves or is let go."""
        query = only(request, (*PARAMETERS, "since", "last_event_id"))
        selection = Selection.of(query)
        if not self._feed.started.is_set():
            return problem(503, "the gateway has not read the topic yet", headers={"Retry-After": "2"})
        if self._open >= self._settings.gateway_streams:
            return problem(503, f"{self._open} clients are connected already", headers={"Retry-After": "10"})
        self._open += 1
        try:
            after = await self._begin(request, query)
            response = web.StreamResponse(headers=_HEADERS)
            await response.prepare(request)
            reason = await self._serve(request, response, selection, after)
        except (KafkaError, OSError) as e:
            if isinstance(e, ConnectionError):
                reason = "client"
            else:
                logger.warning("a stream ends, the broker does not answer: %s", str(e) or type(e).__name__)
                return problem(503, "the broker does not answer", headers={"Retry-After": "5"})
        finally:
            self._open -= 1
        metrics.closed.labels(reason).inc()
        return response

    async def _begin(self, request: web.Request, query: Mapping[str, Sequence[str]]) -> Positions | None:
        """Where the client is; None for one that wants what comes from now on."""
        given = request.headers.get("Last-Event-ID") or (query.get("last_event_id") or [""])[-1]
        if given:
            try:
                return parse_id(given, self._feed.partitions)
            except InvalidPosition as e:
                raise InvalidParameter("Last-Event-ID", str(e)) from None
        since = instant(query, "since")
        return None if since is None else await self._backlog.since(since)

    async def _serve(
        self, request: web.Request, response: web.StreamResponse, selection: Selection, after: Positions | None
    ) -> str:
        """Why it ended."""
        subscription: Subscription | None = None
        try:
            subscription = await self._subscribed(response, selection, after)
            return await _follow(response, subscription)
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()  # its buffer is full: an orderly end would wait for it
            return "slow"
        except ConnectionError:
            return "client"
        except KafkaError as e:
            logger.warning("a stream ends, the broker does not answer: %s", str(e) or type(e).__name__)
            return "error"
        except asyncio.CancelledError:  # aiohttp does so where the client left
            metrics.closed.labels("client").inc()
            raise
        finally:
            if subscription is not None:
                self._feed.leave(subscription)

    async def _subscribed(
        self, response: web.StreamResponse, selection: Selection, after: Positions | None
    ) -> Subscription:
        """What comes from now on, once the client has all that came before and behind `after`, and was told of gaps."""
        origin = "live" if after is None else "memory"
        start = self._feed.positions if after is None else after
        await _write(response, b"retry: %d\n\n" % _RETRY_MS + progress(start))
        if after is not None and not self._feed.holds(after):
            after, missing = await self._backlog.held(after)
            if missing:
                await _write(response, _event("gap", {"missing": missing}))
        # While the client reads from Kafka the feed goes on, and may by then have forgotten what comes next.
        while (subscription := self._feed.subscribe(selection, after)) is None:
            assert after is not None
            origin = "kafka"
            async for piece in self._backlog.read(selection, after, dict(self._feed.positions)):
                after = dict(piece.positions)
                await _write(response, piece.chunk or progress(after))
        metrics.resumed.labels(origin).inc()
        return subscription


async def _follow(response: web.StreamResponse, subscription: Subscription) -> str:
    """Pass on what comes, until the client is too slow for it or this copy stops; which of both it was."""
    while True:
        chunk = await subscription.take()
        if chunk:
            await _write(response, chunk)
        if subscription.too_slow:
            message = "too much waited for this client; come again with the id of your last event"
            await _write(response, _event("slow", {"message": message}))
            return "slow"
        if subscription.ending:
            await _write(response, _event("end", {"reason": subscription.ending}))
            return "stopping"


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    async with asyncio.timeout(_STUCK_SECONDS):
        await response.write(chunk)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
