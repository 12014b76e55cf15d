"""The topics: what they are called, how they are kept, and whether the cluster has them so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from streams.kafka.commands import set_cleanup_policy
from streams.kafka.security import bootstrap, client_options, connection_reasons
from streams.settings import PREFIX, Settings

_DAY_MS = 86_400_000
_TOPIC_EXISTS = 36
_REQUEST_MS = 10_000  # a broker that does not answer for so long is told to be unreachable
_VISIBLE_SECONDS = 10.0  # a cluster acknowledges a topic before all of its brokers know it
# A body of 1,000,000 Arabic characters is 2 MB of UTF-8, up to 6 MB as escaped JSON; brokers refuse 1 MB by default.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
# A dead letter is as large as the record that it came from, plus its headers.
MAX_REQUEST_BYTES = MAX_MESSAGE_BYTES + 64 * 1024


class BrokerUnreachable(RuntimeError):
    """No broker answered; the text says where and what to check."""


class Problem(NamedTuple):
    """One way in which the cluster contradicts the settings."""

    topic: str
    kind: Literal["missing", "partitions", "cleanup", "refused"]
    found: str
    expected: str


class TopicProblem(RuntimeError):
    """Topics are missing or not as the settings say; the text says what to run, `problems` holds one each."""

    def __init__(self, problems: list[Problem], settings: Settings) -> None:
        super().__init__(_advice(problems, settings))
        self.problems = tuple(problems)


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
    state: Topic
    deadletter: Topic

    def __iter__(self) -> Iterator[Topic]:
        return iter((self.raw, self.enriched, self.statements, self.actors, self.state, self.deadletter))


def declared(settings: Settings) -> Topics:
    """The topics that Qawl reads and writes under these settings."""
    kept = {
        "cleanup.policy": "delete",
        "retention.ms": str(int(settings.retention_days * _DAY_MS)),
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }
    letters = kept | {
        "retention.ms": str(int(settings.deadletter_retention_days * _DAY_MS)),
        "max.message.bytes": str(MAX_REQUEST_BYTES),
    }
    compact = {"cleanup.policy": "compact", "max.message.bytes": str(MAX_MESSAGE_BYTES)}
    prefix = settings.topic_prefix
    return Topics(
        raw=Topic(f"{prefix}articles.raw", "article_id", "Article", kept),
        enriched=Topic(f"{prefix}articles.enriched", "article_id", "EnrichedArticle", kept),
        statements=Topic(f"{prefix}statements", "actor.id", "StatementEvent", kept),
        actors=Topic(f"{prefix}actors", "actor.id", "ActorProfile", compact),
        state=Topic(
            f"{prefix}articles.state", "article_id", "ArticleState", kept | {"cleanup.policy": "compact,delete"}
        ),
        deadletter=Topic(f"{prefix}articles.deadletter", "original key", "original bytes", letters),
    )


class State(NamedTuple):
    """A declared topic as it is in the cluster.

    `partitions` and `replicas` (of partition 0) are None where the topic is missing; `config` is empty there, and where
    the cluster does not let this user read it.
    """

    topic: Topic
    partitions: int | None
    replicas: int | None
    config: dict[str, str]


async def describe(settings: Settings) -> list[State]:
    """Every declared topic as it is in the cluster.

    Raises:
        BrokerUnreachable: no broker answered.
    """
    async with _admin(settings) as admin:
        return await _states(admin, settings)


async def create(settings: Settings) -> list[State]:
    """Make the topics that are missing and return all of them; those that exist are left as they are.

    Raises:
        BrokerUnreachable: no broker answered.
        TopicProblem: the cluster refused a topic, or one exists that contradicts the settings. Then none is made,
            unless the contradicting one is a moment old: Kafka lists a topic some time after acknowledging it.
    """
    async with _admin(settings) as admin:
        states = await _states(admin, settings)
        wrong = [p for p in problems(states, settings) if p.kind != "missing"]
        if wrong:
            raise TopicProblem(wrong, settings)
        missing = [s.topic for s in states if s.partitions is None]
        if missing:
            await _create(admin, missing, settings)
        for _ in range(int(_VISIBLE_SECONDS * 10)):
            states = await _states(admin, settings)
            if all(s.partitions is not None for s in states):
                break
            await asyncio.sleep(0.1)
    raise_problems(states, settings)
    return states


async def check(settings: Settings) -> None:
    """Nothing if the cluster's topics are as declared.

    Raises:
        BrokerUnreachable: no broker answered.
        TopicProblem: a topic is missing or contradicts the settings; says what to run.
    """
    raise_problems(await describe(settings), settings)


async def exists(settings: Settings, name: str) -> bool:
    """Whether the cluster has a topic of this name, and lets this user know.

    Raises:
        BrokerUnreachable: no broker answered.
    """
    async with _admin(settings) as admin:
        return name in await admin.list_topics()


def raise_problems(states: list[State], settings: Settings) -> None:
    """Raises TopicProblem where a state contradicts the settings."""
    found = problems(states, settings)
    if found:
        raise TopicProblem(found, settings)


def problems(states: list[State], settings: Settings) -> list[Problem]:
    """What stands against working on these topics.

    Retention and replication may differ: operators change them on a running cluster, and nothing is processed wrongly.
    Nor need they take records as large (`sizes.py`). A partition count must not differ, since keys would move between
    workers; nor a cleanup policy: profiles would expire, or articles with the same id would be removed unread.
    """
    out = []
    for state in states:
        name, policy = state.topic.name, state.topic.config["cleanup.policy"]
        if state.partitions is None:
            out.append(Problem(name, "missing", "", f"{settings.partitions}"))
            continue
        if state.partitions != settings.partitions:
            out.append(Problem(name, "partitions", f"{state.partitions}", f"{settings.partitions}"))
        found = state.config.get("cleanup.policy", policy)
        kept, wanted = set(found.split(",")), set(policy.split(","))
        if ("compact" in kept) != ("compact" in wanted) or kept - wanted:
            out.append(Problem(name, "cleanup", found, policy))
    return out


def _advice(found: list[Problem], settings: Settings) -> str:
    """One line: what is wrong and the command that mends it."""
    create_command = f"qawl topics create --bootstrap {settings.kafka_bootstrap}"
    parts = []
    missing = [p.topic for p in found if p.kind == "missing"]
    if missing:
        parts.append(f"missing topics: {', '.join(missing)}. Run: {create_command}")
    counted = [p for p in found if p.kind == "partitions"]
    if counted:
        one = {p.found for p in counted}
        all_alike = len(one) == 1 and len(counted) + len(missing) == len(tuple(declared(settings)))
        advice = f"Set {PREFIX}PARTITIONS={one.pop()}, or choose" if all_alike else "All must have as many. Choose"
        parts.append(
            f"{PREFIX}PARTITIONS is {settings.partitions}, but "
            + ", ".join(f"{p.topic} has {p.found}" for p in counted)
            + f". {advice} a new {PREFIX}TOPIC_PREFIX and run: {create_command}"
        )
    for p in found:
        if p.kind == "cleanup":
            parts.append(
                f"{p.topic} has cleanup.policy={p.found}, expected {p.expected}. Run: "
                + set_cleanup_policy(settings, p.topic, p.expected)
            )
        elif p.kind == "refused":
            parts.append(f"the cluster refused topic {p.topic}: {p.found}")
    return "; ".join(parts)


async def _create(admin: AIOKafkaAdminClient, missing: list[Topic], settings: Settings) -> None:
    new = [NewTopic(t.name, settings.partitions, settings.replication, topic_configs=t.config) for t in missing]
    response = await admin.create_topics(new)
    refused = []
    for name, code, *message in response.topic_errors:
        if code not in (0, _TOPIC_EXISTS):  # another process may have made it meanwhile
            why = (message and message[0]) or for_code(code).__name__
            refused.append(Problem(name, "refused", why, f"{settings.partitions}"))
    if refused:
        raise TopicProblem(refused, settings)


async def _states(admin: AIOKafkaAdminClient, settings: Settings) -> list[State]:
    # Listing first: describing an unknown topic creates it on brokers that create topics automatically.
    existing = set(await admin.list_topics())
    topics = list(declared(settings))
    known = [t.name for t in topics if t.name in existing]
    described, configs = {}, {}
    if known:
        described = {d["topic"]: d["partitions"] for d in await admin.describe_topics(known)}
        for response in await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, n) for n in known]):
            for code, _, _, name, entries, *_ in response.resources:
                if code == 0:
                    configs[name] = {str(e[0]): str(e[1]) for e in entries}
    states = []
    for topic in topics:
        partitions = described.get(topic.name) or None  # an empty list: being made or removed at this moment
        states.append(
            State(
                topic,
                partitions and len(partitions),
                partitions and len(partitions[0]["replicas"]),
                configs.get(topic.name, {}),
            )
        )
    return states


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client that tells in one line why it could not connect."""
    where = bootstrap(settings)
    client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=_REQUEST_MS)
    try:
        with connection_reasons() as reasons:
            try:
                await client.start()
            except (KafkaError, OSError, TimeoutError) as e:
                why = "; ".join(dict.fromkeys(reasons)) or str(e)
                unused = "".join(f"; {remark}" for remark in settings.without_effect() if "is not used" in remark)
                how: str = settings.kafka_security_protocol
                if how.startswith("SASL"):
                    how += f" {settings.kafka_sasl_mechanism}"
                raise BrokerUnreachable(
                    f"no Kafka broker answers at {where} with {how}: {why}. "
                    f"Check {settings.prefix}KAFKA_BOOTSTRAP, and the SASL and TLS settings if the cluster wants "
                    f"them{unused}"
                ) from e
        try:
            yield client
        except (KafkaError, OSError, TimeoutError) as e:
            raise BrokerUnreachable(f"the Kafka broker at {where} broke off: {str(e) or type(e).__name__}") from e
    finally:
        await client.close()
