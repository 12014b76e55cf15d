"""The whole pipeline beside a bare Faust loop and extraction alone, over the same articles on the same broker.

    python -m tests.benchmarks.pipeline [--articles N] [--partitions N] [--broker embedded|apache]

One after the other, in one run, each on the same one core (where the system can pin a process): extraction alone, the
bare loop, `qawl worker` as a real process, the bare loop once more; the broker has the other cores. The articles lie in
`articles.raw` before a worker starts. The time of a run goes from the Kafka timestamp of its first output to that of
its last one, so that starting up and joining the group do not count.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.codec import decode_article, decode_enriched
from streams.cli.engine import load_extractor
from streams.kafka.security import client_options
from streams.kafka.topics import Topic, create, declared
from streams.settings import Settings
from tests.benchmarks.common import heading, news, peak_megabytes, table
from tests.faults.brokers import Apache, Broker, Embedded
from tests.kafka.pipeline import WORKER, WorkerProcess, publish, read

_PATIENCE = 1800.0  # seconds for one run
_POLL = 2.0  # each look takes the worker a hundredth of a second
# The last core, for whatever is measured.
CORE = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
PINNED = ["taskset", "-c", str(CORE)] if CORE is not None and shutil.which("taskset") else []


@dataclass(frozen=True, slots=True)
class Run:
    """One run over all articles; `seconds` from the first output to the last."""

    name: str
    seconds: float
    outputs: int
    peak: float | None = None


def extraction_alone(lines: list[bytes]) -> Run:
    """What the worker does for each article, without Kafka."""
    extractor = load_extractor(Settings(entity_engine="builtin"))  # as the worker does it
    cores = os.sched_getaffinity(0) if PINNED else set()
    if PINNED and CORE is not None:
        os.sched_setaffinity(0, {CORE})
    outputs, began = 0, time.perf_counter()
    for line in lines:
        result = extractor.enrich(decode_article(line), extracted_at=datetime.now(UTC), clock=time.perf_counter)
        outputs += 1 + len(result.events)
    seconds = time.perf_counter() - began
    if PINNED:
        os.sched_setaffinity(0, cores)
    return Run("extraction alone, no Kafka", seconds, outputs)


def bare_loop(settings: Settings, folder: Path, number: int, articles: int) -> Run:
    """The articles passed on by Faust as they are."""
    target = Topic(f"{settings.topic_prefix}bare-{number}", "", "", {})
    asyncio.run(_create(settings, target))
    source, group = declared(settings).raw.name, f"bare-{number}"
    arguments = [str(settings.kafka_bootstrap), group, source, target.name, str(settings.partitions), str(folder)]
    command = [*PINNED, sys.executable, "-m", "tests.benchmarks.bare", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # Faust's worker draws a spinner
        try:
            asyncio.run(_until(settings, target, articles, process))
        finally:
            process.terminate()
    times = asyncio.run(_timestamps(settings, target))
    return Run("bare Faust loop, bytes passed on", times[-1] - times[0], len(times))


def whole_pipeline(settings: Settings, folder: Path, articles: int) -> tuple[Run, str]:
    """`qawl worker` over the articles, and what it did."""
    topics = declared(settings)
    with WorkerProcess(settings, folder, [*PINNED, *WORKER]) as worker:
        deadline = time.monotonic() + _PATIENCE
        while (
            worker.metric("qawl_articles_total") < articles
            or worker.metric("qawl_consumer_lag") + worker.metric("qawl_in_flight") > 0
        ):
            if worker.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the worker did not finish: {worker.log.read_text()[-2000:]}")
            time.sleep(_POLL)
        inside = worker.metric("qawl_extract_seconds_sum")
        peak = peak_megabytes(worker.process.pid)
        worker.stop()
    times = {t.name: asyncio.run(_timestamps(settings, t)) for t in (topics.enriched, topics.statements, topics.actors)}
    every = [at for of_topic in times.values() for at in of_topic]
    seconds = max(every) - min(every)
    enriched = [decode_enriched(r.value) for r in asyncio.run(read(settings, topics.enriched))]
    expected = sum(len(e.statements) for e in enriched)
    counts = f"{len(enriched):,} enriched articles, {len(times[topics.statements.name]):,} statements "
    counts += f"({expected:,} expected), {len(times[topics.actors.name]):,} profile updates; "
    counts += f"{inside / seconds:.0%} of the worker's time is extraction"
    return Run("whole pipeline (`qawl worker`)", seconds, len(every), peak), counts


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
    deadline = time.monotonic() + _PATIENCE
    try:
        while sum((await consumer.end_offsets(partitions)).values()) < count:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{topic.name} is not complete; its process has status {process.poll()}")
            await asyncio.sleep(_POLL)
    finally:
        await consumer.stop()


async def _timestamps(settings: Settings, topic: Topic) -> list[float]:
    return sorted(record.timestamp / 1000 for record in await read(settings, topic))


def report(articles: int, chars: int, runs: list[Run]) -> str:
    """The table; the pipeline's shares are of the mean of the bare loops and of extraction alone."""
    alone = next(r for r in runs if r.name.startswith("extraction"))
    bare = [r.seconds for r in runs if r.name.startswith("bare")]
    rows = []
    for run in runs:
        shares = ["", "", ""]
        if run.peak is not None:
            shares = [f"{sum(bare) / len(bare) / run.seconds:.1%}", f"{alone.seconds / run.seconds:.1%}"]
            shares.append(f"{run.peak:.0f}")
        rows.append([run.name, f"{articles / run.seconds:,.0f}", f"{run.outputs / run.seconds:,.0f}", *shares])
    columns = ["", "articles/s", "events/s", "of the bare loop", "of extraction alone", "peak memory, MB"]
    return f"{articles:,} articles of {chars / articles:,.0f} characters on average.\n\n{table(columns, rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=3000, help="the first N of the corpus")
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--broker", choices=["embedded", "apache"], default="embedded")
    a = parser.parse_args()
    title = heading(f"The whole pipeline, one worker, {a.broker} broker")
    lines = list(news(a.articles))
    decoded = [decode_article(line) for line in lines]
    keyed = [(article.article_id.encode(), line.strip()) for article, line in zip(decoded, lines, strict=True)]
    runs = [extraction_alone(lines)]
    if PINNED and len(cores := os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, cores - {CORE})  # and so the broker, which is started from here
    with tempfile.TemporaryDirectory(prefix="qawl-benchmark-") as name, ExitStack() as stack:
        folder = Path(name)
        broker: Broker = Embedded(folder) if a.broker == "embedded" else Apache(folder)
        stack.callback(broker.stop)
        broker.start()
        settings = Settings(kafka_bootstrap=broker.bootstrap, topic_prefix="bench.", partitions=a.partitions)
        asyncio.run(create(settings))
        asyncio.run(publish(settings, keyed))
        runs.append(bare_loop(settings, folder, 1, len(lines)))
        run, counts = whole_pipeline(settings, folder, len(lines))
        runs += [run, bare_loop(settings, folder, 2, len(lines))]
    print(f"{title}\n{report(len(lines), sum(len(d.body) for d in decoded), runs)}\n\n{counts}.")


if __name__ == "__main__":
    main()
