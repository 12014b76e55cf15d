"""A look at each answer to a fetch, before aiokafka reads it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.fetch import FetchRequest

Look = Callable[[FetchRequest, Any], Awaitable[None]]


def look_at_answers(consumer: AIOKafkaConsumer, look: Look) -> None:
    """Await `look` with every fetch of a consumer and its answer, of which it may change the lists."""
    send = consumer._client.send

    async def sent(node: int, request: Any, **options: Any) -> Any:
        answer = await send(node, request, **options)
        if isinstance(request, FetchRequest):
            await look(request, answer)
        return answer

    consumer._client.send = sent
