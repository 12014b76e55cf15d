"""Articles from another topic or another cluster, under whatever names they have there.

An offset is committed when all before it are safe: whatever fails, nothing is left out, and what is read a second time
is known by its id and version.
"""

import logging
from collections import Counter
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from streams.ingest.draft import Item, Rejected, Rules
from streams.ingest.intake import Intake, Outcome
from streams.ingest.jsonl import from_json
from streams.ingest.mapping import Envelope, FieldMapping
from streams.kafka.reading import close, committed_consumer, readable_end
from streams.settings import Settings

logger = logging.getLogger("qawl.ingest")

_MOST_RECORDS = 500
_FETCH_MS = 500


async def follow(
    origin: Settings,
    topic: str,
    group: str,
    mapping: FieldMapping,
    rules: Rules,
    intake: Intake,
    *,
    once: bool = False,
) -> Counter[Outcome]:
    """Take what the topic of the cluster `origin` holds and gets, as a member of a consumer group.

    With `once` until the end that each of its partitions had when this member got it; then how many had which outcome.

    Raises:
        KafkaError: either cluster refuses for good.
    """
    outcomes: Counter[Outcome] = Counter()
    here = _Assigned()
    consumer = committed_consumer(origin, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        await consumer.start()
        consumer.subscribe([topic], listener=here)
        while True:
            batches = await consumer.getmany(timeout_ms=_FETCH_MS, max_records=_MOST_RECORDS)
            items = [_item(record, mapping, rules) for records in batches.values() for record in records]
            if items:
                outcomes.update(await intake.take(items))
                try:
                    await consumer.commit({tp: records[-1].offset + 1 for tp, records in batches.items()})
                except (CommitFailedError, IllegalStateError) as e:  # the partitions are another member's now
                    logger.info("not committed, to be read again by whoever has the partitions: %s", e)
            if once and await here.read_to_the_end(consumer):
                return outcomes
    finally:
        await close(consumer)


class _Assigned(ConsumerRebalanceListener):  # type: ignore[misc]
    """The partitions that this member was ever given, and where each ended then."""

    def __init__(self) -> None:
        self._joined = False
        self._ends: dict[TopicPartition, int] = {}

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Whoever gets them reads on from what was committed."""

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Perhaps none, where there are more members than partitions."""
        self._joined = True

    async def read_to_the_end(self, consumer: AIOKafkaConsumer) -> bool:
        """Whether all that its partitions held when they were given to it is read."""
        partitions = consumer.assignment()
        new = [tp for tp in partitions if tp not in self._ends]
        if new:
            self._ends |= await consumer.end_offsets(new)
        try:
            behind = [
                tp for tp in partitions if await consumer.position(tp) < readable_end(consumer, tp, self._ends[tp])
            ]
        except IllegalStateError:  # taken away at this moment
            return False
        return self._joined and not behind


def _item(record: Any, mapping: FieldMapping, rules: Rules) -> Item:
    origin = f"{record.topic}/{record.partition}@{record.offset}"
    if record.value is None:
        why = Rejected(error="null_value", field="$", expected="expected a JSON object, got a null value")
        return Item(origin, b"", record.offset, rejected=why)
    envelope = Envelope(record.key, record.timestamp)
    return from_json(record.value, mapping, rules, origin=origin, line=record.offset, envelope=envelope)
