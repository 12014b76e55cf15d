"""What the benchmarks share: articles from the corpus, a process's peak memory, a table for the README."""

import gzip
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from tests.conftest import SHARED

CORPUS = SHARED / "corpus" / "news.jsonl.gz"


def news(limit: int | None) -> Iterator[bytes]:
    """Lines of the corpus, each an article as it could stand in `articles.raw`; ends the program where it is absent."""
    if not CORPUS.is_file():
        sys.exit(f"the corpus is not beside this checkout: {CORPUS} is missing")
    with gzip.open(CORPUS, "rb") as lines:
        yield from islice(lines, limit)


def peak_megabytes(pid: int | str = "self") -> float:
    """The largest memory (resident set) that a process had since it started."""
    return _status_megabytes(pid, "VmHWM")


def resident_megabytes(pid: int | str = "self") -> float:
    """The memory (resident set) that a process has now."""
    return _status_megabytes(pid, "VmRSS")


def _status_megabytes(pid: int | str, row: str) -> float:
    """Linux only: read from /proc."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{row}:"):
            return int(line.split()[1]) / 1000
    raise RuntimeError(f"the kernel does not tell {row} of a process")


def heading(what: str) -> str:
    """One line: what was measured, when and on what."""
    load = os.getloadavg()[0]
    return (
        f"{what}. {datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores (load before: {load:.1f}), "
        f"Python {platform.python_version()}, Qawl {version('qawl')}."
    )


def _processor() -> str:
    """The processor's name as Linux tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
