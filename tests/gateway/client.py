"""A client of the stream as a browser's EventSource is one, and statements to send it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
from aiokafka import AIOKafkaProducer

from schemas import Actor, ArticleReference, Content, Cue, Extractor, StatementEvent
from schemas.codec import encode
from streams.kafka.security import client_options
from streams.kafka.topics import declared
from streams.settings import Settings

PATIENCE = 60.0


class Event(NamedTuple):
    """One server-sent event; `id` is the last id there was."""

    name: str
    id: str
    data: Any


class EventSource:
    """Reads the stream, and comes again with its last id whenever it is cut, as a browser does."""

    def __init__(self, url: str | Callable[[], str], last_id: str = "", **headers: str) -> None:
        """`url` of the stream, or what gives the one to use at each try."""
        self._url = url if callable(url) else lambda: url
        self.last_id = last_id
        self.events: list[Event] = []
        self.cuts = 0
        self._headers = headers
        self._news = asyncio.Event()

    def statements(self) -> list[str]:
        """The ids of all statements so far, in the order in which they came."""
        return [e.data["statement_id"] for e in self.events if e.name == "statement"]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["EventSource"]:
        """While the block runs it reads."""
        task = asyncio.create_task(self._run())
        try:
            await self.until(lambda: bool(self.last_id), "has no position")
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait for a condition, which may change with each event."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"the client {otherwise}: {self.events[-3:]}, {self.cuts} cuts") from None

    async def _run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
            while True:
                with suppress(aiohttp.ClientError, OSError):
                    await self._read(session)
                self.cuts += 1
                self._news.set()
                await asyncio.sleep(0.05)

    async def _read(self, session: aiohttp.ClientSession) -> None:
        headers = self._headers | ({"Last-Event-ID": self.last_id} if self.last_id else {})
        async with session.get(self._url(), headers=headers) as response:
            if response.status != 200:
                return
            assert response.content_type == "text/event-stream"
            fields: dict[str, str] = {}
            async for raw in response.content:
                line = raw.decode().rstrip("\n")
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                    continue
                self.last_id = fields.get("id", self.last_id)
                if "data" in fields:
                    self.events.append(Event(fields["event"], self.last_id, json.loads(fields["data"])))
                fields = {}
                self._news.set()


def statement(number: int, **changes: Any) -> StatementEvent:
    """A statement with an id that tells its number."""
    fields: dict[str, Any] = {
        "statement_id": f"{number:032x}",
        "actor": Actor(id=f"person:متحدث-{number % 7}", name=f"متحدث {number % 7}", kind="person"),
        "type": "indirect",
        "cue": Cue(text="وقال", lemma="قال", cue_class="neutral", span=(0, 4)),
        "content": Content(text=f"الرقم {number} وصل للوزارة", spans=((10, 30),)),
        "confidence": 0.9,
        "article": ArticleReference(article_id=f"a{number}", source="desk", title="عنوان"),
        "extractor": Extractor(name="qawl", version="0", engine="builtin"),
        "extracted_at": datetime.fromtimestamp(1_790_000_000 + number, UTC),
    }
    return StatementEvent(**fields | changes)


def ids(numbers: Sequence[int] | range) -> list[str]:
    """The ids of numbered statements."""
    return [f"{n:032x}" for n in numbers]


async def send(settings: Settings, events: Sequence[StatementEvent], **options: Any) -> None:
    """Publish statements, keyed by their actors as the worker does it; `transactional_id=…`: as one transaction."""
    producer = AIOKafkaProducer(**client_options(settings), **options)
    await producer.start()
    topic = declared(settings).statements.name
    try:
        if options:
            await producer.begin_transaction()
        for sent in [await producer.send(topic, encode(e), e.actor.id.encode()) for e in events]:
            await sent
        if options:
            await producer.commit_transaction()
    finally:
        await producer.stop()
