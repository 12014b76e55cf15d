"""What the reader said of raw articles is not learned of those that were annotated since: they would be held out of a
fold and taught in it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streams.extraction.training.encoder import taught_in
from streams.extraction.training.lessons import HEAD, Lessons, Texts

ANNOTATED, OTHER = np.arange(HEAD + 5), np.arange(100, 100 + HEAD + 9)


def texts(ids: Any) -> Texts:
    return Texts(ids, np.zeros(len(ids)), np.zeros((len(ids), 1)), np.array([len(ids)]))


def lessons(**kinds: Texts) -> Lessons:
    nothing = np.zeros(0)
    return Lessons(nothing, 0, 0, nothing, nothing, nothing, 0, nothing, 0, nothing, nothing, 0, kinds)


@pytest.mark.parametrize("kind", ["gold", "news", "dev"])
def test_an_article_that_was_annotated_since_is_left_out(tmp_path: Path, kind: str) -> None:
    ids = np.concatenate([OTHER, ANNOTATED, OTHER + 1])
    said = np.arange(len(ids), dtype=np.uint8)[:, None]
    ends = np.cumsum([len(OTHER), len(ANNOTATED), len(OTHER)])
    np.savez(tmp_path / "taught.npz", ids=ids, labels=said, signs=said, ends=ends)
    left = taught_in(tmp_path, lessons(**{kind: texts(ANNOTATED)}))
    assert left.ids.tolist() == [*OTHER.tolist(), *(OTHER + 1).tolist()]
    assert len(left.said.labels) == len(left.said.signs) == len(left.ids)
    assert left.said.labels[len(OTHER)] == ends[1]
