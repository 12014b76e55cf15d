"""The stream over real brokers and gateways: filters, resuming, the past, and clients that do not keep up."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from schemas import Actor, Content, Cue
from streams.embedded.broker import free_port
from streams.kafka.topics import create
from streams.settings import Settings
from tests.faults.brokers import Apache
from tests.gateway.client import EventSource, ids, send, statement
from tests.kafka.pipeline import GATEWAY, WorkerProcess, article, publish

pytestmark = pytest.mark.kafka
STREAM = "/v1/statements/stream"


@pytest.fixture
def gateway(deployment: Settings, tmp_path: Path) -> Iterator[WorkerProcess]:
    with WorkerProcess(deployment, tmp_path, GATEWAY) as running:
        yield running


@pytest.fixture
def apache(tmp_path: Path) -> Iterator[Apache]:
    """A broker of the test's own, to be killed."""
    try:
        broker = Apache(tmp_path)
    except FileNotFoundError as e:
        pytest.skip(str(e))
    broker.start()
    yield broker
    broker.stop()


def url(gateway: WorkerProcess, query: str = "") -> str:
    return f"http://127.0.0.1:{gateway.port}{STREAM}{query}"


async def test_each_statement_comes_once_with_the_json_of_the_topic(
    deployment: Settings, gateway: WorkerProcess
) -> None:
    async with EventSource(url(gateway)).reading() as client:
        await send(deployment, [statement(n) for n in range(30)])
        await client.until(lambda: len(client.events) >= 30, "gets too little")
        await asyncio.sleep(0.3)
    assert sorted(client.statements()) == ids(range(30))
    assert client.events[0].data["schema"] == "qawl/statement/1"


async def test_filters_are_applied_by_the_server(deployment: Settings, gateway: WorkerProcess) -> None:
    denied = Cue(text="ونفى", lemma="نفى", cue_class="denied", span=(0, 4))
    ministry = Actor(id="organization:وزاره-الصحه", name="وزارة الصحّة", name_latin="Ministry", kind="organization")
    events = [
        statement(1),
        statement(2, cue=denied),
        statement(3, actor=ministry, confidence=0.4),
        statement(4, content=Content(text="«والأخبارُ» كثيرة", spans=((0, 5),)), type="direct"),
    ]
    wanted = {
        "?class=denied&class=asked": [2],
        "?kind=organization": [3],
        "?actor=" + quote("وزاره الصحة"): [3],
        "?actor=" + quote(ministry.id): [3],
        "?q=" + quote("اخبار"): [4],
        "?type=direct&min_confidence=0.5": [4],
        "?min_confidence=0.5&source=desk": [1, 2, 4],
        "?source=other": [],
    }
    clients = [EventSource(url(gateway, query)) for query in wanted]
    async with asyncio.TaskGroup() as group:
        done = asyncio.Event()

        async def read(client: EventSource) -> None:
            async with client.reading():
                await done.wait()

        for client in clients:
            group.create_task(read(client))
        while not all(client.last_id for client in clients):
            await asyncio.sleep(0.02)
        await send(deployment, events)
        for client, expected in zip(clients, wanted.values(), strict=True):
            await client.until(lambda c=client, e=expected: len(c.events) >= len(e), "gets too little")  # type: ignore[misc]
        await asyncio.sleep(0.3)
        done.set()
    assert {query: sorted(client.statements()) for query, client in zip(wanted, clients, strict=True)} == {
        query: ids(numbers) for query, numbers in wanted.items()
    }


