"""One client of the stream: what it wants, and what waits to be written to it, bounded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from schemas import Retraction, StatementEvent
from streams.gateway.positions import Positions, event_id, furthest, reaches
from streams.gateway.selection import Selection


@dataclass(frozen=True, slots=True)
class Told:
    """A statement, or what takes one back, as it came from Kafka. `behind` are the feed's positions with it read."""

    event: StatementEvent | Retraction
    partition: int
    offset: int
    body: bytes
    behind: Mapping[int, int]
    frame: bytes

    @classmethod
    def of(
        cls, event: StatementEvent | Retraction, value: bytes, partition: int, offset: int, behind: Mapping[int, int]
    ) -> "Told":
        """`value` is the record's JSON, which goes to clients as it stands."""
        name = b"retraction" if isinstance(event, Retraction) else b"statement"
        body = b"event: " + name + b"\ndata: " + value.replace(b"\r", b"").replace(b"\n", b"") + b"\n\n"
        return cls(event, partition, offset, body, behind, _id_line(behind) + body)


def _id_line(positions: Mapping[int, int]) -> bytes:
    return b"id: %s\n" % event_id(positions).encode()


def progress(positions: Mapping[int, int]) -> bytes:
    """A sign of life: no event, but a client notes the id, so that one for whom nothing fits gets on as well."""
    return b": alive\n" + _id_line(positions) + b"\n"


class Subscription:
    """Bytes that wait for one client; the feed puts them in, the client's own task takes them out."""

    def __init__(self, selection: Selection, most_bytes: int, ahead: Positions | None) -> None:
        """`ahead` is where the client is, if that is anywhere behind where the feed is."""
        self.selection = selection
        self._most_bytes = most_bytes
        self._ahead = ahead
        self._waiting: list[bytes] = []
        self._size = 0
        self._something = asyncio.Event()
        self.too_slow = False
        self.ending: str | None = None

    @property
    def shares(self) -> bool:
        """Whether it gets the same bytes as all others with its selection: nothing of what is coming is known to it."""
        return self._ahead is None

    def catch_up(self, told: Told) -> bool:
        """One statement for a client that may know it: it has read other partitions further than this feed.

        Returns whether the client gets it.
        """
        assert self._ahead is not None
        given = False
        if told.offset >= self._ahead[told.partition]:
            self._ahead[told.partition] = told.offset + 1
            if given := self.selection.takes(told.event):
                self.put(_id_line(furthest(self._ahead, told.behind)) + told.body)
        self.settle(told.behind)
        return given

    def settle(self, positions: Mapping[int, int]) -> None:
        """The feed is at these positions: a client that is not ahead of them shares what comes."""
        if self._ahead is not None and reaches(positions, self._ahead):
            self._ahead = None

    def progress(self, positions: Mapping[int, int]) -> None:
        """Put a sign of life, unless something waits that is one itself."""
        if not self._waiting:
            self.put(progress(positions if self._ahead is None else furthest(self._ahead, positions)))

    def put(self, chunk: bytes) -> None:
        """Whole events. A client that lets too much of them wait gets none of them, nor any other."""
        if self.too_slow or self.ending:
            return
        self._size += len(chunk)
        if self._waiting and self._size > self._most_bytes:
            # What waits has not been written: the client goes on behind the last event that it has.
            self.too_slow = True
            self._waiting.clear()
        else:
            self._waiting.append(chunk)
        self._something.set()

    def end(self, reason: str) -> None:
        """Let the client's task end, after what waits."""
        self.ending = reason
        self._something.set()

    async def take(self) -> bytes:
        """What waits, as soon as there is something; empty where the client was too slow or the stream ends."""
        await self._something.wait()
        self._something.clear()
        chunk = b"".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        return chunk
