"""The note that stands beside every shipped model: command, date, seed, scores, sources."""

import hashlib
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def write_note(model: Path, *, seed: int, scores: dict[str, Any], sources: list[str]) -> None:
    """Write `MODEL.meta.json`: how the model was made, from what; `qawl models verify` reads it."""
    module = sys.modules["__main__"].__spec__
    note = {
        "model": model.name,
        "bytes": model.stat().st_size,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "command": " ".join(["python -m", module.name if module else "?", *sys.argv[1:]]),
        "date": datetime.now(UTC).date().isoformat(),
        "seed": seed,
        "scores": scores,
        "sources": sources,
    }
    model.with_suffix(".meta.json").write_text(json.dumps(note, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
