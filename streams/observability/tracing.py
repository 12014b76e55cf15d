"""Traces of articles, from their reading to the commit of all that came of them, for OpenTelemetry; off by default.

OpenTelemetry is imported by `Traces` alone, which is made only where an endpoint is set. An article's spans are closed
when it is stored: one whose outputs go to another worker leaves no half a trace behind.
"""

import logging
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from streams.delivery.records import Headers, Record
from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

_HEADER = "traceparent"  # W3C Trace Context; what it adds in `tracestate` is passed on too
_PASSED_ON = (_HEADER, "tracestate")
_EXPORT_SECONDS = 5.0
_CLOSING_SECONDS = 2.0  # less than a worker has for closing its connections (app.py)


class Traces:
    """Makes spans and sends them in the background; what a collector does not take is lost, and nothing waits for it.

    The usual `OTEL_…` variables hold: `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_EXPORTER_OTLP_HEADERS`.
    """

    def __init__(self, version: str, exporter: "SpanExporter") -> None:
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        ours = Resource.create({"service.name": "qawl-worker", "service.version": version})
        resource = ours.merge(OTELResourceDetector().detect())  # OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer: Tracer = self._provider.get_tracer("qawl", version)
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, message: Any, began: int) -> "Trace":
        """The trace of a Kafka message that is worked on since `began` (ns of the clock), as part of its sender's."""
        from opentelemetry.trace import SpanKind, set_span_in_context

        given = {
            name: value.decode("ascii", "replace")
            for name, value in message.headers or ()
            if name in _PASSED_ON and value is not None
        }
        span = self._tracer.start_span(
            f"process {message.topic}",
            context=self._propagator.extract(given),
            kind=SpanKind.CONSUMER,
            start_time=began,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": message.topic,
                "messaging.destination.partition.id": str(message.partition),
                "messaging.kafka.offset": message.offset,
            },
        )
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))
        return Trace(self._tracer, span, began, tuple((name, value.encode()) for name, value in carrier.items()))

    def close(self) -> None:
        """Send what waits, if that takes no longer than a worker has time for."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSING_SECONDS)


class Trace:
    """One article's."""

    __slots__ = ("_headers", "_ready", "_span", "_tracer")

    def __init__(self, tracer: "Tracer", span: "Span", began: int, headers: Headers) -> None:
        self._tracer, self._span, self._headers, self._ready = tracer, span, headers, began

    def extracted(self, article_id: str | None, timings_ms: Mapping[str, float]) -> None:
        """The article was read; `timings_ms` are the stages' times."""
        began, self._ready = self._ready, time.time_ns()
        if article_id is not None:
            self._span.set_attribute("qawl.article_id", article_id)
        self._child("extract", began, {f"qawl.stage.{stage}_ms": ms for stage, ms in timings_ms.items()})

    def on(self, record: Record) -> Record:
        """An output that tells whose trace it belongs to."""
        return record._replace(headers=(*record.headers, *self._headers))

    def stored(self, outcome: str, outputs: int) -> None:
        """All outputs are committed."""
        began, self._ready = self._ready, time.time_ns()
        self._child("commit", began, {"qawl.outputs": outputs})
        self._span.set_attribute("qawl.outcome", outcome)
        self._span.end(self._ready)

    def _child(self, name: str, began: int, attributes: Mapping[str, float]) -> None:
        from opentelemetry.trace import set_span_in_context

        context = set_span_in_context(self._span)
        self._tracer.start_span(name, context=context, start_time=began, attributes=attributes).end(self._ready)


def make_traces(settings: Settings, version: str) -> Traces | None:
    """What the settings ask for; None where no endpoint is set.

    Raises:
        SettingsError: an endpoint is set and OpenTelemetry is not installed.
    """
    if settings.traces_endpoint is None:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as e:
        raise SettingsError(f"QAWL_TRACES_ENDPOINT needs OpenTelemetry: pip install 'qawl[otel]' ({e})") from e
    # It tells each failed attempt as a warning and, with the collector gone, would fill the log.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)
    return Traces(version, OTLPSpanExporter(settings.traces_endpoint, timeout=_EXPORT_SECONDS))
