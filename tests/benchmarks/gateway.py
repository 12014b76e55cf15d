"""Many clients of the stream: how long a statement takes from its commit to each of them.

    python -m tests.benchmarks.gateway [--clients N] [--rate N] [--seconds N] [--filtered SHARE]

The gateway has a core to itself (where the system can pin a process); broker, publisher and clients share the others.
A statement is published with the time at which its transaction began, ten transactions a second, as a worker under load
does it. Every client counts what it gets; one in twenty reads the times. `--filtered` clients ask for one class of cue.
"""

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import quantiles

from aiokafka import AIOKafkaProducer

from schemas import Content, Cue
from schemas.codec import encode
from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.benchmarks.common import heading, resident_megabytes, table
from tests.benchmarks.pipeline import start_broker
from tests.benchmarks.workers import CORES, pinned
from tests.gateway.client import statement
from tests.kafka.pipeline import GATEWAY, WorkerProcess

_BATCHES = 10  # transactions a second
_READ_ONE_IN = 20
_TIME = re.compile(rb'"extracted_at":"([^"]+)"')
_WORDS = "قال إن الحكومة ستعلن غدا عن خطة جديدة لدعم القطاع الصحي في جميع المحافظات "


class Client(asyncio.Protocol):
    """One client: counts events, and notes how old they are where it reads them."""

    def __init__(self, path: str, reads: bool) -> None:
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self._reads = reads
        self._rest = b""
        self.events = 0
        self.bytes = 0
        self.ages: list[float] = []
        self.cut = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.events += data.count(b"\nevent: statement")
        self.bytes += len(data)
        if self._reads:
            now = time.time()
            text = self._rest + data
            end = 0
            for found in _TIME.finditer(text):
                self.ages.append(now - datetime.fromisoformat(found[1].decode()).timestamp())
                end = found.end()
            self._rest = text[max(end, len(text) - 100) :]

    def connection_lost(self, exc: Exception | None) -> None:
        self.cut = True


def _itself(client: Client) -> Client:
    return client


async def publish(settings: Settings, rate: int, seconds: float) -> int:
    """Send `rate` statements a second in ten transactions; how many."""
    producer = AIOKafkaProducer(**client_options(settings), transactional_id=f"{settings.topic_prefix}benchmark")
    await producer.start()
    topic, sent = declared(settings).statements.name, 0
    denied = Cue(text="ونفى", lemma="نفى", cue_class="denied", span=(0, 4))
    began = time.monotonic()
    try:
        for batch in range(int(seconds * _BATCHES)):
            await asyncio.sleep(max(0.0, began + batch / _BATCHES - time.monotonic()))
            now = datetime.now(UTC)
            await producer.begin_transaction()
            for _ in range(rate // _BATCHES):
                content = Content(text=_WORDS * 3, spans=((0, 200),))
                changes = {"cue": denied} if sent % 10 == 0 else {}
                event = statement(sent, extracted_at=now, content=content, **changes)
                await producer.send(topic, encode(event), event.actor.id.encode())
                sent += 1
            await producer.commit_transaction()
    finally:
        await producer.stop()
    return sent


async def measure(
    settings: Settings, gateway: WorkerProcess, clients: int, filtered: int, rate: int, seconds: float
) -> tuple[list[Client], int, float]:
    """Connect all, publish, and wait until all have what is theirs; clients, statements, share of a core."""
    loop = asyncio.get_running_loop()
    made: list[Client] = []
    for n in range(clients):
        path = "/v1/statements/stream" + ("?class=denied" if n < filtered else "")
        client = Client(path, n % _READ_ONE_IN == 0)
        await loop.create_connection(partial(_itself, client), "127.0.0.1", gateway.port)
        made.append(client)
        if n % 50 == 0:
            await asyncio.sleep(0.02)
    while not all(client.bytes for client in made):
        await asyncio.sleep(0.1)
    await publish(settings, rate, 3.0)  # a warm-up, which counts for nothing
    await asyncio.sleep(2.0)
    for client in made:
        client.events, client.bytes, client.ages = 0, 0, []
    cpu, began = gateway.metric("process_cpu_seconds_total"), time.monotonic()
    sent = await publish(settings, rate, seconds)
    share = (gateway.metric("process_cpu_seconds_total") - cpu) / (time.monotonic() - began)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and sum(c.events for c in made[filtered:]) < sent * (clients - filtered):
        await asyncio.sleep(0.1)
    return made, sent, share


def report(made: Sequence[Client], filtered: int, sent: int, seconds: float, share: float, megabytes: float) -> str:
    """The table."""
    ages = sorted(1000 * age for client in made for age in client.ages)
    cut = quantiles(ages, n=100, method="inclusive")
    got, wanted = sum(c.events for c in made[filtered:]), sent * (len(made) - filtered)
    rows = [
        ["clients, of them filtered", f"{len(made):,}, {filtered:,}"],
        ["statements/s", f"{sent / seconds:,.0f}"],
        ["events/s to all clients", f"{sum(c.events for c in made) / seconds:,.0f}"],
        ["megabytes/s to all clients", f"{sum(c.bytes for c in made) / seconds / 1e6:,.0f}"],
        ["delay, median", f"{cut[49]:,.0f} ms"],
        ["delay, 99 %", f"{cut[98]:,.0f} ms"],
        ["longest", f"{ages[-1]:,.0f} ms"],
        ["lost by unfiltered clients", f"{wanted - got:,}"],
        ["clients cut", f"{sum(c.cut for c in made):,}"],
        ["the gateway's share of its core", f"{share:.0%}"],
        ["the gateway's memory", f"{megabytes:,.0f} MB"],
    ]
    return table(["", ""], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=200, help="statements a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--filtered", type=float, default=0.5, help="share of clients that ask for one class of cue")
    parser.add_argument("--broker", choices=["embedded", "apache"], default="embedded")
    a = parser.parse_args()
    filtered = int(a.clients * a.filtered)
    if CORES:
        os.sched_setaffinity(0, CORES[:-1])
    with tempfile.TemporaryDirectory(prefix="qawl-gateway-") as name, ExitStack() as stack:
        broker = start_broker(a.broker, Path(name), stack)
        settings = Settings(kafka_bootstrap=broker.bootstrap, topic_prefix="bench.")
        asyncio.run(create(settings))
        with WorkerProcess(
            settings, Path(name), [*pinned(), *GATEWAY], QAWL_GATEWAY_REQUESTS_PER_MINUTE="0"
        ) as gateway:
            made, sent, share = asyncio.run(measure(settings, gateway, a.clients, filtered, a.rate, a.seconds))
            megabytes = resident_megabytes(gateway.process.pid)
        text = report(made, filtered, sent, a.seconds, share, megabytes)
        print(f"{heading(f'The gateway, {a.broker} broker')}\n{text}")


if __name__ == "__main__":
    main()