async def test_last_event_id_goes_on_with_another_copy(
    deployment: Settings, gateway: WorkerProcess, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    async with EventSource(url(gateway)).reading() as client:
        await send(deployment, [statement(n) for n in range(10)])
        await client.until(lambda: len(client.events) >= 10, "gets too little")
    await send(deployment, [statement(n) for n in range(10, 40)])
    with WorkerProcess(deployment, tmp_path / "other", GATEWAY) as other:
        async with EventSource(url(other), client.events[4].id).reading() as again:
            await again.until(lambda: len(again.events) >= 35, "gets too little")
            await send(deployment, [statement(40)], transactional_id=f"{deployment.topic_prefix}t")
            await again.until(lambda: len(again.events) >= 36, "gets nothing new")
        assert other.metric("qawl_gateway_events_total") == 36  # of them 35 from memory
    assert sorted(client.statements()[:5] + again.statements()) == ids(range(41))


async def test_since_begins_in_the_past(deployment: Settings, gateway: WorkerProcess) -> None:
    await send(deployment, [statement(n) for n in range(5)])
    await asyncio.sleep(0.05)
    between = datetime.now(UTC).isoformat()
    await asyncio.sleep(0.05)
    await send(deployment, [statement(n) for n in range(5, 9)])
    for since, expected in ((between, range(5, 9)), ("1970-01-01T00:00:00Z", range(9)), ("2999-01-01T00:00:00Z", ())):
        async with EventSource(url(gateway, f"?since={quote(since)}")).reading() as client:
            await client.until(lambda c=client, e=expected: len(c.events) >= len(e), "gets too little")  # type: ignore[misc]
            await asyncio.sleep(0.2)
        assert sorted(client.statements()) == ids(expected), since


async def test_who_missed_more_than_may_wait_for_him_catches_up(deployment: Settings, tmp_path: Path) -> None:
    """All of it is in memory, and all of it at once is too much for one client."""
    with WorkerProcess(deployment, tmp_path, GATEWAY, QAWL_GATEWAY_CLIENT_BYTES="65536") as gateway:
        await send(deployment, [statement(n) for n in range(400)])
        gateway.until(lambda: gateway.metric("qawl_gateway_read_total") >= 400, "does not read")
        async with EventSource(url(gateway, "?since=1970-01-01T00:00:00Z")).reading() as client:
            await client.until(lambda: len(client.statements()) >= 400, "never catches up")
        assert sorted(client.statements()) == ids(range(400))


async def test_what_memory_no_longer_holds_is_read_from_kafka(deployment: Settings, tmp_path: Path) -> None:
    await send(deployment, [statement(n) for n in range(60)])
    command = [
        GATEWAY[0],
        "-c",
        "import streams.gateway.feed as f; f._MOST_KEPT = 8; from streams.cli import main; main()",
    ]
    with WorkerProcess(deployment, tmp_path, [*command, "gateway"]) as gateway:
        async with EventSource(url(gateway, "?since=1970-01-01T00:00:00Z")).reading() as client:
            await client.until(lambda: len(client.events) >= 60, "gets too little")
            await send(deployment, [statement(60)])
            await client.until(lambda: len(client.events) >= 61, "gets nothing new")
        assert gateway.metric("qawl_gateway_resumed_total", origin="kafka") == 1
    assert sorted(client.statements()) == ids(range(61))


async def test_an_id_behind_the_end_of_the_topic_is_told_as_a_gap(deployment: Settings, gateway: WorkerProcess) -> None:
    await send(deployment, [statement(n) for n in range(3)])
    far = ",".join(f"{p}:999" for p in range(deployment.partitions))
    async with EventSource(url(gateway), far).reading() as client:
        await client.until(lambda: len(client.statements()) >= 3, "gets too little")
    assert client.events[0].name == "gap"


async def test_a_slow_client_is_told_and_the_others_do_not_notice(deployment: Settings, tmp_path: Path) -> None:
    long = Content(text="كلمة " * 4000, spans=((0, 20_000),))
    with WorkerProcess(deployment, tmp_path, GATEWAY, QAWL_GATEWAY_CLIENT_BYTES="100000") as gateway:
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)  # else it may hold thirty megabytes unread
        stuck.connect(("127.0.0.1", gateway.port))
        stuck.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        async with EventSource(url(gateway)).reading() as client:
            while gateway.metric("qawl_gateway_clients") != 2:
                await asyncio.sleep(0.05)
            for begin in range(0, 240, 60):  # ten megabytes: more than the sockets hold
                await send(deployment, [statement(n, content=long) for n in range(begin, begin + 60)])
                await client.until(lambda count=begin + 60: len(client.events) >= count, "gets too little")  # type: ignore[misc]
        assert client.cuts == 0
        assert sorted(client.statements()) == ids(range(240))
        stuck.settimeout(10)
        read = b""
        while chunk := stuck.recv(1 << 16):
            read += chunk
        assert b"event: slow" in read
        assert gateway.metric("qawl_gateway_closed_total", reason="slow") == 1
        stuck.close()


