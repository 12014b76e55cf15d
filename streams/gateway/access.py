"""How often one may ask, and from where: tokens, rate limits, origins, and headers that keep a browser safe."""

import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from streams.gateway import metrics
from streams.gateway.problems import no_token, of_http, problem
from streams.gateway.selection import InvalidParameter
from streams.gateway.tokens import known_token, read_tokens
from streams.settings import Settings

logger = logging.getLogger("qawl.gateway")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_MOST_KNOWN = 10_000  # clients whose requests are counted
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Access:
    """Middleware and signal of the application."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where the tokens cannot be read."""
        self._tokens = read_tokens(settings)
        self._origins = frozenset(settings.gateway_cors_origins)
        self._per_minute = settings.gateway_requests_per_minute
        self._spent: dict[str, tuple[float, float]] = {}  # client -> (tokens of its bucket, when that was so)

    async def prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """Headers of every response, streams too."""
        response.headers.update(_HEADERS)
        origin = request.headers.get("Origin")
        if self._origins:
            response.headers["Vary"] = "Origin"
            if origin and ("*" in self._origins or origin in self._origins):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request in or not, and turn what goes wrong into an answer that tells it."""
        began = time.perf_counter()
        response = await self._answer(request, handler)
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else "none"
        metrics.requests.labels(route, str(response.status)).inc()
        if response.content_type != "text/event-stream":
            metrics.request_seconds.labels(route).observe(time.perf_counter() - began)
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path.startswith("/v1/"):
                refused = self._preflight(request) or self._refused(request)
                if refused is not None:
                    return refused
            return await handler(request)
        except InvalidParameter as e:
            return problem(400, e.expected, parameter=e.name)
        except web.HTTPException as e:
            return of_http(e)
        except Exception:
            logger.exception("a request failed: %s %s", request.method, request.rel_url)
            return problem(500, "the gateway failed; its log tells why")

    def _preflight(self, request: web.Request) -> web.Response | None:
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
            return None
        headers = {
            "Access-Control-Allow-Methods": "GET",
            "Access-Control-Allow-Headers": "Authorization, Last-Event-ID",
            "Access-Control-Max-Age": "600",
        }
        return web.Response(status=204, headers=headers if self._origins else None)

    def _refused(self, request: web.Request) -> web.Response | None:
        client = request.remote or ""
        if self._tokens:
            token = known_token(self._tokens, request.headers.get("Authorization", ""))
            if token is None:
                return no_token()
            client = token
        wait = self._wait(client)
        if wait > 0:
            detail = f"more than {self._per_minute} requests a minute"
            return problem(429, detail, headers={"Retry-After": str(int(wait) + 1)})
        return None

    def _wait(self, client: str) -> float:
        """Seconds until a client may ask again: a bucket of a minute's requests, which fills as time goes by."""
        if not self._per_minute:
            return 0.0
        now = time.monotonic()
        left, at = self._spent.pop(client, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + (now - at) * self._per_minute / 60)
        granted = left >= 1
        self._spent[client] = (left - granted, now)
        while len(self._spent) > _MOST_KNOWN:
            del self._spent[next(iter(self._spent))]  # the one that has not asked for longest
        return 0.0 if granted else (1 - left) * 60 / self._per_minute
