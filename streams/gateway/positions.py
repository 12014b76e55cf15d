"""Where a reader of `statements` is: the next offset of every partition, as the `id` of a server-sent event.

A topic of several partitions has no order of its own, and two copies of the gateway read it in different orders. An
event's id therefore tells the place in all partitions, not only in the event's own: whoever has an id has everything
before these offsets and nothing behind them, whichever copy gave it.
"""

import re
from collections.abc import Mapping

_ID = re.compile(r"[0-9]{1,6}:[0-9]{1,19}(?:,[0-9]{1,6}:[0-9]{1,19})*")
MOST_CHARS = 32_000  # of an id: a thousand partitions take less

Positions = dict[int, int]
"""Partition -> the offset of the next record that is not read yet."""


class InvalidPosition(ValueError):
    """A `Last-Event-ID` that this gateway did not give; the text says what was expected."""


def event_id(positions: Mapping[int, int]) -> str:
    """The id of an event behind which these offsets come.

    >>> event_id({1: 57, 0: 124})
    '0:124,1:57'
    """
    return ",".join(f"{p}:{positions[p]}" for p in sorted(positions))


def parse_id(text: str, partitions: int) -> Positions:
    """Back again.

    Raises:
        InvalidPosition: it is no id, or not one of a topic with this many partitions.

    >>> parse_id("0:124,1:57", 2)
    {0: 124, 1: 57}
    >>> parse_id("0:124", 2)
    Traceback (most recent call last):
    ...
    streams.gateway.positions.InvalidPosition: expected the id of an event: PARTITION:OFFSET of partitions 0 to 1
    """
    problem = f"expected the id of an event: PARTITION:OFFSET of partitions 0 to {partitions - 1}"
    if len(text) > MOST_CHARS or not _ID.fullmatch(text):
        raise InvalidPosition(problem)
    found = {int(p): int(offset) for p, offset in (pair.split(":") for pair in text.split(","))}
    if set(found) != set(range(partitions)) or max(found.values()) >= 1 << 63 or text.count(",") != partitions - 1:
        raise InvalidPosition(problem)
    return found


def furthest(a: Mapping[int, int], b: Mapping[int, int]) -> Positions:
    """The later offset of each partition.

    >>> furthest({0: 3, 1: 9}, {0: 5, 1: 7})
    {0: 5, 1: 9}
    """
    return {p: max(offset, b[p]) for p, offset in a.items()}


def reaches(a: Mapping[int, int], b: Mapping[int, int]) -> bool:
    """Whether `a` is nowhere before `b`.

    >>> reaches({0: 5, 1: 9}, {0: 5, 1: 7}), reaches({0: 4, 1: 9}, {0: 5, 1: 7})
    (True, False)
    """
    return all(a[p] >= offset for p, offset in b.items())
