"""Articles from another topic or another cluster, under whatever names they have there.

An offset is committed when all before it are safe: whatever fails, nothing is left out, and what is read a second time
is known by its id and version.
"""

import logging
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError

from streams.ingest.draft import Item, Rejected, Rules
from streams.ingest.intake import Intake
from streams.ingest.jsonl import from_json
from streams.ingest.mapping import FieldMapping
from streams.kafka.security import client_options
from streams.kafka.topics import MAX_REQUEST_BYTES
from streams.settings import Settings

logger = logging.getLogger("qawl.ingest")

_MOST_RECORDS = 500
_FETCH_MS = 500


async def follow(origin: Settings, topic: str, group: str, mapping: FieldMapping, rules: Rules, intake: Intake) -> None:
    """Take what the topic of the cluster `origin` holds and gets, as a member of a consumer group.

    Raises:
        KafkaError: either cluster refuses for good.
    """
    consumer = AIOKafkaConsumer(
        topic,
        **client_options(origin),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=MAX_REQUEST_BYTES,
    )
    await consumer.start()
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=_FETCH_MS, max_records=_MOST_RECORDS)
            items = [_item(record, mapping, rules) for records in batches.values() for record in records]
            if not items:
                continue
            await intake.take(items)
            try:
                await consumer.commit({tp: records[-1].offset + 1 for tp, records in batches.items()})
            except (CommitFailedError, IllegalStateError) as e:  # the partitions are another member's now
                logger.info("not committed, to be read again by whoever has the partitions: %s", e)
    finally:
        await consumer.stop()


def _item(record: Any, mapping: FieldMapping, rules: Rules) -> Item:
    origin = f"{record.topic}/{record.partition}@{record.offset}"
    if record.value is None:
        why = Rejected(error="null_value", field="$", expected="expected a JSON object, got a null value")
        return Item(origin, b"", record.offset, rejected=why)
    return from_json(record.value, mapping, rules, origin=origin, line=record.offset)
