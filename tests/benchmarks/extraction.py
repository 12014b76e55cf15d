"""Extraction alone, without Kafka: speed on one core, time per stage, peak memory, growth with the body's length.

    python -m tests.benchmarks.extraction [--articles N] [--lengths 10000 100000 1000000]

Each article is read, extracted and written before the next, as `qawl extract` does, so that the peak is the program's
and not the corpus's. The two baselines work on the same articles in the same run, each block of articles right after
its extraction: what a machine's load does to one it does to the others.
"""

import argparse
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

# One core: numpy's linear algebra would take all of them. Set before numpy is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

from schemas import Article
from schemas.codec import decode_article, encode
from streams.cli.engine import load_extractor
from streams.extraction import Extractor
from streams.extraction.tokens import tokenize
from streams.settings import Settings
from tests.benchmarks.common import heading, news, peak_megabytes, table

_BLOCK = 200
_REPEATS = 3  # of a single long body; the fastest counts
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Run:
    """Sums over all articles; times in seconds."""

    articles: int = 0
    chars: int = 0
    bytes: int = 0
    statements: int = 0
    decode: float = 0.0
    encode: float = 0.0
    split_and_json: float = 0.0
    tokenize: float = 0.0
    cpu: float = 0.0
    each: list[float] = field(default_factory=list)
    stages: Counter[str] = field(default_factory=Counter)

    @property
    def extract(self) -> float:
        return sum(self.each)


def measure(extractor: Extractor, lines: Iterator[bytes]) -> Run:
    """Extract all articles; the baselines after each block of them."""
    run = Run()
    for block in iter(lambda: list(itertools.islice(lines, _BLOCK)), []):
        bodies = []
        for line in block:
            began = time.perf_counter()
            article = decode_article(line)
            run.decode += time.perf_counter() - began
            cpu, began = time.process_time(), time.perf_counter()
            result = extractor.enrich(article, extracted_at=_NOW, clock=time.perf_counter)
            done = time.perf_counter()
            run.cpu += time.process_time() - cpu
            run.each.append(done - began)
            encode(result.enriched)
            for event in result.events:
                encode(event)
            run.encode += time.perf_counter() - done
            run.stages.update(result.enriched.timings_ms)
            run.statements += len(result.events)
            bodies.append(article.body)
        _baselines(run, bodies)
    return run


def _baselines(run: Run, bodies: list[str]) -> None:
    run.articles += len(bodies)
    run.chars += sum(map(len, bodies))
    run.bytes += sum(len(body.encode()) for body in bodies)
    began = time.perf_counter()
    for body in bodies:
        json.dumps(body.split(), ensure_ascii=False).encode()
    split = time.perf_counter()
    for body in bodies:
        tokenize(body)
    run.split_and_json += split - began
    run.tokenize += time.perf_counter() - split


def report(run: Run, peak: float) -> str:
    """The tables of one run over the corpus."""

    def row(name: str, seconds: float) -> list[str]:
        speed = [f"{run.articles / seconds:,.0f}", f"{run.bytes / seconds / 1e6:.2f}"]
        return [name, *speed, f"{1000 * seconds / run.articles:.3f}", f"{seconds / run.extract:.1%}"]

    each = sorted(run.each)
    speeds = table(
        ["", "articles/s", "MB/s", "ms/article", "of extraction"],
        [
            row("extraction", run.extract),
            row("extraction, by CPU time", run.cpu),
            row("decode the article (JSON, validated)", run.decode),
            row("encode all events (JSON)", run.encode),
            row("baseline: tokenization alone", run.tokenize),
            row("baseline: str.split and json.dumps", run.split_and_json),
        ],
    )
    total = sum(run.stages.values())
    stages = table(
        ["stage", "ms/article", "share"],
        [[name, f"{ms / run.articles:.3f}", f"{ms / total:.1%}"] for name, ms in run.stages.items()],
    )
    at = [1000 * each[len(each) // 2], 1000 * each[int(len(each) * 0.99)], 1000 * each[-1]]
    return (
        f"{run.articles:,} articles of {run.chars / run.articles:,.0f} characters on average, {run.statements:,} "
        f"statements. An article takes {at[0]:.1f} ms (median), {at[1]:.1f} ms (99 %), {at[2]:.0f} ms (longest). "
        f"Peak memory {peak:.0f} MB.\n\n{speeds}\n\n{stages}"
    )


def linearity(extractor: Extractor, lengths: list[int]) -> str:
    """Bodies of these lengths, made of the corpus's articles one after the other."""
    text = _long_text(max(lengths))
    rows, first = [], 0.0
    for length in sorted(lengths):
        article = Article(article_id=f"long-{length}", body=text[:length])
        runs = []
        for _ in range(_REPEATS):
            began = time.perf_counter()
            result = extractor.enrich(article, extracted_at=_NOW, clock=time.perf_counter)
            runs.append((time.perf_counter() - began, result))
        seconds, result = min(runs, key=lambda run: run[0])
        stages = result.enriched.timings_ms
        slowest = max(stages, key=lambda stage: stages[stage])
        each = 1e6 * seconds / length
        first = first or each
        figures = [f"{seconds:.3f}", f"{each:.2f}", f"{each / first:.2f}", f"{len(result.events):,}"]
        rows.append([f"{length:,}", *figures, f"{peak_megabytes():.0f}", f"{slowest}, {stages[slowest] / 1000:.3f} s"])
    columns = [
        "characters in one body",
        "seconds",
        "µs/character",
        "of the first",
        "statements",
        "peak memory so far, MB",
    ]
    return table([*columns, "slowest stage"], rows)


def _long_text(length: int) -> str:
    parts: list[str] = []
    have = 0
    for line in news(None):
        parts.append(decode_article(line).body)
        have += len(parts[-1]) + 1
        if have > length:
            return "\n".join(parts)
    raise SystemExit(f"the corpus has {have:,} characters, a body of {length:,} cannot be made of it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, help="the first N of the corpus; all unless given")
    parser.add_argument("--lengths", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="long bodies")
    a = parser.parse_args()
    title = heading("Extraction alone, one core")
    extractor = load_extractor(Settings(entity_engine="builtin"))  # as the worker does it
    run = measure(extractor, news(a.articles))
    print(f"{title}\n{report(run, peak_megabytes())}", flush=True)
    if a.lengths:
        print(f"\n{linearity(extractor, a.lengths)}")


if __name__ == "__main__":
    main()
