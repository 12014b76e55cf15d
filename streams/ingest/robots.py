"""What a host's robots.txt lets programs read; asked for once a day. A missing or unreadable one allows all."""

import time
from asyncio import Task, ensure_future
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from streams.ingest import library

NAME = "qawl"  # by which a robots.txt calls us
_KEPT_SECONDS = 86_400.0
_MOST_BYTES = 512_000  # of a robots.txt that count
_MOST_HOSTS = 10_000
Reader = Callable[[str], Awaitable[bytes | None]]


class Robots:
    """`await robots.allow(url)`, where `read` gives the document at an address, None where there is none."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._known: dict[str, tuple[float, Task[Any]]] = {}

    async def allow(self, url: str) -> bool:
        """Whether we may read a page."""
        place = address(url)
        until, rules = self._known.get(place, (0.0, None))
        if rules is None or time.monotonic() > until:
            self._known.pop(place, None)
            while len(self._known) >= _MOST_HOSTS:
                del self._known[next(iter(self._known))]
            rules = ensure_future(self._rules(place))  # others that want the same one wait for it
            self._known[place] = (time.monotonic() + _KEPT_SECONDS, rules)
        allowed: bool = (await rules).can_fetch(url, NAME)
        return allowed

    async def _rules(self, place: str) -> Any:
        text = await self._read(place)
        return library("protego").Protego.parse((text or b"")[:_MOST_BYTES].decode("utf-8-sig", "replace"))


def address(url: str) -> str:
    """Where the robots.txt of a page stands.

    >>> address("https://paper.example:8443/news/1?x=y")
    'https://paper.example:8443/robots.txt'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"
