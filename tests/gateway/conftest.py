"""The fixtures of the Kafka tests: brokers and settings; and a deployment whose topics are made."""

from collections.abc import AsyncIterator

import pytest_asyncio

from streams.kafka.topics import create
from streams.settings import Settings
from tests.kafka.conftest import apache_broker, broker, no_settings_of_the_developer, prefix, settings, start_apache

__all__ = ["apache_broker", "broker", "no_settings_of_the_developer", "prefix", "settings", "start_apache"]


@pytest_asyncio.fixture
async def deployment(settings: Settings) -> AsyncIterator[Settings]:
    """On the embedded broker, with topics of its own."""
    await create(settings)
    yield settings
