"""A small process that outlives a killed parent: it ends the broker and removes its folder.

Run as a file, not imported: `python guard.py [FOLDER]`, and spoken to through its standard input. It is told the
broker's process id on the first line. A second line means that all is in order and it may leave. The end of input
instead means that the parent is gone, by `kill -9` too: the kernel closes the pipe of a dead process.

A process rather than the kernel's PR_SET_PDEATHSIG, which acts when the *thread* that started the child ends, exists on
Linux only, and leaves the temporary folder behind.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has one way to end a process
_TRIES = 40
_PAUSE_SECONDS = 0.05


def main() -> None:
    """Wait for the parent's word or its end."""
    told = sys.stdin.readline().strip()
    if sys.stdin.readline():
        return
    if told:
        with contextlib.suppress(OSError):  # it has ended already
            os.kill(int(told), _KILL)
    for folder in sys.argv[1:]:
        _remove(folder)


def _remove(folder: str) -> None:
    """Again until it is gone: a broker that is just dying may still write a file into a folder being emptied."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not Path(folder).exists():
            return
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
