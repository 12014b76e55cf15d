"""The Faust app: topics, tables and agents wired together."""

from typing import Any

import faust
from faust.sensors.prometheus import setup_prometheus_sensors
from faust.types import StreamT

from streams.agents.enrich import Enricher, enrich
from streams.agents.profile import profile
from streams.delivery.outbox import MAX_REQUEST_BYTES, Outbox
from streams.extraction import Extractor
from streams.extraction.events import this_extractor
from streams.kafka.security import bootstrap, faust_credentials
from streams.kafka.topics import Topic, declared
from streams.observability import metrics
from streams.observability.health import add_pages, update_lag
from streams.settings import Settings

_LAG_SECONDS = 1.0


class Worker(faust.App):
    """A Faust app that owns an outbox: started before the agents, emptied before the consumer commits and leaves."""

    outbox: Outbox

    async def on_start(self) -> None:
        """Connect the outbox first, so that no article is read that could not be answered."""
        await self.outbox.start()
        await super().on_start()

    async def on_stop(self) -> None:
        """Faust waits for all acknowledgements, commits and leaves the group; then the producer may go."""
        await super().on_stop()
        await self.outbox.stop()


def create_app(settings: Settings, extractor: Extractor, http_port: int) -> Worker:
    """The worker's app. `http_port` is a real port, 0 is resolved by the caller.

    Raises:
        SettingsError: no broker is set, or its TLS files cannot be used.
    """
    topics = declared(settings)
    app = Worker(
        settings.topic_prefix + settings.consumer_group,
        broker=[f"kafka://{address}" for address in bootstrap(settings).split(",")],
        broker_credentials=faust_credentials(settings),
        broker_commit_interval=0.5,
        broker_max_poll_records=500,
        producer_max_request_size=MAX_REQUEST_BYTES,
        consumer_max_fetch_size=4 * 1024 * 1024,
        consumer_auto_offset_reset="earliest",
        topic_partitions=settings.partitions,
        topic_replication_factor=settings.replication,
        topic_allow_declare=False,  # `qawl topics create` makes them, with their policies
        topic_disable_leader=True,  # it would need a topic of its own, and nothing here runs on the leader only
        table_standby_replicas=0,
        store="memory://",
        stream_wait_empty=True,  # on stop: wait until what was read is acknowledged
        datadir=str(settings.data_dir / f"worker-{http_port}"),
        web_bind=settings.http_host,
        web_host=settings.http_host,
        web_port=http_port,
        reply_create_topic=False,
    )
    app.outbox = Outbox(settings)
    enricher = Enricher(extractor, topics, settings.max_body_chars)

    def raw_bytes(topic: Topic) -> Any:
        # Bytes in, bytes out: a codec of Faust's would drop what it cannot decode before an agent sees it.
        return app.topic(
            topic.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            partitions=settings.partitions,
            allow_empty=True,
            internal=False,
        )

    table = app.Table(
        "profiles",
        key_type=bytes,
        value_type=bytes,
        partitions=settings.partitions,
        changelog_topic=raw_bytes(topics.actors),
    )
    # The topic's serializers are not enough: a table encodes its changelog with its own.
    table.key_serializer = table.value_serializer = "raw"

    async def enrich_agent(stream: StreamT[Any]) -> None:
        await enrich(stream, enricher, app.outbox)

    async def profile_agent(stream: StreamT[Any]) -> None:
        await profile(stream, table)

    app.agent(raw_bytes(topics.raw), name="enrich")(enrich_agent)
    app.agent(raw_bytes(topics.statements), name="profile")(profile_agent)
    add_pages(app)
    setup_prometheus_sensors(app, name_prefix="faust")
    read = frozenset({topics.raw.name, topics.statements.name})

    async def watch_lag() -> None:
        update_lag(app, read)

    async def watch_outbox() -> None:
        await app.wait_for_stopped(app.outbox.failed)
        failed = app.outbox.failed
        if failed is not None and failed.done() and (error := failed.exception()) is not None:
            await app.crash(error)

    app.timer(_LAG_SECONDS)(watch_lag)
    app.task(watch_outbox)
    made_by = this_extractor("builtin")
    metrics.build_info.info({"version": made_by.version, "engine": made_by.engine})
    return app
