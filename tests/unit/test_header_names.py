"""Headers whose names are no UTF-8 keep no record from being read, whatever stands around them."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from streams.kafka.header_names import mend_names
from tests.kafka.foreign import GZIP, batch_of

SOUND = bytes(batch_of((b"k0", b"v0", "اسم".encode())).build())


def bad(compression: int = 0) -> bytes:
    """Three records of which two have a bad name. Those values are shorter when they are compressed."""
    return bytes(
        batch_of(
            (b"k1", b"v1" * 500, b"ok"),
            (b"k2", b"", b"\xffe\xd9\x82\xed\xa0\x80"),
            (b"k3", b"v3", b"\xfe"),
            compression=compression,
        ).build()
    )


def mended(*data: bytes | None, begin: int = 0) -> list[bytes | None]:
    """What is left of the records in an answer to a fetch, one value a partition."""
    request: Any = FetchRequest(500, 1, 1024, 1, [("t", [(p, begin, 1024) for p in range(len(data))])])
    answer = SimpleNamespace(topics=[("t", [(p, 0, 900, 900, [], d) for p, d in enumerate(data)])])
    mend_names(request, answer)
    ((_, partitions),) = answer.topics
    assert [p[:-1] for p in partitions] == [(p, 0, 900, 900, []) for p in range(len(data))]
    return [p[-1] for p in partitions]


def read(data: bytes | None) -> list[tuple[int, bytes, bytes, Any]]:
    records, found = MemoryRecords(data or b""), []
    while records.has_next():
        batch: Any = records.next_batch()
        assert batch.validate_crc()
        found += [(r.offset, r.key, r.value, r.headers) for r in batch]
    return found


def with_name(name: str) -> list[tuple[str, bytes | None]]:
    return [("before", b"1"), (name, b"\xff"), ("behind", None)]


@pytest.mark.parametrize("compression", [0, GZIP])
def test_all_of_a_record_but_the_name_is_as_it_was(compression: int) -> None:
    (data,) = mended(SOUND + bad(compression) + SOUND)
    zero = (0, b"k0", b"v0", with_name("اسم"))
    assert read(data) == [
        zero,
        (0, b"k1", b"v1" * 500, with_name("ok")),
        (1, b"k2", b"", with_name("?eق???")),
        (2, b"k3", b"v3", with_name("?")),
        zero,
    ]


def test_what_can_be_read_is_left_as_it_is() -> None:
    data = SOUND + SOUND[:40]
    assert mended(data, None, b"") == [data, None, b""]


def test_a_batch_that_is_cut_off_and_one_that_is_damaged_are_left_to_aiokafka() -> None:
    damaged = bytearray(bad())
    damaged[-1] ^= 1
    for rest in (bad()[:-1], bad()[:70], b"\0" * 7, bytes(damaged)):
        (data,) = mended(bad() + rest)
        assert data is not None
        assert data.endswith(rest)
        assert len(read(data[: -len(rest)])) == 3


def test_each_is_told_with_its_place_once_it_is_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    mended(SOUND, bad(), begin=2)
    assert [r.message.partition(".")[0] for r in caplog.records] == [
        "t/1: the record at offset 2 has a header whose name is no UTF-8: b'\\xfe'"
    ]
