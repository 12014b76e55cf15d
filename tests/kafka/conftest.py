"""Real brokers over a socket: the embedded one for every test, Apache Kafka where a release and Java are there."""

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from streams.kafka.topics import create
from streams.settings import Settings
from tests.kafka import apache
from tests.kafka.apache import StartApache
from tests.kafka.secured import secured

__all__ = ["secured"]


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A `QAWL_…` variable or a `.env` beside the checkout would decide what is tested."""
    for name in [n for n in os.environ if n.startswith("QAWL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def broker() -> Iterator[EmbeddedBroker]:
    """The embedded broker, one for all tests: each takes topics with a prefix of its own."""
    with EmbeddedBroker() as running:
        yield running


@pytest.fixture
def prefix() -> str:
    """A topic prefix that no other test has."""
    return f"t{uuid.uuid4().hex[:10]}."


@pytest.fixture
def settings(broker: EmbeddedBroker, prefix: str) -> Settings:
    """Settings of a deployment of its own on the embedded broker; its topics are not made yet."""
    return Settings(kafka_bootstrap=broker.bootstrap, topic_prefix=prefix, partitions=4)


@pytest.fixture(scope="session")
def start_apache() -> Iterator[StartApache]:
    """Start Apache Kafka in a folder that has `server.properties`, formatted with the given options."""
    try:
        apache.home()
    except FileNotFoundError as e:
        pytest.skip(str(e))
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, port: int, format_options: list[str]) -> None:
        apache.format_storage(folder, format_options)
        running.append(apache.launch(folder, port))

    yield start
    for broker in running:
        broker.kill()
        broker.wait()


@pytest.fixture(scope="session", name="apache")
def apache_broker(start_apache: StartApache, tmp_path_factory: pytest.TempPathFactory) -> str:
    """HOST:PORT of an Apache Kafka without TLS, one for all tests."""
    folder = tmp_path_factory.mktemp("apache")
    port = free_port()
    properties = apache.server_properties(folder, f"PLAINTEXT://127.0.0.1:{port}", "PLAINTEXT")
    (folder / "server.properties").write_text(properties)
    start_apache(folder, port, [])
    return f"127.0.0.1:{port}"


@pytest_asyncio.fixture
async def on_apache(apache: str, prefix: str) -> Settings:
    """A deployment on Apache Kafka, for what the embedded broker cannot: noida-db 0.2.3 waits for ever for the killed
    leader of a group, and refuses commits of a group that rebalances."""
    settings = Settings(kafka_bootstrap=apache, topic_prefix=prefix, partitions=4)
    await create(settings)
    return settings
