"""/healthz: the process answers. /readyz: it has partitions and its profiles are recovered. How far behind it is."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import faust
from aiokafka.errors import KafkaError
from faust.types import TP
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
    if consumer is None or not consumer.started:
        return "starting"
    if app.rebalancing:
        return "rebalancing"
    outbox: Any = app.outbox  # type: ignore[attr-defined]
    if outbox.retrying:
        return "waiting for the broker"
    tables: Any = app.tables
    if not tables.recovery.completed.is_set():
        return "recovering profiles"
    return None


class Lag:
    """qawl_consumer_lag: for each partition of this worker, the records that are not committed yet.

    The end of a partition comes with every fetch, about every 1.5 s where nothing arrives.
    """

    def __init__(self, app: faust.App, topics: frozenset[str]) -> None:
        self._app, self._topics = app, topics
        self._beginnings: dict[TP, int] = {}

    async def update(self, committed: Mapping[TP, int]) -> None:
        """Set the gauge. `committed` holds what was committed since the partitions were assigned."""
        consumer: Any = self._app.consumer
        mine = {tp for tp in consumer.assignment() if tp.topic in self._topics}
        begins = {tp: committed.get(tp) or consumer._committed_offset.get(tp) for tp in mine}
        new = [tp for tp, offset in begins.items() if offset is None and tp not in self._beginnings]
        if new:
            # Counted from 0, a group that never committed would lag by all that retention removed long ago.
            with suppress(KafkaError):  # no broker answers: asked again the next time
                self._beginnings |= await consumer.earliest_offsets(*new)
        lag: dict[TP, int] = {}
        for tp, offset in begins.items():
            end = consumer.highwater(tp) if tp in consumer.assignment() else None
            if end is not None:
                done = offset if offset is not None else self._beginnings.get(tp) or 0
                # Behind the last record there may be markers of transactions, which nobody will ever process.
                waiting = end > done and not await consumer.is_read(tp, done - 1, end)
                lag[tp] = end - done if waiting else 0
        # All at once, without an `await`: whoever reads the metrics meanwhile would see half of the partitions.
        metrics.consumer_lag.clear()  # what another worker has now is in that worker's metrics
        for tp, records in lag.items():
            metrics.consumer_lag.labels(tp.topic, str(tp.partition)).set(records)
