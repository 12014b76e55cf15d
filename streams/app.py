"""The Faust app: topics, table and agents wired together."""

import asyncio
import logging
import os
import socket
import threading
from datetime import UTC, datetime
from typing import Any

import faust
from faust.types import StreamT
from prometheus_client import REGISTRY

from streams.agents.actors_file import ActorsFile
from streams.agents.enrich import Enricher, enrich
from streams.agents.profile import Profiles, profile
from streams.agents.versions import Versions
from streams.delivery.consumer import Consumer
from streams.delivery.outbox import Outbox
from streams.delivery.recovery import Tables
from streams.delivery.remembered import Remembered
from streams.delivery.tables import Table
from streams.extraction import Extractor
from streams.extraction.events import this_extractor
from streams.kafka.reading import METADATA_MS
from streams.kafka.security import bootstrap, faust_credentials
from streams.kafka.topics import Topic, Topics, declared
from streams.observability import metrics
from streams.observability.faust import add_metrics
from streams.observability.health import Lag, add_pages
from streams.observability.tracing import Traces, make_traces
from streams.observability.web import Pages
from streams.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

_LAG_SECONDS = 1.0
_FORGET_SECONDS = 3600.0
_LEAVE_SECONDS = 5.0  # for closing connections, when all is settled
_CRASH_SECONDS = 10.0  # for all of the shutdown after an error
# Records that wait in memory for an agent. An article may have megabytes; Faust's 4096 of them would be the end.
_ARTICLES_BUFFERED = 80
_STATEMENTS_BUFFERED = 1024
# Records that are handed over at once. A queue that is four fifths full takes them still, but no others: so articles
# that wait do not keep statements waiting behind them.
_POLLED = 16
# Records in hand; bounds memory and what a crash makes the next worker do again.
_ARTICLES, _STATEMENTS = 256, 8192


class Worker(faust.App):
    """A Faust app with an outbox: connected before the agents run, empty before the consumer leaves its group."""

    logger = logging.getLogger("faust.app")  # as a subclass it would log Faust's chatter under this module's name
    outbox: Outbox
    listener: socket.socket | None = None
    traces: Traces | None = None

    async def on_stop(self) -> None:
        """Faust stops reading; then what is in hand is finished and committed, and only then the group is left."""
        await super().on_stop()
        await self.outbox.stop()
        self._leave_in_time(_LEAVE_SECONDS)
        if self.traces is not None:
            await asyncio.to_thread(self.traces.close)

    async def crash(self, reason: BaseException) -> None:
        """Faust stops everything; where that hangs, the process ends all the same, or nobody takes its partitions."""
        self._leave_in_time(_CRASH_SECONDS)
        await super().crash(reason)

    def _leave_in_time(self, seconds: float) -> None:
        """End the process if what is left of Faust's shutdown does not: without a broker aiokafka's may take minutes.

        Nothing can be lost by that: what is stored is committed, or the broker does not answer.
        """

        def leave() -> None:
            logger.error("shutting down takes too long: the consumer group is left without telling it")
            os._exit(1)

        timer = threading.Timer(seconds, leave)
        timer.daemon = True
        timer.start()

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        """End. Faust would restart the agent behind the record that it failed on, which would never be committed."""
        await self.outbox.fail(exc)

    def _on_rebalance_when_stopped(self) -> None:
        """Nothing: the thread closes the consumer, in order. Faust closes it before it has left its group."""

    def _create_directories(self) -> None:
        """None: what a worker keeps is in Kafka. Faust would leave empty folders behind."""

    def _new_transport(self) -> Any:
        transport: Any = super()._new_transport()
        transport.Consumer = Consumer
        return transport

    def _new_web(self) -> Any:
        return super()._new_web() if self.listener is None else Pages(self, self.listener)


def create_app(settings: Settings, extractor: Extractor, listener: socket.socket | None = None) -> Worker:
    """The worker's app, with /healthz, /readyz and /metrics on `listener`, or without pages where that is None.

    Raises:
        SettingsError: no broker is set, its TLS files cannot be used, OpenTelemetry is wanted and not there, or no
            temporary folder can be written.
    """
    topics = declared(settings)
    app = _worker(settings, listener)
    made_by = this_extractor(settings.entity_engine)
    app.traces = make_traces(settings, made_by.version)
    app.outbox = Outbox(
        app, settings, {topics.raw.name: _ARTICLES, topics.statements.name: _STATEMENTS}, topics.raw.name
    )
    profiles = Profiles(_remembered(app, "profiles", topics.actors))
    versions = Versions(_remembered(app, "versions", topics.state), settings.retention_days)
    actors_file = None if settings.actors_file is None else ActorsFile(settings.actors_file)
    enricher = Enricher(extractor, topics, settings.max_body_chars, actors_file)
    _add_agents(app, topics, enricher, versions, profiles)
    add_pages(app)
    add_metrics(app, REGISTRY)
    _add_timers(app, topics, versions)
    metrics.begin()
    metrics.build_info.labels(made_by.version, made_by.engine).info({})
    return app


