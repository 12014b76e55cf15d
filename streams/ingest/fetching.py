"""Polite and careful HTTP: one request a host at a time, with a pause between, and limits of time and size.

A feed that never ends is left at a limit, also one that grows only when it is unpacked. Addresses that a feed names
(not the operator), and those of other hosts that it redirects to, are asked only where they are public: a feed must not
reach into the network that it is read from. Pages are read only where their host's robots.txt allows it.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from streams.ingest.robots import NAME, Robots, address

AGENT = f"{NAME} (reads feeds for a newsroom)"
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 1 << 16
_MOST_HOSTS = 10_000
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
FORBIDDEN = "robots"
_KNOWN_PACKINGS = ("", "identity", "gzip", "deflate", "br", "zstd")  # in others aiohttp leaves an answer as it came


class FetchFailed(RuntimeError):
    """There is no answer to use; `error` is a bounded token, `retry_after` what the server asked for, in seconds."""

    def __init__(self, error: str, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.error, self.retry_after = error, retry_after


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one request; `host_delay` is the pause between two to one host."""

    seconds: float = 30.0
    bytes: int = 8 << 20
    host_delay: float = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was fetched; `body` None where it has not changed."""

    url: str
    body: bytes | None
    charset: str | None
    etag: str | None
    modified: str | None


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


class Fetcher:
    """`async with Fetcher(limits) as fetch: await fetch.get(url)`; `named_by_feeds` for addresses that feeds name."""

    def __init__(self, limits: Limits, *, named_by_feeds: bool = False) -> None:
        self._limits, self._named_by_feeds = limits, named_by_feeds
        self._trusted: set[str] = set()  # hosts that the operator named
        self._robots = Robots(self._robots_txt) if named_by_feeds else None
        self._turns: dict[str, _Turn] = {}

    async def __aenter__(self) -> "Fetcher":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=_PublicResolver(self._trusted), limit=50),
            timeout=aiohttp.ClientTimeout(total=self._limits.seconds),
            headers={"User-Agent": AGENT},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, url: str, etag: str | None = None, modified: str | None = None) -> Answer:
        """The document at an address, or that it has not changed.

        Raises:
            FetchFailed: why there is none.
        """
        if not self._named_by_feeds:
            self._trusted.add(_host(url))
        headers = {}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        return await self._get(url, headers, self._robots)

    async def _robots_txt(self, url: str) -> bytes | None:
        try:
            return (await self._get(url, {}, None)).body
        except FetchFailed:
            return None

    async def _get(self, url: str, headers: dict[str, str], robots: Robots | None) -> Answer:
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                if robots is not None and not await robots.allow(url):
                    raise FetchFailed(FORBIDDEN, f"{address(url)} does not let {NAME} read this")
                answer = await self._visit(url, headers)
            except TimeoutError as e:
                raise FetchFailed("timeout", f"no whole answer within {self._limits.seconds:g} s") from e
            except aiohttp.ClientPayloadError as e:
                raise FetchFailed("broken_off", f"the answer broke off: {e}") from e
            except aiohttp.ClientResponseError as e:  # also where it is in br or zstd, and their library is not there
                raise _unreadable(" ".join(e.message.split())) from e
            except (aiohttp.ClientError, OSError, ValueError) as e:
                raise FetchFailed("unreachable", f"cannot be reached: {e or type(e).__name__}") from e
            if isinstance(answer, Answer):
                return answer
            url = answer
        raise FetchFailed("redirects", f"more than {_MOST_REDIRECTS} redirects")

    async def _visit(self, url: str, headers: dict[str, str]) -> Answer | str:
        """The answer, or the address that it redirects to."""
        host = _host(url)
        if urlsplit(url).scheme not in ("http", "https") or not host:
            raise FetchFailed("unreachable", f"expected an http address, got {url[:200]}")
        if host not in self._trusted and _is_address(host) and not _is_public(host):
            raise FetchFailed("not_public", f"{host} is not a public address")
        while len(self._turns) > _MOST_HOSTS:
            del self._turns[next(iter(self._turns))]
        turn = self._turns.setdefault(host, _Turn())
        async with turn.lock:
            await asyncio.sleep(max(0.0, turn.free_at - time.monotonic()))
            try:
                async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                    return await self._answer(url, response)
            finally:
                turn.free_at = time.monotonic() + self._limits.host_delay

    async def _answer(self, url: str, response: aiohttp.ClientResponse) -> Answer | str:
        etag, modified = (_header(response, name) for name in ("ETag", "Last-Modified"))
        if response.status == 304:
            return Answer(url, None, None, etag, modified)
        if response.status in _REDIRECTS and "Location" in response.headers:
            return urljoin(url, response.headers["Location"])
        if response.status != 200:
            wait = retry_after(response.headers.get("Retry-After"))
            kind = "gone" if response.status == 410 else f"http_{response.status // 100}xx"
            raise FetchFailed(kind, f"HTTP status {response.status}", wait)
        packing = response.headers.get("Content-Encoding", "").strip().lower()
        if packing not in _KNOWN_PACKINGS:  # its bytes would be taken for a damaged document
            raise _unreadable(f"it is packed in a way that was not asked for: Content-Encoding: {packing[:40]}")
        parts, size = [], 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > self._limits.bytes:
                raise FetchFailed("too_large", f"more than {self._limits.bytes} bytes")
            parts.append(chunk)
        return Answer(url, b"".join(parts), response.charset, etag, modified)


def _unreadable(why: str) -> FetchFailed:
    return FetchFailed("unreadable", f"the answer cannot be read: {why}")


def _header(response: aiohttp.ClientResponse, name: str) -> str | None:
    """A header's value; None where it is none that can be sent back, as a weekday in windows-1256."""
    value = response.headers.get(name)
    return value if value is not None and value.isascii() else None


def retry_after(value: str | None) -> float:
    """Seconds that a server asks to wait: a number or a date.

    >>> retry_after("120"), retry_after("soon"), retry_after(None)
    (120.0, 0.0, 0.0)
    """
    if not value:
        return 0.0
    if value.strip().isascii() and value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


class _PublicResolver(AbstractResolver):
    """Names of public addresses only, but for `trusted` ones.

    It is asked at each connection, so no name can change its mind in between.
    """

    def __init__(self, trusted: Collection[str]) -> None:
        self._resolver, self._trusted = ThreadedResolver(), trusted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host in self._trusted:
            return found
        public = [one for one in found if _is_public(one["host"])]
        if not public:
            raise OSError(f"{host} has no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host(url: str) -> str:
    """The host that is connected to, which may be written in other digits (`１２７.0.0.1`); "" for none."""
    try:
        return URL(url).raw_host or ""
    except ValueError:  # no address at all
        return ""


def _is_public(host: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    inner = _inside(address) if isinstance(address, ipaddress.IPv6Address) else None
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a gateway would make of it (NAT64, 6to4)."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour
