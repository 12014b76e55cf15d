"""The load report: speed beside bare loops, two workers beside one, latency, memory over many articles.

    python -m tests.benchmarks.load --out DIR [--broker embedded|apache] [--articles N] [--memory-articles N]

Writes `report-BROKER.md` and its plots as PNG into DIR; needs `pip install 'qawl[plot]'`.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from statistics import linear_regression, median, quantiles

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from matplotlib.figure import Figure

from schemas.codec import decode_article, decode_enriched, decode_statement
from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.benchmarks.common import heading, news, table
from tests.benchmarks.pipeline import compare, start_broker
from tests.benchmarks.workers import CORES, Run, move, only_on, pinned, run_workers
from tests.faults.brokers import Apache
from tests.kafka.pipeline import WORKER, WorkerProcess

_WARM_UP, _LIGHT, _HALF = 200, 60, 1500  # articles
_LIGHT_RATE = 3.0  # articles a second
_PATIENCE = 60.0
Keyed = tuple[bytes, bytes]


def numbered(lines: Sequence[bytes], count: int, first: int = 0) -> list[Keyed]:
    """`count` articles of the corpus, again from its beginning where it ends, each with an id of its own."""
    found = []
    for n, line in enumerate(islice(cycle(lines), first, first + count), first):
        article = msgspec.structs.replace(decode_article(line), article_id=f"article-{n}")
        found.append((article.article_id.encode(), msgspec.json.encode(article)))
    return found


async def latencies(settings: Settings, articles: Sequence[Keyed], rate: float) -> tuple[list[float], list[float]]:
    """Milliseconds from the sending of an article until a reader of committed records has it enriched, and the last of
    its statements, while `rate` articles a second are sent.
    """
    topics = declared(settings)
    consumer = AIOKafkaConsumer(
        topics.enriched.name, topics.statements.name, **client_options(settings), isolation_level="read_committed"
    )
    producer = AIOKafkaProducer(**client_options(settings))
    await consumer.start()
    await producer.start()
    sent: dict[str, float] = {}
    enriched: dict[str, float] = {}
    statements: dict[str, float] = {}

    async def feed() -> None:
        began = time.monotonic()
        for n, (key, value) in enumerate(articles):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            sent[key.decode()] = time.monotonic()
            await producer.send(topics.raw.name, value, key)

    try:
        await consumer.getmany(timeout_ms=500)  # it has its positions
        feeding = asyncio.create_task(feed())
        last = time.monotonic()
        while len(enriched) < len(articles) and time.monotonic() - last < _PATIENCE:
            for tp, records in (await consumer.getmany(timeout_ms=100)).items():
                last = time.monotonic()
                for record in records:
                    if tp.topic == topics.enriched.name:
                        enriched[decode_enriched(record.value).article_id] = last
                    else:
                        statements[decode_statement(record.value).article.article_id] = last
        await feeding
    finally:
        await producer.stop()
        await consumer.stop()
    of = [[1000 * (at - sent[i]) for i, at in found.items() if i in sent] for found in (enriched, statements)]
    return of[0], of[1]


def measure_latency(settings: Settings, folder: Path, lines: Sequence[bytes], half: float) -> dict[str, list[float]]:
    """Under light load and under half of what one worker can do, after a warm-up."""
    with WorkerProcess(settings, folder, [*pinned(), *WORKER]) as worker:
        asyncio.run(latencies(settings, numbered(lines, _WARM_UP), half))
        light = asyncio.run(latencies(settings, numbered(lines, _LIGHT, _WARM_UP), _LIGHT_RATE))
        heavy = asyncio.run(latencies(settings, numbered(lines, _HALF, _WARM_UP + _LIGHT), half))
        worker.stop()
    return {
        f"{_LIGHT_RATE:.0f} articles/s, article enriched": light[0],
        f"{_LIGHT_RATE:.0f} articles/s, statements": light[1],
        f"half load ({half:.0f} articles/s), article enriched": heavy[0],
        f"half load ({half:.0f} articles/s), statements": heavy[1],
    }


def scaling(broker: Apache, alone: Run, machines: Sequence[Settings], folder: Path, articles: Sequence[Keyed]) -> str:
    """As many workers as cores, where these cores are all there is: the broker and the feed have none of their own."""
    rows = [("1 worker on a core, the broker on another", alone)]
    for workers, settings in enumerate(machines, 1):
        cores = CORES[-workers:]
        move(broker.pid, cores)
        with only_on(cores):
            run = run_workers("", settings, folder, articles, workers)
        rows.append(
            (f"{workers} worker{'s' * (workers > 1)} and the broker on {workers} core{'s' * (workers > 1)}", run)
        )
    move(broker.pid, CORES[:-1] or CORES)
    first = rows[1][1].seconds
    cells = [[name, f"{len(articles) / r.seconds:,.0f}", f"{first / r.seconds:.2f}"] for name, r in rows]
    return table(["", "articles/s", "of one worker and the broker on one core"], cells)


def latency_table(found: dict[str, list[float]]) -> str:
    """Median and 99 % of each."""
    rows = []
    for name, ms in found.items():
        late = quantiles(ms, n=100, method="inclusive")[98]
        rows.append([name, f"{median(ms):,.0f}", f"{late:,.0f}", f"{max(ms):,.0f}"])
    return table(["from sending to a reader of committed records, ms", "median", "99 %", "longest"], rows)


def latency_plot(found: dict[str, list[float]], path: Path) -> None:
    """The share of articles that are there after so many milliseconds."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, ms in found.items():
        ordered = sorted(ms)
        axes.plot(ordered, [(n + 1) / len(ordered) for n in range(len(ordered))], label=name)
    axes.set(xlabel="ms from sending to a reader of committed records", ylabel="share", xscale="log", ylim=(0, 1.01))
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(path, format="png", dpi=110)


