"""What an OpenTelemetry collector gets from a worker, by OTLP over HTTP; the collector is a socket of this test."""

import gzip
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from streams.embedded.broker import free_port
from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, publish, read, read_until

pytestmark = pytest.mark.kafka

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(ThreadingHTTPServer):
    """Keeps every span."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        super().__init__(("127.0.0.1", 0), _Take)

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


class _Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.server.services |= {a.value.string_value for a in resource.resource.attributes if a.key[-4:] == "name"}
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


async def test_an_article_is_one_trace_from_its_feed_to_its_statements(
    settings: Settings, collector: Collector, tmp_path: Path
) -> None:
    await create(settings)
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    with WorkerProcess(settings, tmp_path, QAWL_TRACES_ENDPOINT=endpoint) as worker:
        producer = AIOKafkaProducer(**client_options(settings))
        await producer.start()
        headers = [("traceparent", f"00-{TRACE}-{PARENT}-01".encode())]
        sent = await producer.send_and_wait(declared(settings).raw.name, article("a1"), key=b"a1", headers=headers)
        await producer.stop()
        await enriched_until(settings, 1)
        topics = declared(settings)
        outputs = [r for t in (topics.enriched, topics.statements, topics.state) for r in await read(settings, t)]
        assert worker.stop(signal.SIGTERM) == 0  # which sends what waits

    (whole,) = collector.named(f"process {sent.topic}")
    assert (whole.trace_id.hex(), whole.parent_span_id.hex()) == (TRACE, PARENT)
    about = attributes(whole)
    assert about["qawl.article_id"] == "a1" and about["qawl.outcome"] == "enriched"
    assert about["messaging.destination.partition.id"] == str(sent.partition)
    assert about["messaging.kafka.offset"] == sent.offset
    (extract,), (commit,) = collector.named("extract"), collector.named("commit")
    assert {s.parent_span_id for s in (extract, commit)} == {whole.span_id}
    assert attributes(extract)["qawl.stage.entities_ms"] > 0 and attributes(commit)["qawl.outputs"] == len(outputs) == 3
    assert (
        whole.start_time_unix_nano
        == extract.start_time_unix_nano
        < extract.end_time_unix_nano
        == commit.start_time_unix_nano
        < commit.end_time_unix_nano
        == whole.end_time_unix_nano
    )
    passed_on = {dict(record.headers)["traceparent"].decode() for record in outputs}
    assert passed_on == {f"00-{TRACE}-{whole.span_id.hex()}-01"}
    assert "qawl-worker" in collector.services


async def test_a_dead_letter_is_a_trace_of_its_own(settings: Settings, collector: Collector, tmp_path: Path) -> None:
    await create(settings)
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    with WorkerProcess(settings, tmp_path, QAWL_TRACES_ENDPOINT=endpoint) as worker:
        await publish(settings, [b"no article"])
        (letter,) = await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 1)
        assert worker.stop(signal.SIGTERM) == 0
    (whole,) = collector.named(f"process {declared(settings).raw.name}")
    assert not whole.parent_span_id and attributes(whole)["qawl.outcome"] == "dead_letter"
    assert dict(letter.headers)["traceparent"].decode().split("-")[1] == whole.trace_id.hex()


async def test_a_collector_that_is_gone_stops_nothing(settings: Settings, tmp_path: Path) -> None:
    await create(settings)
    endpoint = f"http://127.0.0.1:{free_port()}/v1/traces"
    with WorkerProcess(settings, tmp_path, QAWL_TRACES_ENDPOINT=endpoint) as worker:
        await publish(settings, [article(f"a{n}") for n in range(3)])
        await enriched_until(settings, 3)
        assert worker.stop(signal.SIGTERM) == 0


async def test_without_an_endpoint_records_carry_nothing(settings: Settings, tmp_path: Path) -> None:
    await create(settings)
    with WorkerProcess(settings, tmp_path):
        await publish(settings, [article("a1")])
        await enriched_until(settings, 1)
    (record,) = await read(settings, declared(settings).enriched)
    assert record.headers == ()
