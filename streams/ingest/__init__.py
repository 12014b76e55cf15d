"""Real feeds into `articles.raw`: one file a source, and files named after what they guarantee.

Each source gives raw items; a pure function makes a `Draft` of each (what the source says, in its own words),
`draft.article` makes an `Article` of that, and `intake.Intake` decides whether it leaves, waits or stays.
"""

from importlib import import_module
from types import ModuleType


class MissingLibrary(RuntimeError):
    """A library of the extra `ingest` is not installed; the text says what to run."""


def library(name: str) -> ModuleType:
    """A module of the extra `ingest`, imported when it is needed.

    Raises:
        MissingLibrary: it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as e:
        raise MissingLibrary(f"{name} cannot be imported ({e}). Run: pip install 'qawl[ingest]'") from e
