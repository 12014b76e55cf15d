"""The whole pipeline beside a bare Faust loop and extraction alone, over the same articles on the same broker.

    python -m tests.benchmarks.pipeline [--articles N] [--partitions N] [--broker embedded|apache]

One after the other, in one run, each on the same one core (where the system can pin a process): extraction alone,
`qawl worker` as a real process, and twice a bare Faust loop and a bare aiokafka loop; the broker has the other cores.
The time of a run goes from the Kafka timestamp of its first output to that of its last one, so that starting up and
joining the group do not count.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.codec import decode_article, decode_enriched
from streams.cli.engine import load_extractor
from streams.kafka.security import client_options
from streams.kafka.topics import Topic, create, declared
from streams.settings import Settings
from tests.benchmarks.common import heading, news, table
from tests.benchmarks.workers import CORES, PATIENCE, Run, only_on, pinned, run_workers, timestamps
from tests.faults.brokers import Apache, Broker, Embedded
from tests.kafka.pipeline import read

_POLL = 0.5


def extraction_alone(lines: list[bytes]) -> Run:
    """What the worker does for each article, without Kafka."""
    extractor = load_extractor(Settings(entity_engine="builtin"))  # as the worker does it
    outputs, began = 0, time.perf_counter()
    with only_on(CORES[-1:]):
        for line in lines:
            result = extractor.enrich(decode_article(line), extracted_at=datetime.now(UTC), clock=time.perf_counter)
            outputs += 1 + len(result.events)
    seconds = time.perf_counter() - began
    return Run("extraction alone, no Kafka", seconds, outputs)


def bare_loop(settings: Settings, folder: Path, number: int, articles: int) -> Run:
    """The articles passed on by Faust as they are."""
    target = Topic(f"{settings.topic_prefix}bare-{number}", "", "", {})
    asyncio.run(_create(settings, target))
    source, group = declared(settings).raw.name, f"bare-{number}"
    arguments = [str(settings.kafka_bootstrap), group, source, target.name, str(settings.partitions), str(folder)]
    command = [*pinned(), sys.executable, "-m", "tests.benchmarks.bare", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # Faust's worker draws a spinner
        try:
            asyncio.run(_until(settings, target, articles, process))
        finally:
            process.terminate()
    times = timestamps(settings, target)
    return Run("bare Faust loop, bytes passed on", times[-1] - times[0], len(times))


def bare_aiokafka(settings: Settings, number: int, articles: int) -> Run:
    """The articles passed on by aiokafka alone, in this process on the same one core."""
    target = Topic(f"{settings.topic_prefix}aiokafka-{number}", "", "", {})
    asyncio.run(_create(settings, target))
    with only_on(CORES[-1:]):
        asyncio.run(_pass_on(settings, target, articles))
    times = timestamps(settings, target)
    return Run("bare aiokafka loop", times[-1] - times[0], len(times))


async def _pass_on(settings: Settings, target: Topic, articles: int) -> None:
    consumer = AIOKafkaConsumer(
        declared(settings).raw.name, **client_options(settings), auto_offset_reset="earliest", max_poll_records=500
    )
    producer = AIOKafkaProducer(**client_options(settings), acks="all")
    await consumer.start()
    await producer.start()
    try:
        passed = 0
        while passed < articles:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                for record in records:
                    await producer.send(target.name, record.value, record.key)
                    passed += 1
        await producer.flush()
    finally:
        await producer.stop()
        await consumer.stop()


def whole_pipeline(settings: Settings, folder: Path, articles: Sequence[tuple[bytes, bytes]]) -> tuple[Run, str]:
    """`qawl worker` over the articles, and what it did."""
    run = run_workers("whole pipeline (`qawl worker`)", settings, folder, articles)
    topics = declared(settings)
    enriched = [decode_enriched(r.value) for r in asyncio.run(read(settings, topics.enriched))]
    expected = sum(len(e.statements) for e in enriched)
    counts = f"{len(enriched):,} enriched articles, {len(timestamps(settings, topics.statements)):,} statements "
    counts += f"({expected:,} expected), {len(timestamps(settings, topics.actors)):,} profile updates; "
    counts += f"{run.extraction / run.seconds:.0%} of the worker's time is extraction"
    return run, counts


async def _create(settings: Settings, topic: Topic) -> None:
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic.name, settings.partitions, 1)])
    finally:
        await admin.close()


async def _until(settings: Settings, topic: Topic, count: int, process: subprocess.Popen[bytes]) -> None:
    """Until a topic holds `count` records; asks seldom, so that the measured process has the machine."""
    partitions = [TopicPartition(topic.name, p) for p in range(settings.partitions)]
    consumer = AIOKafkaConsumer(**client_options(settings), isolation_level="read_committed")
    await consumer.start()
    deadline = time.monotonic() + PATIENCE
    try:
        while sum((await consumer.end_offsets(partitions)).values()) < count:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{topic.name} is not complete; its process has status {process.poll()}")
            await asyncio.sleep(_POLL)
    finally:
        await consumer.stop()


def report(articles: int, chars: int, runs: list[Run]) -> str:
    """The table; the pipeline's shares are of the mean of the bare loops and of extraction alone."""
    alone = next(r for r in runs if r.name.startswith("extraction"))
    bare = [r.seconds for r in runs if r.name.startswith("bare Faust")]
    rows = []
    for run in runs:
        shares = ["", "", ""]
        if run.peak is not None:
            shares = [f"{sum(bare) / len(bare) / run.seconds:.1%}", f"{alone.seconds / run.seconds:.1%}"]
            shares.append(f"{run.peak:.0f}")
        rows.append([run.name, f"{articles / run.seconds:,.0f}", f"{run.outputs / run.seconds:,.0f}", *shares])
    columns = ["", "articles/s", "events/s", "of the bare loop", "of extraction alone", "peak memory, MB"]
    return f"{articles:,} articles of {chars / articles:,.0f} characters on average.\n\n{table(columns, rows)}"


def compare(lines: list[bytes], broker_name: str, partitions: int) -> str:
    """All loops in one run; the table."""
    decoded = [decode_article(line) for line in lines]
    keyed = [(article.article_id.encode(), line.strip()) for article, line in zip(decoded, lines, strict=True)]
    runs = [extraction_alone(lines)]
    with tempfile.TemporaryDirectory(prefix="qawl-benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        broker = start_broker(broker_name, folder, stack)
        settings = Settings(kafka_bootstrap=broker.bootstrap, topic_prefix="bench.", partitions=partitions)
        asyncio.run(create(settings))
        run, counts = whole_pipeline(settings, folder, keyed)
        runs.append(run)
        for number in (1, 2):
            runs.append(bare_loop(settings, folder, number, len(lines)))
            runs.append(bare_aiokafka(settings, number, len(lines)))
    return f"{report(len(lines), sum(len(d.body) for d in decoded), runs)}\n\n{counts}."


def start_broker(name: str, folder: Path, stack: ExitStack) -> Broker:
    """A broker until the stack closes, on the cores that the first worker does not have."""
    broker: Broker = Embedded(folder) if name == "embedded" else Apache(folder)
    stack.callback(broker.stop)
    with only_on(CORES[:-1]):
        broker.start()
    return broker


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=3000, help="the first N of the corpus")
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--broker", choices=["embedded", "apache"], default="embedded")
    a = parser.parse_args()
    title = heading(f"The whole pipeline, one worker, {a.broker} broker")
    print(f"{title}\n{compare(list(news(a.articles)), a.broker, a.partitions)}")


if __name__ == "__main__":
    main()
