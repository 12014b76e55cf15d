"""The brokers that faults are tried on; each can be restarted while clients go on."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Protocol

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from tests.conftest import SHARED

_START_SECONDS = 60.0
_LOG4J = """Configuration:
  Appenders: {Console: {name: out, PatternLayout: {pattern: "%d %p %m (%c)%n"}}}
  Loggers: {Root: {level: WARN, AppenderRef: [{ref: out}]}}
"""


class Broker(Protocol):
    """`expires` tells whether it takes partitions from a member that is silent; `restart` may kill it."""

    name: str
    expires: bool
    bootstrap: str

    def start(self) -> None: ...
    def restart(self, *, kill: bool) -> None: ...
    def stop(self) -> None: ...


class Embedded:
    """noida-db 0.2.3, for one worker that is killed and started again.

    It never misses a silent member, may never finish a rebalance, and after a restart may have lost the last offset
    of a transaction whose outputs are there: for all other faults take Apache Kafka.
    """

    name, expires = "embedded", False

    def __init__(self, folder: Path) -> None:
        self._broker = EmbeddedBroker(folder / "broker", free_port())
        self.bootstrap = ""

    def start(self) -> None:
        self._broker.start()
        self.bootstrap = self._broker.bootstrap

    def restart(self, *, kill: bool) -> None:
        raise NotImplementedError("noida-db does not keep transactions over a restart")

    def stop(self) -> None:
        self._broker.stop()


class Apache:
    """Apache Kafka of $KAFKA_HOME, or of the shared data."""

    name, expires = "apache", True

    def __init__(self, folder: Path) -> None:
        self._folder, self._home = folder / "kafka", kafka_home()
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap = f"127.0.0.1:{self._port}"

    def start(self) -> None:
        properties = self._folder / "server.properties"
        if not properties.exists():
            self._folder.mkdir(parents=True)
            (self._folder / "log4j2.yaml").write_text(_LOG4J)
            properties.write_text(self._properties())
            cluster = ["-t", "cWF3bC10ZXN0cy1rYWZrYQ", "-c", str(properties)]
            storage = [*self._java(), "kafka.tools.StorageTool", "format", *cluster]
            subprocess.run(storage, check=True, capture_output=True, timeout=_START_SECONDS)
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", str(properties)], stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"Apache Kafka did not start: {(self._folder / 'broker.log').read_text()[-2000:]}")

    def restart(self, *, kill: bool) -> None:
        self._end(signal.SIGKILL if kill else signal.SIGTERM)
        time.sleep(1.0)
        self.start()

    def stop(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_START_SECONDS)
            self._process = None

    def _java(self) -> list[str]:
        return [
            "java",
            "-Xmx512m",
            f"-Dlog4j2.configurationFile={self._folder}/log4j2.yaml",
            "-cp",
            f"{self._home}/libs/*",
        ]

    def _properties(self) -> str:
        controller = f"127.0.0.1:{free_port()}"
        return f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{controller}
listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}
advertised.listeners=PLAINTEXT://{self.bootstrap}
controller.listener.names=CONTROLLER
log.dirs={self._folder}/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


class Given:
    """A broker that somebody else runs; it is left alone."""

    name, expires = "given", True

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def start(self) -> None:
        """It runs."""

    def restart(self, *, kill: bool) -> None:
        raise NotImplementedError("a broker given by --bootstrap is not restarted")

    def stop(self) -> None:
        """It is not ours."""


def kafka_home() -> Path:
    """An unpacked Apache Kafka. Raises FileNotFoundError where there is none, or no Java for it."""
    home = Path(os.environ.get("KAFKA_HOME") or SHARED / "kafka")
    if not (home / "libs").is_dir():
        raise FileNotFoundError("no Apache Kafka: set KAFKA_HOME to an unpacked release")
    if shutil.which("java") is None:
        raise FileNotFoundError("no Java for Apache Kafka")
    return home
