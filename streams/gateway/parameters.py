"""Query parameters: which there are, and what their values mean."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches

import msgspec
from aiohttp import web

from streams.gateway.selection import InvalidParameter

Query = Mapping[str, Sequence[str]]


def only(request: web.Request, known: Collection[str]) -> dict[str, list[str]]:
    """The values of each parameter of a request.

    Raises:
        InvalidParameter: there is one that is not known; what it was meant to do would not be done.
    """
    found: dict[str, list[str]] = {}
    for name, value in request.query.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise InvalidParameter(name, "there is no such parameter" + (f"; {near[0]}?" if near else ""))
        found.setdefault(name, []).append(value)
    return found


def whole(query: Query, name: str, default: int, most: int) -> int:
    """A number from 1 to `most`. Raises InvalidParameter."""
    values = query.get(name)
    if not values:
        return default
    text = values[-1]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise InvalidParameter(name, f"expected a number from 1 to {most}")
    return int(text)


def instant(query: Query, name: str) -> int | None:
    """A time with its offset (RFC 3339), as milliseconds since 1970. Raises InvalidParameter."""
    values = query.get(name)
    if not values:
        return None
    try:
        # A `+` in a query is a space unless it is written as %2B, which people forget.
        found = msgspec.convert(re.sub(r" (\d\d:\d\d)$", r"+\1", values[-1]), datetime)
    except msgspec.ValidationError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidParameter(name, "expected a time as in RFC 3339, with an offset: 2026-11-26T09:00:00Z")
    return int(found.timestamp() * 1000)
