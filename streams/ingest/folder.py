"""A drop folder as wire receivers have: each file is read once it is whole, and then moved away.

A file that is still being written is left alone: its size and time must stay as they are for a while, and a name that
programs give to unfinished files does not count. Moves are atomic, so a file is in one place at any moment: it is done,
it failed with the reason beside it, or it is still to be read.
"""

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from streams.ingest.draft import Item, Rejected
from streams.ingest.identity import shown
from streams.ingest.intake import Intake, Outcome, summary

logger = logging.getLogger("qawl.ingest")

Read = Callable[[Path], list[Item]]
MOST_FILE_BYTES = 64 << 20
_SCAN_SECONDS = 0.2
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
_REASON = ".reason.txt"
_MOST_NAME_BYTES, _ROOM = 255, 32


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
        self._unreadable: dict[Path, tuple[int, int]] = {}
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
            same = before is not None and before[:2] == _stamp(status)
            since = before.since if before is not None and same else now
            seen[path] = _Seen(*_stamp(status), since)
            if self._unreadable.get(path) == _stamp(status):
                continue
            if now - since >= self._settle:
                whole.append((status.st_mtime_ns, path))
        self._seen = seen
        return [path for _, path in sorted(whole)]

    def is_empty(self) -> bool:
        """Whether there is nothing to read any more."""
        return all(self._unreadable.get(path) == _stamp(status) for path, status in self._files())

    def pass_over(self, path: Path) -> None:
        """The file cannot be opened: it stays, and is not tried again until it is another."""
        with suppress(FileNotFoundError):
            self._unreadable[path] = _stamp(path.stat(follow_symlinks=False))

    def done(self, path: Path) -> None:
        """All that is in the file is safe."""
        self._move(path, self._free(self._done / _with_room(path.name)))

    def failed(self, path: Path, reason: str) -> Path:
        """The file cannot be read; the reason is written beside it, before it is moved. Where it lies now."""
        self._failed.mkdir(exist_ok=True)
        target = self._free(self._failed / _with_room(path.name))
        target.with_name(target.name + _REASON).write_text(reason + "\n", encoding="utf-8", errors="replace")
        self._move(path, target)
        return target

    def _move(self, path: Path, target: Path) -> None:
        target.parent.mkdir(exist_ok=True)  # somebody may have tidied up
        with suppress(FileNotFoundError):  # another receiver has moved it
            path.replace(target)
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


def _stamp(status: os.stat_result) -> tuple[int, int]:
    """By what a file is told from what was written under its name later."""
    return status.st_size, status.st_mtime_ns


def _with_room(name: str) -> str:
    """A name to which a number and `.reason.txt` may be added: file systems take 255 bytes, half as many letters."""
    path = Path(name)
    stem, suffix = (path.stem, path.suffix) if len(os.fsencode(path.suffix)) < _ROOM else (name, "")
    while len(os.fsencode(stem + suffix)) > _MOST_NAME_BYTES - _ROOM:
        stem = stem[:-1]
    return stem + suffix


async def receive(drop: DropFolder, read: Read, intake: Intake, *, once: bool) -> list[Outcome]:
    """Take every file that comes; with `once` until the folder is empty, and then the outcomes of all.

    Raises:
        OSError: the folder is gone.
        KafkaError: the brokers refuse for good; the file stays where it is.
    """
    outcomes: list[Outcome] = []
    while True:
        for path in drop.ready():
            found = await _receive_one(drop, path, read, intake)
            outcomes += found if once else []
        if once and drop.is_empty():
            return outcomes
        await asyncio.sleep(_SCAN_SECONDS)


async def _receive_one(drop: DropFolder, path: Path, read: Read, intake: Intake) -> list[Outcome]:
    try:
        read_from = _stamp(path.stat())
        if read_from[0] > MOST_FILE_BYTES:
            why = Rejected(error="too_large", field="$", expected=f"expected a file of at most {MOST_FILE_BYTES} bytes")
            items = [Item(path.name, b"", rejected=why)]
        else:
            items = await asyncio.to_thread(read, path)
    except FileNotFoundError:  # another receiver took it
        return []
    except PermissionError as e:
        logger.error("%s cannot be read and stays where it is: %s", shown(path.name), e.strerror)
        drop.pass_over(path)
        return ["rejected"]
    outcomes = await intake.take(items)
    with suppress(FileNotFoundError):
        if _stamp(path.stat()) != read_from:
            logger.info("%s was written anew while it was read: it is read again", shown(path.name))
            return outcomes
    faults = [str(one.rejected) for one in items if one.rejected is not None]
    if faults:
        logger.warning("%s goes to %s", shown(path.name), shown(str(drop.failed(path, "\n".join(faults)))))
    else:
        drop.done(path)
        logger.info("%s: %s", shown(path.name), summary(Counter(outcomes)))
    return outcomes
