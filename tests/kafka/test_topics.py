"""The topics, on the embedded broker and on Apache Kafka: made once, checked, problems told with their remedy."""

import asyncio
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic

from streams.embedded.broker import free_port
from streams.kafka.security import client_options
from streams.kafka.topics import (
    MAX_MESSAGE_BYTES,
    BrokerUnreachable,
    Problem,
    TopicProblem,
    check,
    create,
    declared,
    describe,
)
from streams.settings import Settings
from tests.kafka.pipeline import admin_of, make

pytestmark = pytest.mark.kafka
DAY_MS = 86_400_000


@pytest.fixture(params=["embedded", "apache"])
def settings(request: pytest.FixtureRequest, prefix: str) -> Settings:
    """A deployment of its own on each kind of broker."""
    if request.param == "apache":
        bootstrap = request.getfixturevalue("apache")
    else:
        bootstrap = request.getfixturevalue("broker").bootstrap
    return Settings(kafka_bootstrap=bootstrap, topic_prefix=prefix, partitions=4, retention_days=2)


def qawl(settings: Settings, command: str) -> subprocess.CompletedProcess[str]:
    """Run a `qawl …` command line as an operator with these settings would."""
    program, *arguments = shlex.split(command)
    assert program == "qawl"
    environment = os.environ | {"QAWL_TOPIC_PREFIX": settings.topic_prefix, "QAWL_PARTITIONS": str(settings.partitions)}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


async def test_create_makes_every_topic_as_declared(settings: Settings) -> None:
    states = await create(settings)
    assert states == await describe(settings)
    prefix = settings.topic_prefix
    kept = {
        s.topic.name: (s.partitions, s.replicas, s.config["cleanup.policy"], int(s.config["retention.ms"]))
        for s in states
        if s.topic.name != f"{prefix}actors"
    }
    assert kept == {
        f"{prefix}articles.raw": (4, 1, "delete", 2 * DAY_MS),
        f"{prefix}articles.enriched": (4, 1, "delete", 2 * DAY_MS),
        f"{prefix}statements": (4, 1, "delete", 2 * DAY_MS),
        f"{prefix}articles.state": (4, 1, "compact,delete", 2 * DAY_MS),
        f"{prefix}articles.deadletter": (4, 1, "delete", 90 * DAY_MS),
    }
    (actors,) = [s for s in states if s.topic.name == f"{prefix}actors"]
    assert (actors.partitions, actors.config["cleanup.policy"]) == (4, "compact")
    await check(settings)


async def test_create_twice_and_at_the_same_time_changes_nothing(settings: Settings) -> None:
    first, second = await asyncio.gather(create(settings), create(settings))
    assert first == second == await create(settings)


async def test_create_makes_only_what_is_missing(settings: Settings) -> None:
    raw = declared(settings).raw.name
    await make(settings, NewTopic(raw, 4, 1, topic_configs={"retention.ms": "3600000"}))
    states = await create(settings)
    assert states[0].topic.name == raw
    assert states[0].config["retention.ms"] == "3600000"  # an operator's retention is respected


async def test_missing_topics_are_told_with_the_command_that_makes_them(settings: Settings) -> None:
    with pytest.raises(TopicProblem) as caught:
        await check(settings)
    assert {(p.topic, p.kind) for p in caught.value.problems} == {(t.name, "missing") for t in declared(settings)}
    text = str(caught.value)
    assert "\n" not in text
    command = text.partition("Run: ")[2]
    done = await asyncio.to_thread(qawl, settings, command)
    assert (done.returncode, done.stderr) == (0, "")
    await check(settings)


async def test_checking_makes_no_topic(settings: Settings) -> None:
    with pytest.raises(TopicProblem):
        await check(settings)
    async with admin_of(settings) as admin:
        assert not [t for t in await admin.list_topics() if t.startswith(settings.topic_prefix)]


async def test_another_partition_count_is_an_error_that_says_what_to_do(settings: Settings) -> None:
    await create(settings)
    other = settings.model_copy(update={"partitions": 6})
    for action in (check, create):
        with pytest.raises(TopicProblem) as caught:
            await action(other)
        raw = declared(settings).raw.name
        assert caught.value.problems[0] == Problem(raw, "partitions", "4", "6")
        text = str(caught.value)
        assert f"QAWL_PARTITIONS is 6, but {raw} has 4, " in text
        assert "Set QAWL_PARTITIONS=4, or choose a new QAWL_TOPIC_PREFIX and run: qawl topics create" in text


async def test_nothing_is_made_beside_a_topic_that_contradicts(settings: Settings) -> None:
    await make(settings, NewTopic(declared(settings).statements.name, 1, 1))
    with pytest.raises(TopicProblem):
        await create(settings)
    await asyncio.sleep(0.3)  # what had been made would appear by now
    assert [s.partitions for s in await describe(settings)] == [None, None, 1, None, None, None]


