"""A folder of articles as JSON Lines, `*.jsonl` and `*.jsonl.gz`, in the order of the files' names."""

from collections.abc import Iterator
from pathlib import Path

from streams.ingest.draft import Item, Rules
from streams.ingest.jsonl import from_file
from streams.ingest.mapping import FieldMapping


def files(folder: Path) -> list[Path]:
    """The corpus's files."""
    return sorted(p for p in folder.iterdir() if p.is_file() and p.name.endswith((".jsonl", ".jsonl.gz")))


def items(folder: Path, mapping: FieldMapping, rules: Rules) -> Iterator[Item]:
    """All items of all files."""
    for path in files(folder):
        yield from from_file(path, mapping, rules)
