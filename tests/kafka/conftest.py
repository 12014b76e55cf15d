"""Real brokers over a socket: the embedded one for every test, Apache Kafka where a release and Java are there."""

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from streams.settings import Settings
from tests.conftest import SHARED

START_SECONDS = 60.0
LOG4J = """Configuration:
  Appenders: {Console: {name: out, PatternLayout: {pattern: "%d %p %m (%c)%n"}}}
  Loggers: {Root: {level: WARN, AppenderRef: [{ref: out}]}}
"""
StartApache = Callable[[Path, int, list[str]], None]


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
def kafka_home() -> Path:
    """An unpacked Apache Kafka: $KAFKA_HOME, else the one in the shared data."""
    home = Path(os.environ.get("KAFKA_HOME") or SHARED / "kafka")
    if not (home / "libs").is_dir():
        pytest.skip("no Apache Kafka: set KAFKA_HOME to an unpacked release")
    if shutil.which("java") is None:
        pytest.skip("no Java for Apache Kafka")
    return home


@pytest.fixture(scope="session")
def start_apache(kafka_home: Path) -> Iterator[StartApache]:
    """Start Apache Kafka in a folder that has `server.properties`, formatted with the given options."""
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, port: int, format_options: list[str]) -> None:
        log4j = folder / "log4j2.yaml"
        log4j.write_text(LOG4J)
        java = ["java", "-Xmx384m", f"-Dlog4j2.configurationFile={log4j}", "-cp", f"{kafka_home}/libs/*"]
        properties = str(folder / "server.properties")
        cluster = "cWF3bC10ZXN0cy1rYWZrYQ"
        storage = [*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", properties, *format_options]
        subprocess.run(storage, check=True, capture_output=True, timeout=START_SECONDS)
        with (folder / "broker.log").open("wb") as log:
            broker = subprocess.Popen([*java, "kafka.Kafka", properties], stdout=log, stderr=log)
        running.append(broker)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and broker.poll() is None:
            if is_open(port):
                return
            time.sleep(0.1)
        pytest.fail(f"Apache Kafka did not start: {(folder / 'broker.log').read_text(errors='replace')[-2000:]}")

    yield start
    for broker in running:
        broker.kill()
        broker.wait()


@pytest.fixture(scope="session")
def apache(start_apache: StartApache, tmp_path_factory: pytest.TempPathFactory) -> str:
    """HOST:PORT of an Apache Kafka without TLS, one for all tests."""
    folder = tmp_path_factory.mktemp("apache")
    port = free_port()
    listener = f"PLAINTEXT://127.0.0.1:{port}"
    (folder / "server.properties").write_text(server_properties(folder, listener, "PLAINTEXT"))
    start_apache(folder, port, [])
    return f"127.0.0.1:{port}"


def server_properties(folder: Path, listener: str, protocol: str) -> str:
    """A single broker and its controller in one process; topics are not created automatically."""
    controller = f"127.0.0.1:{free_port()}"
    return f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{controller}
listeners={listener},CONTROLLER://{controller}
advertised.listeners={listener}
controller.listener.names=CONTROLLER
inter.broker.listener.name={protocol}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,{protocol}:{protocol}
log.dirs={folder}/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


def is_open(port: int) -> bool:
    """Whether something listens on this loopback port."""
    import socket

    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False
