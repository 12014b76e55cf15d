"""A minute of faults, each at least once, on the embedded broker and on Apache Kafka."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.faults.brokers import Apache, Broker, Embedded
from tests.faults.harness import short_run

pytestmark = pytest.mark.kafka


def broker_of(name: str, folder: Path) -> Broker:
    if name == "embedded":
        return Embedded(folder)
    try:
        return Apache(folder)
    except FileNotFoundError as e:
        pytest.skip(str(e))


@pytest.mark.parametrize("name", ["embedded", "apache"])
def test_nothing_is_lost_nothing_comes_twice(name: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)  # a new one each time; the failure tells it
    result = asyncio.run(short_run(broker_of(name, tmp_path), seed, tmp_path))
    assert (result.lost, result.duplicated, result.different) == (0, 0, 0), f"seed {seed}: {result}"
    assert result.articles > 100
