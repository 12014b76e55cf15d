"""Consumers that cope with what the embedded broker (noida-db 0.2.3) does otherwise than Kafka."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.fetch import FetchRequest

from streams.kafka.aborted import drop_ended

_REST_SECONDS = 0.01


def tolerant(consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
    """The consumer, which rests after an empty answer before it asks again, and loses nothing behind an abort.

    Kafka waits for records before it answers. The embedded broker does not, and a consumer that asks it again without a
    pause takes a third of a core for that, with records or without.
    """
    consumer._client.send = _tolerant(consumer._client.send)
    return consumer


def _tolerant(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def sent(node: int, request: Any, **options: Any) -> Any:
        answer = await send(node, request, **options)
        if isinstance(request, FetchRequest):
            drop_ended(request, answer)
            if not any(p[-1] for _, of_topic in answer.topics for p in of_topic):
                await asyncio.sleep(_REST_SECONDS)
        return answer

    return sent
