"""Aborted transactions that a broker still names are known by their producer's next marker."""

import struct
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from streams.kafka.aborted import drop_ended

_ATTRIBUTES, _CONTROL = 21, 0x20  # of a batch: where they are, and the bit of a control batch
_BASE_OFFSET = struct.Struct(">q")


def batch(producer: int, offset: int, *values: bytes, key: bytes | None = None) -> bytes:
    """Records of a transaction; with a key, a marker."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=1,
        producer_id=producer,
        producer_epoch=0,
        base_sequence=0,
        batch_size=10_000,
    )
    for n, value in enumerate(values):
        builder.append(n, timestamp=None, key=key, value=value, headers=[])
    built = bytearray(builder.build())
    built[: _BASE_OFFSET.size] = _BASE_OFFSET.pack(offset)
    if key is not None:
        built[_ATTRIBUTES + 1] |= _CONTROL
    return bytes(built)


def marker(producer: int, offset: int, *, commits: bool) -> bytes:
    return batch(producer, offset, b"\0" * 6, key=struct.pack(">HH", 0, commits))


def left(begin: int, aborted: list[tuple[int, int]], data: bytes | None, version: int = 11) -> list[tuple[int, int]]:
    """Of the aborted transactions of an answer to a fetch from `begin` those that are left."""
    rest: list[Any] = [0, aborted, -1, data] if version >= 11 else [0, aborted, data]
    partition = (3, 0, 900, 900, *rest)
    request: Any = FetchRequest(500, 1, 1024, 1, [("statements", [(3, begin, 1024)])])
    drop_ended(request, SimpleNamespace(API_VERSION=version, topics=[("statements", [partition])]))
    return aborted


@pytest.mark.parametrize("version", [5, 11])
def test_what_was_committed_since_is_not_aborted(version: int) -> None:
    data = batch(1000, 408, b"a", b"b") + marker(1000, 411, commits=True)
    assert left(405, [(1000, 282)], data, version) == []


def test_what_reaches_over_the_beginning_stays_aborted() -> None:
    data = (
        batch(1000, 408, b"a") + batch(7, 409, b"x") + marker(7, 410, commits=True) + marker(1000, 411, commits=False)
    )
    data += batch(1000, 412, b"b") + marker(1000, 413, commits=True)
    assert left(405, [(1000, 282)], data) == [(1000, 282)]


def test_what_is_aborted_behind_the_beginning_stays_so() -> None:
    data = marker(1000, 406, commits=True) + batch(1000, 408, b"a") + marker(1000, 409, commits=False)
    assert left(405, [(1000, 282), (1000, 408)], data) == [(1000, 408)]


@pytest.mark.parametrize("data", [None, b"", batch(1000, 408, b"a")], ids=["null", "nothing", "no marker yet"])
def test_without_a_marker_the_broker_is_believed(data: bytes | None) -> None:
    assert left(405, [(1000, 282)], data) == [(1000, 282)]
