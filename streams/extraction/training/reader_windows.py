"""Windows of words that the reader sees at once: those around a cue, and those that cover an article to be labelled."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.training.reader_model import LENGTH, Reader
from streams.extraction.words.signs import (
    CONTENT_BEGINS,
    CONTENT_ENDS,
    CORE_CUE,
    EXTENDED_CUE,
    READ,
    SPEAKER_BEGINS,
    SPEAKER_GOES_ON,
)

BEFORE = 190  # words before a cue that are read to find its content, speaker and actor
OVERLAP = 40  # words that two windows of an article share
BATCH = 128
STEPS = 15  # probabilities are written in this many steps


class Windows(NamedTuple):
    """Windows around cues (m, LENGTH): form numbers, which words are the cue, which padding; then what is to be found.

    `content` and `speaker` are 0 outside, 1 where one begins, 2 where it goes on; `actor` 1 in mentions; `type` (m,).
    """

    ids: Any
    marked: Any
    padding: Any
    content: Any
    speaker: Any
    actor: Any
    type: Any


def window(ids: Any, cue: Sequence[int], unknown: int) -> tuple[Any, Any, Any]:
    """Form numbers, the cue's words and the padding of the window around a cue; it begins BEFORE words before it."""
    first = cue[0] - BEFORE
    low, high = max(0, first), min(len(ids), first + LENGTH)
    out = np.full(LENGTH, unknown, np.int64)
    out[low - first : high - first] = ids[low:high]
    marked, padding = np.zeros(LENGTH, np.float32), np.ones(LENGTH, bool)
    padding[low - first : high - first] = False
    marked[BEFORE : cue[1] - first] = 1
    return out, marked, padding


def windows(articles: Sequence[dict[str, Any]], unknown: int, device: str) -> Windows:
    """One window for each annotated statement."""
    columns: list[list[Any]] = [[] for _ in Windows._fields]
    for a in articles:
        for s in a["statements"]:
            wanted = [np.zeros(LENGTH, np.int64) for _ in range(3)]
            first = s["cue"][0] - BEFORE
            spans = (s["content"], [s["speaker"]] if s["speaker"] else [], s["actor"])
            for array, group in zip(wanted, spans, strict=True):
                for begin, end in group:
                    array[max(0, begin - first) : max(0, end - first)] = 2
                    if 0 <= begin - first < LENGTH:
                        array[begin - first] = 1
            found = (*window(np.array(a["ids"]), s["cue"], unknown), *wanted[:2], (wanted[2] > 0) * 1.0, s["type"])
            for column, value in zip(columns, found, strict=True):
                column.append(value)
    return Windows(*(torch.from_numpy(np.stack(c)).to(device) for c in columns))


@torch.no_grad()
def label(model: Reader, articles: Sequence[Any], unknown: int) -> list[tuple[Any, Any]]:
    """Probabilities of each article's entity labels (n, labels) and signs (n, signs)."""
    device = model.hidden.device.type
    cut = [
        (n, first, min(len(ids), first + LENGTH))
        for n, ids in enumerate(articles)
        for first in range(0, max(1, len(ids) - OVERLAP), LENGTH - OVERLAP)
    ]
    found: list[tuple[Any, Any]] = [(np.zeros((len(ids), 0)), np.zeros((len(ids), READ))) for ids in articles]
    for begin in range(0, len(cut), BATCH):
        group = cut[begin : begin + BATCH]
        ids = np.full((len(group), LENGTH), unknown, np.int64)
        padding = np.ones(ids.shape, bool)
        for row, (n, first, last) in enumerate(group):
            ids[row, : last - first] = articles[n][first:last]
            padding[row, : last - first] = False
        h = model(torch.from_numpy(ids).to(device), padding=torch.from_numpy(padding).to(device))
        labels, cues = (head(h).softmax(-1).float().cpu().numpy() for head in (model.entity["gold"], model.cue))
        for row, (n, first, last) in enumerate(group):
            if first == 0:
                found[n] = (np.zeros((len(articles[n]), labels.shape[2])), found[n][1])
            new = first + (OVERLAP // 2 if first else 0)  # the middle of what two windows share belongs to either
            found[n][0][new:last] = labels[row, new - first : last - first]
            found[n][1][new:last, [CORE_CUE, EXTENDED_CUE]] = cues[row, new - first : last - first, 1:3]
    _add_statements(model, articles, [signs for _, signs in found], unknown)
    return found


def _add_statements(model: Reader, articles: Sequence[Any], signs: Sequence[Any], unknown: int) -> None:
    """Where the contents and speakers of likely cues begin and end."""
    device = model.hidden.device.type
    cues = [
        (n, int(i)) for n, s in enumerate(signs) for i in np.flatnonzero(s[:, [CORE_CUE, EXTENDED_CUE]].sum(1) > 0.5)
    ]
    for begin in range(0, len(cues), BATCH):
        group = cues[begin : begin + BATCH]
        columns = zip(*(window(articles[n], (i, i + 1), unknown) for n, i in group), strict=True)
        ids, marked, padding = (torch.from_numpy(np.stack(c)).to(device) for c in columns)
        h = model(ids, marked=marked, padding=padding)
        contents, speakers = (head(h).softmax(-1).float().cpu().numpy() for head in (model.content, model.speaker))
        for row, (n, i) in enumerate(group):
            first = i - BEFORE
            low, high = max(0, first), min(len(articles[n]), first + LENGTH)
            content, speaker = contents[row, low - first : high - first], speakers[row, low - first : high - first]
            inside = content[:, 1:].sum(1)
            ends = inside * (1 - np.append(inside[1:], 0))
            for sign, value in (
                (CONTENT_BEGINS, content[:, 1]),
                (CONTENT_ENDS, ends),
                (SPEAKER_BEGINS, speaker[:, 1]),
                (SPEAKER_GOES_ON, speaker[:, 2]),
            ):
                signs[n][low:high, sign] = np.maximum(signs[n][low:high, sign], value)


def write(path: Path, forms: Sequence[str], articles: Sequence[Any], found: Sequence[tuple[Any, Any]]) -> None:
    """Articles one after the other: their forms, and probabilities in STEPS."""
    distinct, ids = np.unique(np.concatenate(articles), return_inverse=True)
    np.savez_compressed(
        path,
        forms=np.frombuffer("\n".join(forms[n] for n in distinct).encode(), np.uint8),
        ids=ids.astype(np.int32),
        labels=np.rint(np.concatenate([labels for labels, _ in found]) * STEPS).astype(np.uint8),
        signs=np.rint(np.concatenate([signs for _, signs in found]) * STEPS).astype(np.uint8),
    )
