"""What models and data there are, shipped with Qawl and installed by camel-tools, and whether they are intact."""

from enum import Enum
from typing import NamedTuple


class State(Enum):
    """What a check of a file said."""

    OK = "ok"
    MISSING = "missing"
    CHANGED = "changed"
    NO_CHECKSUM = "no checksum"


class Checked(NamedTuple):
    """A file and what its check said."""

    name: str
    state: State
