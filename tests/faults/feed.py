"""Numbered articles at a steady rate: some are no articles at all, some are corrected, withdrawn or sent again."""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence

from aiokafka import AIOKafkaProducer

from streams.kafka.security import client_options
from streams.kafka.topics import declared
from streams.samples import sample_feed
from streams.settings import Settings

_PATIENCE_MS = 180_000  # longer than any broker is away
_BAD = 0.04
_REVISED = 0.15
_BAD_VALUES = (None, b"", b"{", b"\xff", b'{"article_id": "x"}', b'{"article_id": "x", "body": " "}', b"[" * 1000)


class Feed:
    """`sent` counts what the broker acknowledged."""

    def __init__(self, settings: Settings, rate: float, seed: int) -> None:
        """`rate` in articles a second."""
        self._settings, self._rate, self._draw = settings, rate, random.Random(seed)
        self._bodies: Sequence[str] = [json.loads(line)["body"] for line in sample_feed()]
        self._ended = asyncio.Event()
        self.sent = 0

    def end(self) -> None:
        """No more articles."""
        self._ended.set()

    async def run(self) -> None:
        """Send until `end`. What is sent twice because a broker went away is two articles, each to be answered once.

        Not idempotent: the embedded broker forgets the sequence of a producer when it is restarted.
        """
        producer = AIOKafkaProducer(**client_options(self._settings), acks="all", request_timeout_ms=_PATIENCE_MS)
        await producer.start()
        waiting: set[asyncio.Future[object]] = set()
        try:
            number = 0
            while not self._ended.is_set():
                for key, value in (self._article(number), *self._later(number)):
                    # All versions of an article are in one partition, as with a feed that sends them by their key.
                    partition = int(key.rpartition(b"-")[2]) % self._settings.partitions
                    waiting.add(await producer.send(declared(self._settings).raw.name, value, key, partition=partition))
                number += 1
                await asyncio.sleep(1 / self._rate)
            await asyncio.gather(*waiting)
            self.sent = number
        finally:
            await producer.stop()

    def _article(self, number: int) -> tuple[bytes, bytes | None]:
        if self._draw.random() < _BAD:
            return f"article-{number}".encode(), self._draw.choice(_BAD_VALUES)
        body = f"{self._draw.choice(self._bodies)}\nوقال المتحدث رقم {number} إن الطريق {number} مفتوح."
        return self._version(number, 1, body=body)

    def _later(self, number: int) -> Iterator[tuple[bytes, bytes]]:
        """What becomes of an article that was sent some time ago: most stay as they are."""
        earlier = number - self._draw.randint(1, 60)
        if earlier < 0 or self._draw.random() > _REVISED:
            return
        body = f"{self._draw.choice(self._bodies)}\nوقال المتحدث رقم {earlier} إن الطريق {earlier} مغلق."
        change = self._draw.choice(("corrected", "canceled", "late"))
        version = 10 * number  # higher than any before
        yield self._version(earlier, version, **({"status": "canceled"} if change == "canceled" else {"body": body}))
        if change == "late":
            yield self._version(earlier, version - 1, body=body)

    def _version(self, number: int, version: int, **fields: str) -> tuple[bytes, bytes]:
        article = {"article_id": f"article-{number}", "version": version, **fields}
        return f"article-{number}".encode(), json.dumps(article, ensure_ascii=False).encode()