def memory_report(run: Run, path: Path) -> str:
    """Plots a worker's memory, and tells its slope over the second half of the articles."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([n for n, _ in run.memory], [mb for _, mb in run.memory])
    axes.set(xlabel="articles", ylabel="resident memory, MB", ylim=(0, None))
    figure.savefig(path, format="png", dpi=110)
    late = [(n, mb) for n, mb in run.memory if n >= run.memory[-1][0] / 2]
    slope = linear_regression([n for n, _ in late], [mb for _, mb in late]).slope if len(late) > 2 else 0.0
    return (
        f"Over {run.memory[-1][0]:,.0f} articles memory ends at {run.memory[-1][1]:.0f} MB (peak {run.peak:.0f} MB); "
        f"in the second half it grows by {1000 * slope:.2f} MB per 1,000 articles."
    )


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=3000, help="of the runs that compare speed")
    parser.add_argument("--memory-articles", type=int, default=100_000)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--broker", choices=["embedded", "apache"], default="embedded")
    a = parser.parse_args()
    a.out.mkdir(parents=True, exist_ok=True)
    lines = list(news(None))
    parts = [heading(f"Load, {a.broker} broker"), compare(lines[: a.articles], a.broker, a.partitions)]
    with tempfile.TemporaryDirectory(prefix="qawl-load-") as name, ExitStack() as stack:
        folder = Path(name)
        broker = start_broker(a.broker, folder, stack)

        def deployment(prefix: str) -> Settings:
            settings = Settings(kafka_bootstrap=broker.bootstrap, topic_prefix=prefix, partitions=a.partitions)
            asyncio.run(create(settings))
            return settings

        keyed = numbered(lines, a.articles)
        one = run_workers("1 worker", deployment("one."), folder, keyed)
        if isinstance(broker, Apache):  # noida-db shares out partitions among none
            parts.append(scaling(broker, one, [deployment(f"machine{n}.") for n in (1, 2)], folder, keyed))
        half = a.articles / one.seconds / 2
        found = measure_latency(deployment("latency."), folder, lines, half)
        parts.append(latency_table(found))
        latency_plot(found, a.out / f"latency-{a.broker}.png")
        parts.append(f"![Latency](latency-{a.broker}.png)")
        many = run_workers("memory", deployment("memory."), folder, numbered(lines, a.memory_articles))
        parts.append(memory_report(many, a.out / f"memory-{a.broker}.png"))
        parts.append(f"![Memory](memory-{a.broker}.png)")
    report = "\n\n".join(parts) + "\n"
    (a.out / f"report-{a.broker}.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
