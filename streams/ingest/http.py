"""`POST /v1/articles`: articles from programs, answered when Kafka has them.

A request is taken whole or not at all: the fault of each article is told with its place and field. Sent again, an
article of the same id and version is told to be a duplicate.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from schemas.codec import InvalidPayload
from streams.gateway.problems import no_token, of_http, problem
from streams.gateway.tokens import known_token, read_tokens
from streams.ingest.draft import Item, Rejected, Rules, article
from streams.ingest.intake import Intake
from streams.ingest.jsonl import parse
from streams.ingest.mapping import FieldMapping
from streams.kafka.topics import MAX_MESSAGE_BYTES
from streams.observability import metrics
from streams.settings import Settings

logger = logging.getLogger("qawl.ingest")

PATH = "/v1/articles"
_MAPPING = FieldMapping()
_JSON = "application/json"
_NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
_RETRY_SECONDS = 1
_ACKNOWLEDGED_SECONDS = 30.0
_MOST_ARTICLES = 10_000  # of one request
_MOST_FAULTS = 100  # of one request that are told
_CLOSING_SECONDS = 5.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Receiver:
    """The service: `await Receiver(settings, rules, intake).run(listener)`, until it is cancelled."""

    def __init__(self, settings: Settings, rules: Rules, intake: Intake) -> None:
        """Raises SettingsError where the tokens cannot be read."""
        self._tokens = read_tokens(settings, "ingest")
        self._queue, self._rules, self._intake = settings.ingest_queue, rules, intake
        self._in_hand = 0

    async def run(self, listener: socket.socket) -> None:
        """Serve."""
        app = web.Application(middlewares=[self._answered], client_max_size=MAX_MESSAGE_BYTES)
        app.add_routes([web.post(PATH, self._post)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING_SECONDS)
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    @web.middleware
    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request in or not, and turn what goes wrong into an answer that tells it."""
        try:
            if self._tokens and known_token(self._tokens, request.headers.get("Authorization", "")) is None:
                return no_token()
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            return self._refused(413, "too_large", f"expected at most {MAX_MESSAGE_BYTES} bytes, unpacked")
        except web.RequestPayloadError:
            answer = self._refused(400, "broken_off", "expected a whole body, packed as its Content-Encoding says")
            answer.force_close()  # nobody knows where on this connection a next request would begin
            return answer
        except web.HTTPException as e:
            return of_http(e)
        except Exception:
            logger.exception("a request failed: %s %s", request.method, request.rel_url)
            return problem(500, "the service failed; its log tells why")

    async def _post(self, request: web.Request) -> web.Response:
        kind = request.content_type
        if kind not in _NDJSON and kind != _JSON and not kind.endswith("+json"):
            # A browser sends text/plain for any page that asks it to, without asking us; JSON it does not.
            return self._refused(415, "not_json", f"expected Content-Type: {_JSON} or {_NDJSON[0]}, got {kind}")
        data = await request.read()
        try:
            values = await asyncio.to_thread(_values, data, kind)  # other requests need not wait
        except InvalidPayload as e:
            return self._refused(422, e.error, str(e), [_fault(0, e)])
        if len(values) > _MOST_ARTICLES:
            expected = f"expected at most {_MOST_ARTICLES} articles in a request, got {len(values)}"
            return self._refused(413, "too_large", expected)
        items, faults = await asyncio.to_thread(self._items, values, request.remote or "")
        if faults:
            first = faults[0]
            detail = f"article {first['index']}: {first['field']}: {first['detail']}"
            return self._refused(422, str(first["error"]), detail, faults)
        if self._in_hand and self._in_hand + len(items) > self._queue:
            return self._refused(429, "busy", f"{self._in_hand} articles are in hand, expected at most {self._queue}")
        self._in_hand += len(items)
        taking = asyncio.ensure_future(self._take(items))
        try:
            outcomes = await asyncio.wait_for(asyncio.shield(taking), _ACKNOWLEDGED_SECONDS)
        except TimeoutError:
            return self._refused(503, "broker", "Kafka has not acknowledged all; send it again")
        results = [
            {"article_id": one.article.article_id, "version": one.article.version, "outcome": outcome}
            for one, outcome in zip(items, outcomes, strict=True)
            if one.article is not None
        ]
        return web.json_response({"results": results})

    async def _take(self, items: list[Item]) -> list[str]:
        try:
            return [str(outcome) for outcome in await self._intake.take(items)]
        finally:
            self._in_hand -= len(items)

    def _items(self, values: list[Any], client: str) -> tuple[list[Item], list[dict[str, object]]]:
        items: list[Item] = []
        faults: list[dict[str, object]] = []
        for index, value in enumerate(values):
            try:
                if isinstance(value, InvalidPayload):
                    raise value
                draft = _MAPPING.draft(value)
                if draft.article_id in (None, ""):
                    raise Rejected(
                        error="missing_field", field="article_id", expected="expected this field, it is missing"
                    )
                made = article(draft, self._rules)
                raw = msgspec.json.encode(value)
            except InvalidPayload as e:
                faults.append(_fault(index, e))
                if len(faults) == _MOST_FAULTS:
                    break
                continue
            # Without a number it is version 1: who corrects an article by this way says so.
            items.append(Item(f"{client}:{index}", raw, index, made, versioned=True))
        return items, faults

    def _refused(
        self, status: int, error: str, detail: str, faults: list[dict[str, object]] | None = None
    ) -> web.Response:
        metrics.ingest_errors.labels("http", error).inc()
        headers = {"Retry-After": str(_RETRY_SECONDS)} if status in (429, 503) else None
        return problem(status, detail, headers=headers, errors=faults)


def _fault(index: int, error: InvalidPayload) -> dict[str, object]:
    return {"index": index, "field": error.field, "detail": error.expected, "error": error.error}


def _values(data: bytes, content_type: str) -> list[Any]:
    """The JSON values of a request; in place of a line that is none, what is wrong with it.

    Raises:
        Rejected: it holds none.
    """
    if content_type in _NDJSON:
        values = [_line(line) for line in data.splitlines() if line.strip()]
    else:
        value = parse(data)
        values = value if isinstance(value, list) else [value]
    if not values:
        raise Rejected(error="missing_field", field="$", expected="expected an article, or several")
    return values


def _line(line: bytes) -> Any:
    try:
        return parse(line)
    except InvalidPayload as e:
        return e
