"""Faust's own metrics: assignments, rebalances, buffers, errors, web requests."""

import logging
from typing import Any

import faust
from faust.sensors.prometheus import PrometheusMonitor, setup_prometheus_sensors
from prometheus_client import CollectorRegistry


class _Monitor(PrometheusMonitor):
    """Faust's monitor without what it does for each record: a twentieth of the worker's time.

    What it would tell of records is told by metrics of our own, from where they are read to where they are committed.
    """

    logger = logging.getLogger("faust.sensors")  # a Faust service logs its steps; under our name they would be shown

    def on_message_in(self, *_: Any) -> None:
        """Nothing."""

    def on_message_out(self, *_: Any) -> None:
        """Nothing."""

    def on_stream_event_in(self, *_: Any) -> None:
        """Nothing."""

    def on_stream_event_out(self, *_: Any) -> None:
        """Nothing."""

    def track_tp_end_offset(self, *_: Any) -> None:
        """Nothing."""


def add_metrics(app: faust.App, registry: CollectorRegistry) -> None:
    """Serve all metrics of a registry, and of Faust under `faust_`, as /metrics on the app's web port."""
    setup_prometheus_sensors(app, registry=registry, name_prefix="faust")
    made: Any = app.monitor
    app.monitor = _Monitor(metrics=made._metrics)
