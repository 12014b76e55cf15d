"""The note that stands beside every shipped model: command, date, seed, scores, sources."""

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np


def write_note(model: Path, *, seed: int, scores: dict[str, Any], sources: list[str], before: str = "") -> None:
    """Write `MODEL.meta.json`: how the model was made, from what; `qawl models verify` reads it.

    `before` is the command that made what was changed here.
    """
    module = sys.modules["__main__"].__spec__
    command = " ".join(["python -m", module.name if module else "?", *sys.argv[1:]])
    note = {
        "model": model.name,
        "bytes": model.stat().st_size,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "command": f"{before}; {command}" if before else command,
        "date": datetime.now(UTC).date().isoformat(),
        "seed": seed,
        "scores": scores,
        "sources": sources,
    }
    model.with_suffix(".meta.json").write_text(json.dumps(note, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def change(model: Path, arrays: Mapping[str, Any], scores: dict[str, Any]) -> None:
    """Put these arrays in place of a model's own, and their scores and the command beside those in its note."""
    note = json.loads(model.with_suffix(".meta.json").read_text(encoding="utf-8"))
    with np.load(model) as z:
        changed: dict[str, Any] = {**z, **arrays}
    with model.open("wb") as out:
        np.savez_compressed(out, **changed)
    scores = note["scores"] | scores
    write_note(model, seed=note["seed"], scores=scores, sources=note["sources"], before=note["command"])
