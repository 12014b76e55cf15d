"""A look at each answer to a fetch, before aiokafka reads it."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.fetch import FetchRequest

Place = tuple[str, int]  # topic and partition
Look = Callable[[FetchRequest, Any], Awaitable[None]]


def offsets_asked(request: FetchRequest) -> dict[Place, int]:
    """From which offset on a fetch asks for each partition."""
    return {(topic, p): offset for topic, partitions in request.topics for p, offset, _ in partitions}


def look_at_answers(consumer: AIOKafkaConsumer, look: Look) -> None:
    """Await `look` with every fetch of a consumer and its answer, of which it may change the lists."""
    send = consumer._client.send

    async def sent(node: int, request: Any, **options: Any) -> Any:
        answer = await send(node, request, **options)
        if isinstance(request, FetchRequest):
            await look(request, answer)
        return answer

    consumer._client.send = sent
