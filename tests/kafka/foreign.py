"""Records as clients write them that take bytes of any kind for the name of a header."""

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from streams.kafka.security import client_options
from streams.settings import Settings

GZIP = 1


class _Name(str):
    """What aiokafka takes for text, and writes as these bytes."""

    written: bytes

    def encode(self, *_: Any) -> bytes:
        return self.written


def batch_of(*records: tuple[bytes, bytes, bytes], compression: int = 0) -> Any:
    """A builder of a batch of records, each with a key, a value, and a header of this name between two others."""
    builder = _DefaultRecordBatchBuilderPy(
        magic=2,
        compression_type=compression,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 20,
    )
    for n, (key, value, name) in enumerate(records):
        middle = _Name()
        middle.written = name
        builder.append(n, 0, key, value, [("before", b"1"), (middle, b"\xff"), ("behind", None)])
    return builder


async def publish_foreign(
    settings: Settings, topic: str, *records: tuple[bytes, bytes, bytes], compression: int = 0
) -> int:
    """Send such a batch to partition 0 of a topic; the offset of its first record."""
    producer = AIOKafkaProducer(**client_options(settings))
    await producer.start()
    try:
        batch = producer.create_batch()
        for key, value, _ in records:
            batch.append(timestamp=None, key=key, value=value)
        batch._builder = batch_of(*records, compression=compression)
        sent = await (await producer.send_batch(batch, topic, partition=0))
    finally:
        await producer.stop()
    offset: int = sent.offset
    return offset
