"""Headers whose names are no UTF-8: Kafka takes them from any client, and aiokafka (0.14) cannot read them.

Its decoder raises, which ended every worker and gateway that came to such a record, again and again. The record itself
may be sound and is read like all others; bytes of a name that are no UTF-8 are read as question marks.
"""

import logging
import struct
from collections.abc import Iterator
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c, decode_varint

from streams.kafka.answers import offsets_asked

logger = logging.getLogger(__name__)

# Where a batch has its fields, the format that has headers, and the bits of the attributes that name its compression.
_LENGTH, _BEHIND_LENGTH, _FORMAT, _CRC, _ATTRIBUTES, _RECORDS = 8, 12, 16, 17, 21, 61
_WITH_HEADERS, _COMPRESSION = 2, 0x07
_SHOWN_BYTES = 80


def mend_names(request: FetchRequest, answer: Any) -> None:
    """Change an answer to a fetch so that the names of all headers can be read, and tell of those that could not."""
    for topic, partitions in answer.topics:
        for n, (partition, *rest, data) in enumerate(partitions):
            if data and not _are_readable(data):
                mended, first = bytearray(), offsets_asked(request).get((topic, partition), 0)
                for batch in _batches(data):
                    made, names = _mended(batch)
                    mended += made
                    # A fetch from within a batch gives all of it.
                    _tell(topic, partition, {o: x for o, x in names.items() if o >= first})
                partitions[n] = (partition, *rest, bytes(mended))


def _are_readable(data: bytes) -> bool:
    """Whether all names are; of data that are damaged aiokafka will tell."""
    records = MemoryRecords(data)
    try:
        while records.has_next():
            batch: Any = records.next_batch()
            for _ in batch:
                pass
    except UnicodeDecodeError:
        return False
    except (KafkaError, ValueError, AssertionError):
        pass
    return True


def _batches(data: bytes) -> Iterator[bytes]:
    begin = 0
    while begin < len(data):
        # The last batch may be cut off: then all that is left.
        (length,) = struct.unpack_from(">i", data, begin + _LENGTH) if len(data) - begin >= _BEHIND_LENGTH else (0,)
        end = begin + _BEHIND_LENGTH + length
        yield data[begin:end]
        begin = end


def _mended(batch: bytes) -> tuple[bytes, dict[int, bytes]]:
    """The batch with names that can be read, uncompressed, and those that could not by the offsets of their records."""
    names: dict[int, bytes] = {}
    read = _DefaultRecordBatchPy(batch) if len(batch) >= _RECORDS and batch[_FORMAT] >= _WITH_HEADERS else None
    if read is None or len(batch) < _BEHIND_LENGTH + read._header_data[1] or not read.validate_crc():
        return batch, names
    read._maybe_uncompress()
    records = read._buffer[read._pos :]
    for delta, begin, end in _names(records, read._num_records):
        name = bytes(records[begin:end])
        records[begin:end] = name.decode("utf-8", "surrogateescape").encode("utf-8", "replace")  # of the same length
        if records[begin:end] != name:
            names.setdefault(read.base_offset + delta, name)
    if not names:
        return batch, names
    mended = bytearray(batch[:_RECORDS]) + records
    struct.pack_into(">i", mended, _LENGTH, len(mended) - _BEHIND_LENGTH)
    struct.pack_into(">h", mended, _ATTRIBUTES, read.attributes & ~_COMPRESSION)
    struct.pack_into(">I", mended, _CRC, calc_crc32c(bytes(mended[_ATTRIBUTES:])))
    return bytes(mended), names


def _names(records: bytearray, count: int) -> Iterator[tuple[int, int, int]]:
    """Of each header in uncompressed records: the record's number in its batch, and where the name begins and ends."""
    at = 0
    for _ in range(count):
        _, at = decode_varint(records, at)  # length
        _, at = decode_varint(records, at + 1)  # behind the attributes: time
        delta, at = decode_varint(records, at)
        for _ in ("key", "value"):
            at = _behind(records, at)
        headers, at = decode_varint(records, at)
        for _ in range(headers):
            size, begin = decode_varint(records, at)
            yield delta, begin, begin + size
            at = _behind(records, begin + size)


def _behind(records: bytearray, at: int) -> int:
    """Where some bytes end that begin with their number, which is -1 for a null."""
    size, begin = decode_varint(records, at)
    end: int = begin + max(size, 0)
    return end


def _tell(topic: str, partition: int, names: dict[int, bytes]) -> None:
    for offset, name in names.items():
        logger.warning(
            "%s/%d: the record at offset %d has a header whose name is no UTF-8: %r. It is read all the same, with ? "
            "in place of such bytes. Whoever writes it should name headers in UTF-8",
            topic,
            partition,
            offset,
            name[:_SHOWN_BYTES],
        )