@pytest.mark.parametrize("policy", ["delete", "compact,delete"])
async def test_profiles_that_would_expire_are_an_error(settings: Settings, policy: str) -> None:
    actors = declared(settings).actors.name
    await make(settings, NewTopic(actors, 4, 1, topic_configs={"cleanup.policy": policy}))
    mended = r"expected compact. Run: kafka-configs.sh .* --add-config 'cleanup.policy=\[compact\]'"
    with pytest.raises(TopicProblem, match=rf"has cleanup.policy={policy}, {mended}") as e:
        await create(settings)
    assert e.value.problems == (Problem(actors, "cleanup", policy, "compact"),)


async def test_what_the_cluster_refuses_is_told_in_its_words(settings: Settings) -> None:
    with pytest.raises(TopicProblem, match=r"the cluster refused topic .*articles.raw: .*replicat") as caught:
        await create(settings.model_copy(update={"replication": 3}))
    assert {p.kind for p in caught.value.problems} == {"refused"}
    assert len(caught.value.problems) == len(list(declared(settings)))


async def test_the_longest_article_fits(settings: Settings) -> None:
    await create(settings)
    topic = declared(settings).raw.name
    # 1,000,000 Arabic letters as escaped JSON are 6 MB; the broker's default limit is 1 MB.
    value = b"\\u0642" * settings.max_body_chars
    producer = AIOKafkaProducer(**client_options(settings), max_request_size=MAX_MESSAGE_BYTES)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(**client_options(settings), isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        assert (await consumer.getone()).value == value
    finally:
        await consumer.stop()


def test_describe_shows_the_cluster_and_fails_where_a_worker_would(settings: Settings) -> None:
    describe_command = f"qawl topics describe --bootstrap {settings.kafka_bootstrap}"
    before = qawl(settings, describe_command)
    assert before.returncode == 1
    assert before.stdout.count("missing") == 6
    assert before.stderr.startswith("qawl: missing topics: ")
    assert before.stderr.count("\n") == 1
    created = qawl(settings, f"qawl topics create --bootstrap {settings.kafka_bootstrap}")
    after = qawl(settings, describe_command)
    assert (created.returncode, after.returncode, after.stderr) == (0, 0, "")
    assert created.stdout == after.stdout
    lines = [line.split() for line in after.stdout.splitlines()]
    prefix = settings.topic_prefix
    assert lines[0] == f"{prefix}articles.raw 4 partitions x 1 delete 7 d article_id -> Article".split()
    assert lines[3] == f"{prefix}actors 4 partitions x 1 compact actor.id -> ActorProfile".split()


async def test_a_broker_that_is_not_there_is_told() -> None:
    port = free_port()
    with pytest.raises(
        BrokerUnreachable, match=rf"no Kafka broker answers at 127.0.0.1:{port} with PLAINTEXT: .*Connect call failed"
    ):
        await check(Settings(kafka_bootstrap=f"127.0.0.1:{port}"))


async def test_a_port_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.kafka.topics._REQUEST_MS", 500)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(BrokerUnreachable, match=f"{where} with PLAINTEXT: .*[Tt]ime"):
            await asyncio.wait_for(check(Settings(kafka_bootstrap=where)), 10)


async def test_topics_are_made_over_tls_and_scram(secured: dict[str, object], prefix: str) -> None:
    settings = Settings.load(**secured, topic_prefix=prefix)
    await create(settings)
    await check(settings)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"kafka_sasl_password": "guessed-wrong"}, "invalid credentials with SASL mechanism SCRAM-SHA-512"),
        ({"kafka_sasl_mechanism": "PLAIN"}, "with SASL_SSL PLAIN: [Error 33] UnsupportedSaslMechanism"),
        ({"kafka_ssl_cafile": "other.pem"}, "CERTIFICATE_VERIFY_FAILED"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "QAWL_KAFKA_SASL_PASSWORD is not used with PLAINTEXT"),
    ],
)
async def test_the_reason_of_a_refused_connection_reaches_the_operator(
    secured: dict[str, object], wrong: dict[str, object], reason: str
) -> None:
    if "kafka_ssl_cafile" in wrong:
        wrong = {"kafka_ssl_cafile": Path(str(secured["kafka_ssl_cafile"])).with_name("other.pem")}
    settings = Settings.load(**secured | wrong)
    with pytest.raises(BrokerUnreachable) as caught:
        await check(settings)
    text = str(caught.value)
    assert reason in text
    assert "\n" not in text
    assert str(secured["kafka_sasl_password"]) not in text
    assert "guessed-wrong" not in text
