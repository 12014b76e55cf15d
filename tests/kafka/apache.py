"""Apache Kafka of $KAFKA_HOME, or of the shared data, as a process."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from streams.embedded.broker import free_port
from tests.conftest import SHARED

StartApache = Callable[[Path, int, list[str]], None]  # folder, port, options of formatting
_START_SECONDS = 60.0
_CLUSTER = "cWF3bC10ZXN0cy1rYWZrYQ"
_LOG4J = """Configuration:
  Appenders: {Console: {name: out, PatternLayout: {pattern: "%d %p %m (%c)%n"}}}
  Loggers: {Root: {level: WARN, AppenderRef: [{ref: out}]}}
"""


def home() -> Path:
    """An unpacked Apache Kafka. Raises FileNotFoundError where there is none, or no Java for it."""
    found = Path(os.environ.get("KAFKA_HOME") or SHARED / "kafka")
    if not (found / "libs").is_dir():
        raise FileNotFoundError("no Apache Kafka: set KAFKA_HOME to an unpacked release")
    if shutil.which("java") is None:
        raise FileNotFoundError("no Java for Apache Kafka")
    return found


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


def format_storage(folder: Path, options: Sequence[str] = (), cluster: str = _CLUSTER) -> None:
    """Once, before the first start in a folder that has `server.properties`."""
    (folder / "log4j2.yaml").write_text(_LOG4J)
    arguments = ["format", "-t", cluster, "-c", str(folder / "server.properties"), *options]
    command = [*_java(folder), "kafka.tools.StorageTool", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=_START_SECONDS)


def launch(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A broker on a formatted folder; returns when its port is open. Raises RuntimeError where that does not come."""
    with (folder / "broker.log").open("ab") as log:
        command = [*_java(folder), "kafka.Kafka", str(folder / "server.properties")]
        broker = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and broker.poll() is None:
        if is_open(port):
            return broker
        time.sleep(0.1)
    broker.kill()
    raise RuntimeError(f"Apache Kafka did not start: {(folder / 'broker.log').read_text(errors='replace')[-2000:]}")


def is_open(port: int) -> bool:
    """Whether something listens on this loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def _java(folder: Path) -> list[str]:
    return ["java", "-Xmx384m", f"-Dlog4j2.configurationFile={folder}/log4j2.yaml", "-cp", f"{home()}/libs/*"]
