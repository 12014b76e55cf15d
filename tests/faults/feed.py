"""Numbered articles at a steady rate, some of them no articles at all."""

import asyncio
import json
import random
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from streams.kafka.security import client_options
from streams.kafka.topics import declared
from streams.samples import sample_feed
from streams.settings import Settings

_PATIENCE_MS = 180_000  # longer than any broker is away
_BAD = 0.04
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
                key, value = self._article(number)
                partition = number % self._settings.partitions
                waiting.add(await producer.send(declared(self._settings).raw.name, value, key, partition=partition))
                number += 1
                await asyncio.sleep(1 / self._rate)
            await asyncio.gather(*waiting)
            self.sent = number
        finally:
            await producer.stop()

    def _article(self, number: int) -> tuple[bytes, bytes | None]:
        article_id = f"article-{number}"
        if self._draw.random() < _BAD:
            return article_id.encode(), self._draw.choice(_BAD_VALUES)
        body = f"{self._draw.choice(self._bodies)}\nوقال المتحدث رقم {number} إن الطريق {number} مفتوح."
        return article_id.encode(), json.dumps({"article_id": article_id, "body": body}, ensure_ascii=False).encode()
