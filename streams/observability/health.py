"""/healthz: the process answers. /readyz: it has partitions and its profiles are recovered."""

from typing import Any

import faust
from faust.web import Request, Response, View

from streams.observability import metrics


def add_pages(app: faust.App) -> None:
    """Serve both pages on the app's web port."""

    @app.page("/healthz")
    async def healthz(view: View, request: Request) -> Response:
        return view.json({"status": "alive"})

    @app.page("/readyz")
    async def readyz(view: View, request: Request) -> Response:
        reason = not_ready(app)
        return view.json({"status": "ready" if reason is None else reason}, status=200 if reason is None else 503)


def not_ready(app: faust.App) -> str | None:
    """Why the worker is not processing yet, None when it is."""
    if app.should_stop:
        return "stopping"
    consumer: Any = app._consumer  # None until Faust has made it; app.consumer would make one
    if consumer is None or not app.producer_only and not consumer.started:
        return "starting"
    if app.rebalancing:
        return "rebalancing"
    if not app.tables.recovery.completed.is_set():
        return "recovering profiles"
    return None


def update_lag(app: faust.App, topics: frozenset[str]) -> None:
    """Set qawl_consumer_lag for the partitions this worker has, drop those it has lost."""
    consumer: Any = app.consumer
    current = {}
    for tp in consumer.assignment():
        if tp.topic in topics:
            end = consumer.highwater(tp)
            if end is not None:
                # Faust's own mapping of what is committed; it is filled when the partition is assigned
                done = consumer._committed_offset[tp] or 0
                current[tp.topic, str(tp.partition)] = max(0, end - done)
    metrics.consumer_lag.clear()
    for labels, lag in current.items():
        metrics.consumer_lag.labels(*labels).set(lag)
