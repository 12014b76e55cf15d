"""Workers as processes on cores of their own, and how long they take for what lies in `articles.raw`."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streams.kafka.topics import Topic, declared
from streams.settings import Settings
from tests.benchmarks.common import peak_megabytes, resident_megabytes
from tests.kafka.pipeline import WORKER, WorkerProcess, publish, read

PATIENCE = 3600.0  # seconds for one run
_LOOK = 2.0  # each look takes the worker a hundredth of a second
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") and shutil.which("taskset") else []


@dataclass(frozen=True, slots=True)
class Run:
    """One run over all articles; `seconds` from the first output to the last.

    `memory` holds (articles done, megabytes resident) of the first worker, every two seconds.
    """

    name: str
    seconds: float
    outputs: int
    peak: float | None = None
    extraction: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)


def pinned(worker: int = 0) -> list[str]:
    """What a command begins with to have a core to itself: the last one, the one before it for the next worker."""
    return ["taskset", "-c", str(CORES[-1 - worker % len(CORES)])] if CORES else []


@contextmanager
def only_on(cores: list[int]) -> Iterator[None]:
    """This process, and what it starts meanwhile, on these cores only; on all where there are none to choose from."""
    if cores:
        os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, CORES)


def move(pid: int, cores: list[int]) -> None:
    """A process that runs, all its threads, onto these cores."""
    if CORES:
        command = ["taskset", "--all-tasks", "--cpu-list", "--pid", ",".join(map(str, cores)), str(pid)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def run_workers(
    name: str, settings: Settings, folder: Path, articles: Sequence[tuple[bytes, bytes]], workers: int = 1
) -> Run:
    """`qawl worker`, one or several, over articles that are published once all are ready."""
    raw = declared(settings).raw.name
    with ExitStack() as stack:
        crew = [
            stack.enter_context(WorkerProcess(settings, folder, [*pinned(n), *WORKER], QAWL_WORKER_ID=f"w{n}"))
            for n in range(workers)
        ]
        for worker in crew:
            worker.until(lambda worker=worker: bool(worker.partitions(raw)), "gets no partitions")  # type: ignore[misc]
        asyncio.run(publish(settings, articles))
        memory: list[tuple[float, float]] = []
        deadline = time.monotonic() + PATIENCE
        while True:
            done = sum(worker.metric("qawl_articles_total") for worker in crew)
            memory.append((done, resident_megabytes(crew[0].process.pid)))
            left = sum(worker.metric("qawl_consumer_lag") + worker.metric("qawl_in_flight") for worker in crew)
            if done >= len(articles) and left == 0:
                break
            if time.monotonic() > deadline or any(worker.process.poll() is not None for worker in crew):
                sys.exit(f"the workers did not finish: {crew[0].log.read_text()[-2000:]}")
            time.sleep(_LOOK)
        inside = sum(worker.metric("qawl_extract_seconds_sum") for worker in crew)
        peak = max(peak_megabytes(worker.process.pid) for worker in crew)
        for worker in crew:
            worker.stop()
    topics = declared(settings)
    every = [at for t in (topics.enriched, topics.statements, topics.actors) for at in timestamps(settings, t)]
    return Run(name, max(every) - min(every), len(every), peak, inside, memory)


def timestamps(settings: Settings, topic: Topic) -> list[float]:
    """When each record of a topic was sent, in order."""
    return sorted(record.timestamp / 1000 for record in asyncio.run(read(settings, topic)))
