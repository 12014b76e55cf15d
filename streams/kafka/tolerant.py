"""Consumers that cope with the embedded broker (noida-db 0.2.3), and with records that aiokafka cannot read."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.fetch import FetchRequest

from streams.kafka.aborted import drop_ended
from streams.kafka.answers import look_at_answers
from streams.kafka.header_names import mend_names

_REST_SECONDS = 0.01


def tolerant(consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
    """The consumer, which rests after an empty answer before it asks again, loses nothing behind an abort, and
    does not end at a header whose name is no UTF-8.

    Kafka waits for records before it answers. The embedded broker does not, and a consumer that asks it again without a
    pause takes a third of a core for that, with records or without.
    """
    look_at_answers(consumer, _cope)
    return consumer


async def _cope(request: FetchRequest, answer: Any) -> None:
    drop_ended(request, answer)
    mend_names(request, answer)
    if not any(p[-1] for _, of_topic in answer.topics for p in of_topic):
        await asyncio.sleep(_REST_SECONDS)
