"""The topics: what they are called, how they are kept, and whether the cluster has them so."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError

from streams.kafka.security import bootstrap, client_options
from streams.settings import PREFIX, Settings

_DAY_MS = 86_400_000
_TOPIC_EXISTS = 36
# A body of 1,000,000 Arabic characters is 2 MB of UTF-8, up to 6 MB as escaped JSON; brokers refuse 1 MB by default.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024


class BrokerUnreachable(RuntimeError):
    """No broker answered; the text says where and what to check."""


class TopicProblem(RuntimeError):
    """A topic is missing or is not as the settings say; the text says what to run."""


class Topic(NamedTuple):
    """One topic as declared: its key and value are told in schemas/asyncapi.json."""

    name: str
    key: str
    value: str
    config: dict[str, str]


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of a deployment, with the prefix of the settings."""

    raw: Topic
    enriched: Topic
    statements: Topic
    actors: Topic
    deadletter: Topic

    def __iter__(self) -> Any:
        return iter((self.raw, self.enriched, self.statements, self.actors, self.deadletter))


def declared(settings: Settings) -> Topics:
    """The topics that Qawl reads and writes under these settings."""
    kept = {
        "cleanup.policy": "delete",
        "retention.ms": str(int(settings.retention_days * _DAY_MS)),
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }
    long = kept | {"retention.ms": str(int(settings.deadletter_retention_days * _DAY_MS))}
    compact = {"cleanup.policy": "compact", "max.message.bytes": str(MAX_MESSAGE_BYTES)}
    prefix = settings.topic_prefix
    return Topics(
        raw=Topic(f"{prefix}articles.raw", "article_id", "Article", kept),
        enriched=Topic(f"{prefix}articles.enriched", "article_id", "EnrichedArticle", kept),
        statements=Topic(f"{prefix}statements", "actor.id", "StatementEvent", kept),
        actors=Topic(f"{prefix}actors", "actor.id", "ActorProfile", compact),
        deadletter=Topic(f"{prefix}articles.deadletter", "original key", "original bytes", long),
    )


class State(NamedTuple):
    """A declared topic and the partitions it has in the cluster, None where it is missing."""

    topic: Topic
    partitions: int | None


async def describe(settings: Settings) -> list[State]:
    """Every declared topic with its partitions in the cluster.

    Raises:
        BrokerUnreachable: no broker answered.
    """
    async with _Admin(settings) as admin:
        return await _states(admin, settings)


async def create(settings: Settings) -> list[State]:
    """Make the topics that are missing and return all of them; those that exist are left as they are.

    Raises:
        BrokerUnreachable: no broker answered.
        TopicProblem: the cluster refused a topic, or one exists with another partition count.
    """
    async with _Admin(settings) as admin:
        missing = [s.topic for s in await _states(admin, settings) if s.partitions is None]
        if missing:
            new = [NewTopic(t.name, settings.partitions, settings.replication, topic_configs=t.config) for t in missing]
            response = await admin.create_topics(new)
            for name, code, message in (error[:3] for error in response.topic_errors):
                if code not in (0, _TOPIC_EXISTS):  # another process may have made it meanwhile
                    raise TopicProblem(f"the cluster refused topic {name!r}: {message or f'error {code}'}")
        states = await _states(admin, settings)
    _raise_if_wrong([s for s in states if s.partitions is not None], settings)
    return states


async def check(settings: Settings) -> None:
    """Nothing if the cluster's topics are as declared.

    Raises:
        BrokerUnreachable: no broker answered.
        TopicProblem: a topic is missing or its partition count contradicts the settings; says what to run.
    """
    _raise_if_wrong(await describe(settings), settings)


def _raise_if_wrong(states: list[State], settings: Settings) -> None:
    missing = [s.topic.name for s in states if s.partitions is None]
    if missing:
        raise TopicProblem(f"missing topics: {', '.join(missing)}. Run: qawl topics create")
    wrong = [s for s in states if s.partitions != settings.partitions]
    if wrong:
        found = ", ".join(f"{s.topic.name} has {s.partitions}" for s in wrong)
        raise TopicProblem(
            f"{PREFIX}PARTITIONS is {settings.partitions}, but {found}. Set {PREFIX}PARTITIONS to what the topics have, "
            f"or choose a new {PREFIX}TOPIC_PREFIX and run: qawl topics create"
        )


async def _states(admin: AIOKafkaAdminClient, settings: Settings) -> list[State]:
    # Listing first: describing an unknown topic creates it on brokers that create topics automatically.
    existing = set(await admin.list_topics())
    topics = list(declared(settings))
    known = [t.name for t in topics if t.name in existing]
    described = {d["topic"]: len(d["partitions"]) for d in await admin.describe_topics(known)} if known else {}
    return [State(t, described.get(t.name)) for t in topics]


class _Admin:
    """An admin client that tells in one line why it could not connect."""

    def __init__(self, settings: Settings) -> None:
        self._where = bootstrap(settings)
        self._options = client_options(settings)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        # Made here: an aiokafka client belongs to the running event loop.
        self._client = AIOKafkaAdminClient(**self._options, request_timeout_ms=10_000)
        try:
            await self._client.start()
        except (KafkaConnectionError, KafkaError, OSError) as e:
            await self._client.close()
            raise BrokerUnreachable(
                f"no Kafka broker answers at {self._where}: {e}. Check {PREFIX}KAFKA_BOOTSTRAP, and the SASL and TLS "
                "settings if the cluster wants them"
            ) from e
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
