"""Checksums of files."""

import hashlib
from pathlib import Path

from streams.inventory import State


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal digits, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, expected: str | None) -> State:
    """Whether a file is there and is the one that was expected."""
    if not path.is_file():
        return State.MISSING
    if expected is None:
        return State.NO_CHECKSUM
    return State.OK if sha256(path) == expected else State.CHANGED
