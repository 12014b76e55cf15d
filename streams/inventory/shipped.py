"""The models that Qawl ships, as the notes beside them tell."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import streams.extraction
from streams.inventory import Checked, State
from streams.inventory.checksums import check

FOLDER = Path(streams.extraction.__file__).parent / "models"
_NOTE = ".meta.json"


class Model(NamedTuple):
    """One shipped model. `scores` are figures by name, as its training measured them."""

    name: str
    bytes: int
    date: str
    command: str
    scores: dict[str, Any]
    sources: tuple[str, ...]
    sha256: str | None


def models(folder: Path = FOLDER) -> list[Model]:
    """All shipped models, by name.

    >>> [m.name for m in models() if m.name == "acceptance.tsv"]
    ['acceptance.tsv']
    """
    out = []
    for note in sorted(folder.glob(f"*{_NOTE}")):
        told = json.loads(note.read_text(encoding="utf-8"))
        sources = tuple(told.get("sources", ()))
        figures = {name: told.get(name) for name in ("date", "command", "sha256")}
        out.append(Model(told["model"], told["bytes"], scores=told.get("scores", {}), sources=sources, **figures))
    return out


def verify(folder: Path = FOLDER) -> Iterator[Checked]:
    """The check of each shipped model; a file without a note is one that nobody vouches for."""
    noted = models(folder)
    for model in noted:
        yield Checked(model.name, check(folder / model.name, model.sha256))
    names = {model.name for model in noted}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix != ".py" and not path.name.endswith(_NOTE) and path.name not in names:
            yield Checked(path.name, State.NO_CHECKSUM)
