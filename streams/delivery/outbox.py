"""The outbox: sends the outputs of an article and acknowledges the article once the broker has all of them.

Guaranteed: at least once. An article's offset is committed only after every one of its outputs is acknowledged by all
in-sync replicas; a worker that dies in between leaves the offset behind and the article is processed again.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from faust.types import EventT

from streams.delivery.records import Record
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_MESSAGE_BYTES
from streams.observability import metrics
from streams.settings import Settings

_WINDOW = 256  # articles in flight; bounds memory and what a crash makes the next worker do again
# A dead letter is as large as the record that it came from, plus its headers.
MAX_REQUEST_BYTES = MAX_MESSAGE_BYTES + 64 * 1024


class Outbox:
    """One a worker. `deliver` returns as soon as the outputs are on their way and at most `_WINDOW` articles are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._window = asyncio.Semaphore(_WINDOW)
        self._tasks: set[asyncio.Task[None]] = set()
        self.failed: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Connect. Raises KafkaConnectionError where no broker answers."""
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,  # a retried send after a lost answer must not append twice
            max_request_size=MAX_REQUEST_BYTES,
            max_batch_size=256 * 1024,
            linger_ms=2,
        )
        await self._producer.start()
        self.failed = asyncio.get_running_loop().create_future()

    async def stop(self) -> None:
        """Wait for what is in flight and disconnect."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def deliver(self, event: EventT[Any], records: Sequence[Record], outcome: str) -> None:
        """Send the outputs of one input record and acknowledge it when all of them are stored.

        `outcome` counts the article in the metrics. A send that fails for good fails the worker (`failed`): the article
        stays unacknowledged and is processed again, so it is late but never lost.
        """
        await self._window.acquire()
        metrics.in_flight.inc()
        assert self._producer is not None, "the outbox is not started"
        try:
            sent = [
                await self._producer.send(r.topic, r.value, r.key, headers=list(r.headers)) for r in records
            ]
        except BaseException:
            self._window.release()
            metrics.in_flight.dec()
            raise
        task = asyncio.get_running_loop().create_task(self._acknowledge(event, sent, outcome))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _acknowledge(self, event: EventT[Any], sent: list[Any], outcome: str) -> None:
        try:
            await asyncio.gather(*sent)
        except Exception as e:
            assert self.failed is not None
            if not self.failed.done():
                self.failed.set_exception(e)
            return
        finally:
            metrics.in_flight.dec()
            self._window.release()
        event.ack()
        metrics.articles.labels(outcome).inc()
        metrics.observe_end_to_end(event.message.timestamp)