async def test_a_client_is_told_that_it_is_alive(deployment: Settings, tmp_path: Path) -> None:
    with WorkerProcess(deployment, tmp_path, GATEWAY, QAWL_GATEWAY_HEARTBEAT_SECONDS="0.2") as gateway:
        async with (
            aiohttp.ClientSession() as session,
            session.get(url(gateway, "?source=nobody")) as response,
            asyncio.timeout(20),
        ):
            await send(deployment, [statement(1)])
            lines: list[str] = []
            while not any(line.startswith("id: ") and ":1" in line for line in lines):
                lines.append((await response.content.readline()).decode().strip())
    assert lines[0] == "retry: 2000"
    assert ": alive" in lines
    assert not any(line.startswith("data") for line in lines)


async def test_a_wrong_parameter_is_named(gateway: WorkerProcess) -> None:
    """All of one gateway, which takes longer to start than to answer."""
    wrong = {
        "?klass=denied": "klass",
        "?class=shouted": "class",
        "?min_confidence=2": "min_confidence",
        "?since=yesterday": "since",
        "?last_event_id=0:1": "Last-Event-ID",
    }
    async with aiohttp.ClientSession() as session:
        for query, parameter in wrong.items():
            async with session.get(url(gateway, query)) as response:
                told = await response.json(content_type="application/problem+json")
            assert (response.status, told["parameter"]) == (400, parameter), query


async def test_a_broker_that_is_gone_is_noticed_though_nothing_comes_anyway(apache: Apache, tmp_path: Path) -> None:
    settings = Settings(kafka_bootstrap=apache.bootstrap, topic_prefix="gone.", partitions=2)
    await create(settings)
    with WorkerProcess(settings, tmp_path, GATEWAY) as gateway:
        address = f"http://127.0.0.1:{gateway.port}"

        async def until(status: int, up: str) -> None:
            async with aiohttp.ClientSession() as session, asyncio.timeout(60):
                while True:
                    async with session.get(f"{address}/readyz") as ready, session.get(f"{address}/metrics") as told:
                        if ready.status == status and f"\nqawl_gateway_broker_up {up}" in await told.text():
                            return
                    await asyncio.sleep(0.5)

        await until(200, "1.0")
        apache.stop()
        await until(503, "0.0")
        apache.start()
        await until(200, "1.0")


async def test_no_gap_and_no_repetition_while_gateway_worker_and_broker_are_killed(
    apache: Apache, tmp_path: Path
) -> None:
    settings = Settings(kafka_bootstrap=apache.bootstrap, topic_prefix="cut.", partitions=4)
    await create(settings)
    port = str(free_port())
    folders = [tmp_path / name for name in ("worker", "gateway")]
    for folder in folders:
        folder.mkdir()
    worker = WorkerProcess(settings, folders[0], QAWL_WORKER_ID="w1")
    gateway = WorkerProcess(settings, folders[1], GATEWAY, QAWL_GATEWAY_PORT=port)
    try:
        worker.start()
        gateway.start()
        gateway.wait_ready()
        worker.wait_ready()
        sent = 0

        async def feed(count: int) -> None:
            nonlocal sent
            await publish(settings, [(f"a{n}".encode(), article(f"a{n}")) for n in range(sent, sent + count)])
            sent += count

        async with EventSource(f"http://127.0.0.1:{port}{STREAM}").reading() as client:
            await feed(20)
            await client.until(lambda: len(client.statements()) >= 10, "gets too little")
            await feed(20)
            gateway.stop(signal.SIGKILL)
            await feed(20)
            gateway.start()
            await client.until(lambda: len(client.statements()) >= 40, "gets too little after the gateway")
            await feed(20)
            worker.stop(signal.SIGKILL)
            worker.start()
            await feed(20)
            await client.until(lambda: len(client.statements()) >= 90, "gets too little after the worker")
            apache.restart(kill=True)
            await feed(20)
            gateway.stop(signal.SIGTERM)
            gateway.start()
            await client.until(lambda: len(client.statements()) >= 120, "gets too little after the broker")
            await asyncio.sleep(1)
        told = [e.data["article"]["article_id"] for e in client.events if e.name == "statement"]
        assert sorted(told) == sorted(f"a{n}" for n in range(120))
        assert client.cuts >= 2
        assert not [e for e in client.events if e.name == "gap"]
    finally:
        for process in (worker, gateway):
            process.process.kill()
            process.process.wait()
