"""Where the logs begin that a consumer reads: what stood before is gone, read or not."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.protocol.fetch import FetchRequest

from streams.kafka.answers import look_at_answers

_SINCE_STARTS, _START = 5, 4  # from this version on each partition's answer tells it, in this place


def log_starts(consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """The first offset of each partition, as the last answer to a fetch told it; filled while the consumer reads.

    aiokafka begins anew at the first offset where its own is gone, without a word.
    """
    starts: dict[TopicPartition, int] = {}

    async def note(_: FetchRequest, answer: Any) -> None:
        if answer.API_VERSION >= _SINCE_STARTS:
            for topic, partitions in answer.topics:
                for partition in partitions:
                    starts[TopicPartition(topic, partition[0])] = partition[_START]

    look_at_answers(consumer, note)
    return starts
