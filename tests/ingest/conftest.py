"""The fixtures of the Kafka tests, and a deployment whose topics are made and whose state is the test's own."""

from pathlib import Path

import pytest

from streams.embedded import EmbeddedBroker
from streams.kafka.topics import create
from streams.settings import Settings
from tests.ingest.paper import paper
from tests.kafka.conftest import broker, no_settings_of_the_developer, prefix, secured, start_apache

__all__ = ["broker", "no_settings_of_the_developer", "paper", "prefix", "secured", "start_apache"]


@pytest.fixture
async def settings(broker: EmbeddedBroker, prefix: str, tmp_path: Path) -> Settings:
    """A deployment of its own on the embedded broker."""
    made = Settings(kafka_bootstrap=broker.bootstrap, topic_prefix=prefix, partitions=2, data_dir=tmp_path / "data")
    await create(made)
    return made
