"""What is in hand: records that were read and whose outputs are not committed yet."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping

from streams.observability import metrics


class InHand:
    """How many records of each topic are in hand; no more than their topic's window."""

    def __init__(self, windows: Mapping[str, int]) -> None:
        """`windows` are how many records of each topic may be in hand."""
        self._windows = {topic: asyncio.Semaphore(size) for topic, size in windows.items()}
        self._counts: Counter[str] = Counter()
        self._less = asyncio.Event()  # is in hand than before

    @property
    def topics(self) -> Collection[str]:
        """All topics whose records may be in hand."""
        return self._windows.keys()

    def of(self, topics: Collection[str]) -> int:
        """How many records of these topics are in hand."""
        return sum(self._counts[topic] for topic in topics)

    async def room(self, topic: str) -> None:
        """Wait until another record of the topic may be taken; then `take` it or `leave` it."""
        await self._windows[topic].acquire()

    def take(self, topic: str) -> None:
        """A record is in hand from now on."""
        self._counts[topic] += 1
        metrics.in_flight.set(self._counts.total())

    def leave(self, topic: str) -> None:
        """The record that there was room for is not taken."""
        self._windows[topic].release()

    def let_go(self, topic: str) -> None:
        """A record is not in hand any more."""
        self._counts[topic] -= 1
        metrics.in_flight.set(self._counts.total())
        self._windows[topic].release()
        self._less.set()

    async def less(self) -> None:
        """Wait until less is in hand, or somebody wakes who waits."""
        self._less.clear()
        await self._less.wait()

    def wake(self) -> None:
        """Wake who waits for less: there is something else to be told."""
        self._less.set()
