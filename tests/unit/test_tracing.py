"""Traces are off, and OpenTelemetry is asked for in one line where it is wanted and absent."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from streams.observability.tracing import Traces, make_traces
from streams.settings import Settings, SettingsError


def test_nothing_is_made_without_an_endpoint() -> None:
    assert make_traces(Settings(traces_endpoint=None), "1") is None


@pytest.mark.parametrize("value", ["collector:4318", "grpc://collector:4317", "http://", "http:///v1/traces"])
def test_an_endpoint_is_an_address_of_http(value: str) -> None:
    with pytest.raises(SettingsError, match="QAWL_TRACES_ENDPOINT"):
        Settings.load(traces_endpoint=value)


def test_a_header_without_a_value_is_no_trace_and_the_environments_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    monkeypatch.setenv("OTEL_SERVICE_NAME", "desk")
    exporter = InMemorySpanExporter()
    traces = Traces("1", exporter)
    headers = [("traceparent", None), ("tracestate", b"a=b")]
    message = SimpleNamespace(topic="articles.raw", partition=0, offset=7, headers=headers)
    traces.begin(message, 1).stored("enriched", 2)
    traces.close()
    root = exporter.get_finished_spans()[-1]
    assert root.parent is None
    assert root.resource.attributes["service.name"] == "desk"


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match=r"pip install 'qawl\[otel\]'"):
        make_traces(Settings(traces_endpoint="http://127.0.0.1:4318/v1/traces"), "1")


def test_the_worker_says_so_and_ends_with_2() -> None:
    code = (
        "import sys; sys.modules['opentelemetry.exporter.otlp.proto.http.trace_exporter'] = None;"
        "from streams.app import create_app; from streams.settings import Settings; from streams.cli import main;"
        "import streams.cli.starting as w; w.check = lambda s: __import__('asyncio').sleep(0);"
        "sys.argv = ['qawl', 'worker', '--bootstrap', '127.0.0.1:1', '--http-port', '0']; main()"
    )
    environment = {"QAWL_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "QAWL_TRACES_ENDPOINT needs OpenTelemetry" in done.stderr and "Traceback" not in done.stderr
