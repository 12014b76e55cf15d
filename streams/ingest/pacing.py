"""When a feed is visited next: as often as the operator says, and never more often than the feed asks for."""

import random
from collections.abc import Mapping
from typing import Any

_JITTER = 0.1  # so that a hundred feeds are not visited at one moment
_LONGEST_PAUSE = 6 * 3600.0  # between tries of what fails
_DAY = 86_400.0


def asked(channel: Mapping[str, Any]) -> float:
    """Seconds between visits that a feed asks for by RSS's `ttl`, a day at most; 0 for none.

    Not `sy:updatePeriod`: WordPress writes `hourly` into every feed, and news would be an hour late.

    >>> asked({"ttl": "15"}), asked({"ttl": "soon"}), asked({"ttl": "99999"})
    (900.0, 0.0, 86400.0)
    """
    return min(_DAY, 60.0 * _number(channel.get("ttl")))


def pause(interval: float, asked: float, failures: int = 0, *, gone: bool = False, retry_after: float = 0.0) -> float:
    """Seconds to the next visit, after so many failures in a row, and the last of them said so."""
    usual = interval * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311
    usual = max(usual, min(_DAY, asked * random.uniform(1, 1 + _JITTER)))  # noqa: S311
    growing = _LONGEST_PAUSE if gone else min(usual * 2 ** min(failures, 16), _LONGEST_PAUSE)
    return max(usual, growing, min(_DAY, retry_after))


def _number(value: Any) -> int:
    text = str(value).strip()[:9]
    return int(text) if text.isascii() and text.isdecimal() else 0
