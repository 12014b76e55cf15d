"""Real feeds into `articles.raw`: one file a source, and files named after what they guarantee.

Each source gives raw items; a pure function makes a `Draft` of each (what the source says, in its own words),
`draft.article` makes an `Article` of that, and `intake.Intake` decides whether it leaves, waits or stays.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Final

LIBRARIES: Final = ("datasketch", "defusedxml", "feedparser", "ftfy", "hijridate", "lxml", "protego", "trafilatura")


class MissingLibrary(RuntimeError):
    """A library of the extra `ingest` is not installed; the text says what to run."""


def require() -> None:
    """Nothing if the extra is installed; imports none of it.

    Raises:
        MissingLibrary: a part of it is not.
    """
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise MissingLibrary(f"not installed: {', '.join(missing)}. Run: pip install 'qawl[ingest]'")


def library(name: str) -> ModuleType:
    """A module of the extra `ingest`, imported when it is needed.

    Raises:
        MissingLibrary: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as e:
        raise MissingLibrary(f"{name} cannot be imported ({e}). Run: pip install 'qawl[ingest]'") from e
