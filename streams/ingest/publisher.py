"""Articles to `articles.raw`: acknowledged by all replicas in sync, each once, and never lost without a word.

The producer is idempotent: what a broken connection leaves in doubt is sent again under the same number, which the
broker takes once. Where no broker answers, a send waits and tries again until it is told to stop; nobody learns of a
success that was none.
"""

import asyncio
import logging
from contextlib import suppress
from types import TracebackType

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from schemas import Article
from schemas.codec import encode
from streams.delivery.records import Record
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_REQUEST_BYTES, Topics, declared
from streams.settings import Settings

logger = logging.getLogger("qawl.ingest")

_PAUSE_SECONDS, _LONGEST_PAUSE = 0.5, 30.0
_CLOSE_SECONDS = 5.0
_LINGER_MS = 5  # so that articles that come together travel together


class TooLarge(ValueError):
    """The brokers take no record of this size."""


class Publisher:
    """`async with Publisher(settings) as publisher: await publisher.send(record)`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.topics: Topics = declared(settings)
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "Publisher":
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            enable_idempotence=True,
            acks="all",
            linger_ms=_LINGER_MS,
            max_request_size=MAX_REQUEST_BYTES,
        )
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._producer is not None:
            with suppress(TimeoutError):  # without a broker it waits for ever for what is not acknowledged
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._producer.stop()

    def article(self, article: Article) -> Record:
        """The record of an article, keyed by its id so that its versions keep their order."""
        return Record(self.topics.raw.name, article.article_id.encode(), encode(article))

    async def send(self, record: Record) -> "asyncio.Future[None]":
        """Hand a record over, in the order of the calls; the future is done when it is acknowledged.

        Raises, here or in the future:
            TooLarge: the brokers do not take it.
            KafkaError: they refuse it for good, as for want of rights.
        """
        sent = await self._handed_over(record)
        return asyncio.ensure_future(self._acknowledged(record, sent))

    async def _handed_over(self, record: Record) -> "asyncio.Future[object]":
        assert self._producer is not None
        pause = _PAUSE_SECONDS
        while True:
            try:
                sent: asyncio.Future[object] = await self._producer.send(
                    record.topic, record.value, record.key, headers=list(record.headers)
                )
                return sent
            except MessageSizeTooLargeError as e:
                raise TooLarge(str(e)) from e
            except KafkaError as e:
                pause = await _later(e, pause)

    async def _acknowledged(self, record: Record, sent: "asyncio.Future[object]") -> None:
        pause = _PAUSE_SECONDS
        while True:
            try:
                await sent
                return
            except MessageSizeTooLargeError as e:
                raise TooLarge(str(e)) from e
            except KafkaError as e:
                # It never left: with idempotence a batch that was sent once is repeated until it is answered.
                pause = await _later(e, pause)
                sent = await self._handed_over(record)


async def _later(error: KafkaError, pause: float) -> float:
    """Wait before the next try, and longer the next time. Raises the error where trying again is of no use."""
    if not error.retriable:
        raise error
    logger.warning("no answer from the Kafka broker, trying again in %.1f s: %s", pause, error or type(error).__name__)
    await asyncio.sleep(pause)
    return min(2 * pause, _LONGEST_PAUSE)
