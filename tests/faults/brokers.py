"""The brokers that faults are tried on."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Protocol

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from tests.kafka import apache

_END_SECONDS = 60.0


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
    """Apache Kafka, killed or ended in order."""

    name, expires = "apache", True

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError where there is no Kafka or no Java for it."""
        apache.home()
        self._folder, self._port = folder / "kafka", free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap = f"127.0.0.1:{self._port}"

    def start(self) -> None:
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            properties = apache.server_properties(self._folder, f"PLAINTEXT://{self.bootstrap}", "PLAINTEXT")
            (self._folder / "server.properties").write_text(properties)
            apache.format_storage(self._folder)
        self._process = apache.launch(self._folder, self._port)

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def restart(self, *, kill: bool) -> None:
        self._end(signal.SIGKILL if kill else signal.SIGTERM)
        time.sleep(1.0)
        self.start()

    def stop(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_END_SECONDS)
            self._process = None


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
