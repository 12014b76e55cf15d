"""The embedded broker: on loopback, healthy when `start` returns, and gone with the process that started it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from streams.embedded import BrokerFailed, EmbeddedBroker
from streams.embedded.broker import free_port
from tests.conftest import REPOSITORY
from tests.kafka.apache import is_open

pytestmark = pytest.mark.kafka
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

PARENT = """
import json, sys, threading, time
from streams.embedded import EmbeddedBroker
broker = EmbeddedBroker()
starter = threading.Thread(target=broker.start)
starter.start()
starter.join()  # a broker must not end with the thread that started it
print(json.dumps([broker.pid, broker.port, str(broker.data_dir)]), flush=True)
time.sleep(60)
"""


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def listening(pid: int) -> set[str]:
    """Addresses (hexadecimal, as /proc has them) on which a process accepts TCP connections."""
    sockets = {str(f.readlink()) for f in Path(f"/proc/{pid}/fd").iterdir() if f.is_symlink()}
    rows = [line.split() for t in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{t}").read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}


async def test_it_answers_kafka_requests_when_start_returns(broker: EmbeddedBroker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        (node,) = (await admin.describe_cluster())["brokers"]
        assert (node["host"], node["port"]) == ("127.0.0.1", broker.port)
    finally:
        await admin.close()


@linux
def test_it_listens_on_loopback_only(broker: EmbeddedBroker) -> None:
    assert listening(broker.pid) == {"0100007F"}  # 127.0.0.1


@linux
def test_nothing_is_left_after_close() -> None:
    with EmbeddedBroker() as broker:
        pid, port, folder = broker.pid, broker.port, broker.data_dir
        assert folder.is_dir()
    assert not is_alive(pid)
    assert not is_open(port)
    assert not folder.exists()


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_when_its_parent_is_killed(how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=REPOSITORY, text=True)
    assert parent.stdout is not None
    pid, port, folder = json.loads(parent.stdout.readline())
    assert is_alive(pid)
    assert is_open(port)
    parent.send_signal(how)
    parent.wait()
    assert wait_until(lambda: not is_alive(pid)), "the broker outlives its parent"
    assert wait_until(lambda: not Path(folder).exists()), "the broker's folder is left behind"


async def publish(broker: EmbeddedBroker, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait("kept", value, partition=0)
    finally:
        await producer.stop()


async def published(broker: EmbeddedBroker) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap)
    await consumer.start()
    try:
        partition = TopicPartition("kept", 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        return [(await consumer.getone()).value for _ in range(end)]
    finally:
        await consumer.stop()


async def test_a_data_folder_keeps_everything_over_a_stop(tmp_path: Path) -> None:
    values = [b"%d" % n for n in range(100)]
    with EmbeddedBroker(tmp_path / "data") as first:
        await publish(first, values)
    with EmbeddedBroker(tmp_path / "data") as second:
        assert await published(second) == values
    assert (tmp_path / "data").is_dir()


async def test_a_data_folder_keeps_the_last_snapshot_over_kill_9_of_the_broker(tmp_path: Path) -> None:
    values = [b"%d" % n for n in range(100)]
    first = EmbeddedBroker(tmp_path / "data")
    first.start()
    try:
        await publish(first, values)
        # noida-db acknowledges before it writes: what is younger than its snapshot, about a second, is lost. One
        # that was begun while the values came in may lack some of them, so the next one is waited for.
        await asyncio.sleep(1.2)
        snapshot = tmp_path / "data" / "kafka.json"
        assert wait_until(snapshot.exists)
        os.kill(first.pid, signal.SIGKILL)
    finally:
        first.stop()
    with EmbeddedBroker(tmp_path / "data") as second:
        assert await published(second) == values


def test_a_taken_port_is_told_with_the_end_of_the_log() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(BrokerFailed, match=rf"(?s)port {port}; its log ends: .*already in use"):
            EmbeddedBroker(port=port).start()
        assert time.monotonic() - started < 5


def test_a_free_port_lost_to_another_process_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = [taken.getsockname()[1], free_port()]
        monkeypatch.setattr("streams.embedded.broker.free_port", lambda: ports.pop(0))
        with EmbeddedBroker() as broker:
            assert broker.port != taken.getsockname()[1]
            assert is_open(broker.port)


def test_a_missing_binary_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("streams.embedded.broker.files", lambda _: tmp_path)
    with pytest.raises(BrokerFailed, match="set QAWL_KAFKA_BOOTSTRAP instead"):
        EmbeddedBroker().start()


def test_a_binary_that_is_no_program_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "noida-db").write_text("not a program")
    monkeypatch.setattr("streams.embedded.broker.files", lambda _: tmp_path)
    with pytest.raises(BrokerFailed, match="cannot be started"):
        EmbeddedBroker().start()


def test_a_broker_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hangs = tmp_path / "noida-db"
    hangs.write_text("#!/bin/sh\necho loading\nexec sleep 60\n")
    hangs.chmod(0o755)
    monkeypatch.setattr("streams.embedded.broker.files", lambda _: tmp_path)
    monkeypatch.setattr("streams.embedded.broker._START_SECONDS", 0.5)
    with pytest.raises(BrokerFailed, match="its log ends: loading"):
        EmbeddedBroker().start()