def _worker(settings: Settings, listener: socket.socket | None) -> Worker:
    """Faust, as it is wanted here; what it would do of itself and is done otherwise here is switched off."""
    app = Worker(
        settings.topic_prefix + settings.consumer_group,
        broker=[f"kafka://{address}" for address in bootstrap(settings).split(",")],
        broker_credentials=faust_credentials(settings),
        broker_max_poll_records=_POLLED,
        # A killed worker's partitions go to the others after the first of these times; Faust's minute is long for news.
        # (The embedded broker waits for ever for a killed worker that led its group: noida-db 0.2.3 keeps it there.)
        broker_session_timeout=10.0,
        broker_rebalance_timeout=20.0,
        consumer_max_fetch_size=4 * 1024 * 1024,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=METADATA_MS,
        consumer_group_instance_id=settings.worker_id,
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication,
        topic_allow_declare=False,  # `qawl topics create` makes them, with their policies
        topic_disable_leader=True,  # it would need a topic of its own, and nothing here runs on the leader only
        reply_create_topic=False,
        table_standby_replicas=0,
        Table=Table,
        TableManager=Tables,
        stream_wait_empty=False,  # the outbox waits: see there
        datadir=str(settings.data_dir),
        web_enabled=listener is not None,
        web_router_enabled=False,  # pages that would answer with profiles of whoever asks
        web_tables_enabled=False,
    )
    app.listener = listener
    return app


def _raw_bytes(app: Worker, topic: Topic, buffered: int | None = None) -> Any:
    """A topic of bytes in, bytes out: a codec of Faust's would drop what it cannot decode before an agent sees it."""
    made: Any = app.topic(
        topic.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=app.conf.topic_partitions,
        allow_empty=True,  # a null value is a dead letter, not a record to be passed over
        acks=False,  # the outbox commits: see there
    )
    made.maxsize = buffered  # `app.topic` takes it and forgets it
    return made


def _remembered(app: Worker, name: str, topic: Topic) -> Remembered:
    """What a compacted topic holds of this worker's partitions."""
    table: Any = app.Table(
        name,
        key_type=bytes,
        value_type=bytes,
        partitions=app.conf.topic_partitions,
        changelog_topic=_raw_bytes(app, topic),
    )
    try:
        remembered: Remembered = table.remembered
    except OSError as e:
        raise SettingsError(f"profiles and article states need a temporary folder: {e}. Set TMPDIR to one") from e
    return remembered


def _add_agents(app: Worker, topics: Topics, enricher: Enricher, versions: Versions, profiles: Profiles) -> None:
    """Articles become statements, and statements profiles; partitions that are taken away are given up in order."""

    async def enrich_agent(stream: StreamT[Any]) -> None:
        await enrich(stream, enricher, versions, app.outbox, app.traces)

    async def profile_agent(stream: StreamT[Any]) -> None:
        await profile(stream, topics, profiles, app.outbox)

    @app.on_partitions_revoked.connect
    async def give_up_partitions(sender: Any, /, *_: Any, **__: Any) -> None:
        await app.outbox.revoked()

    app.agent(_raw_bytes(app, topics.raw, _ARTICLES_BUFFERED), name="enrich")(enrich_agent)
    app.agent(_raw_bytes(app, topics.statements, _STATEMENTS_BUFFERED), name="profile")(profile_agent)


def _add_timers(app: Worker, topics: Topics, versions: Versions) -> None:
    """How far behind the worker is, and what it need not know any longer."""
    lag = Lag(app, frozenset({topics.raw.name, topics.statements.name}))

    async def watch_lag() -> None:
        await lag.update(app.outbox.committed)

    async def forget_old_articles() -> None:
        await versions.forget(datetime.now(UTC))

    app.timer(_LAG_SECONDS)(watch_lag)
    app.timer(_FORGET_SECONDS)(forget_old_articles)
