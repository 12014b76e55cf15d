"""A consumer rests after an answer without records, and only then."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.metadata import MetadataRequest

from streams.kafka.tolerant import tolerant


def fetch() -> Any:
    return FetchRequest(500, 1, 1024, 1, [])


@pytest.mark.parametrize(
    ("request_", "records", "rests"),
    [(fetch(), [b""], 1), (fetch(), [b"", b"records"], 0), (fetch(), [], 1), (MetadataRequest([]), [b""], 0)],
    ids=["no records", "records in one partition", "no partition", "another request"],
)
async def test_rest(monkeypatch: pytest.MonkeyPatch, request_: Any, records: list[bytes], rests: int) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def send(node: int, request: Any, **_: Any) -> Any:
        return SimpleNamespace(API_VERSION=4, topics=[("statements", [(0, 0, 10, 10, [], found) for found in records])])

    monkeypatch.setattr(asyncio, "sleep", sleep)
    consumer: Any = tolerant(SimpleNamespace(_client=SimpleNamespace(send=send)))
    answer = await consumer._client.send(1, request_, group="x")
    assert [p[-1] for _, of_topic in answer.topics for p in of_topic] == records
    assert len(slept) == rests
