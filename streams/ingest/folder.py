"""A drop folder as wire receivers have: each file is read once it is whole, and then moved away.

A file that is still being written is left alone: its size and time must stay as they are for a while, and a name that
programs give to unfinished files does not count. Moves are atomic, so a file is in one place at any moment: it is done,
it failed with the reason beside it, or it is still to be read.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
_REASON = ".reason.txt"


class _Seen(NamedTuple):
    size: int
    modified: int
    since: float


class DropFolder:
    """`ready()` gives whole files; `done` and `failed` move them away."""

    def __init__(self, path: Path, settle_seconds: float) -> None:
        """Raises OSError where the folders beside the files cannot be made."""
        self._path, self._settle = path, settle_seconds
        self._done, self._failed = path / "done", path / "failed"
        self._seen: dict[Path, _Seen] = {}
        for folder in (self._done, self._failed):
            folder.mkdir(exist_ok=True)

    def ready(self) -> list[Path]:
        """The files that have not changed for a while, the oldest first.

        Raises:
            OSError: the folder is gone.
        """
        now, seen, whole = time.monotonic(), {}, []
        for path, status in self._files():
            before = self._seen.get(path)
            same = before is not None and (before.size, before.modified) == (status.st_size, status.st_mtime_ns)
            since = before.since if before is not None and same else now
            seen[path] = _Seen(status.st_size, status.st_mtime_ns, since)
            if now - since >= self._settle:
                whole.append((status.st_mtime_ns, path))
        self._seen = seen
        return [path for _, path in sorted(whole)]

    def is_empty(self) -> bool:
        """Whether there is nothing to read any more."""
        return next(self._files(), None) is None

    def done(self, path: Path) -> None:
        """All that is in the file is safe."""
        self._move(path, self._done)

    def failed(self, path: Path, reason: str) -> Path:
        """The file cannot be read; the reason is written beside it, before it is moved. Where it lies now."""
        target = self._free(self._failed / path.name)
        target.with_name(target.name + _REASON).write_text(reason + "\n", encoding="utf-8")
        path.replace(target)
        self._seen.pop(path, None)
        return target

    def _move(self, path: Path, folder: Path) -> None:
        path.replace(self._free(folder / path.name))
        self._seen.pop(path, None)

    def _free(self, target: Path) -> Path:
        """A name that is not taken: wires use names again."""
        number, free = 1, target
        while free.exists():
            free = target.with_name(f"{target.stem}.{number}{target.suffix}")
            number += 1
        return free

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for entry in os.scandir(self._path):
            if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                continue
            try:
                if entry.is_file(follow_symlinks=False):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # moved meanwhile
                continue
