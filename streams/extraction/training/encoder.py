"""Train the encoder: raw news first, then annotated texts and what the reader says of raw news.

    python -m streams.extraction.training.vectors ../shared/corpus WORK
    python -m streams.extraction.training.lessons ../shared WORK
    python -m streams.extraction.training.encoder WORK [--minutes 2.75] [--folds 5]
    python -m streams.extraction.training.encoder WORK --from-labels
    python -m streams.extraction.training.encoder_export WORK
    python -m streams.extraction.training.categories ../shared/corpus

1. The encoder learns from raw news to tell a hidden word's cluster and category; the reader (a transformer,
   `training.reader`) to tell hidden words, for some minutes.
2. The reader learns from the annotated texts and labels 15,000 raw articles: WORK/taught.npz.
3. The encoder of step 1 learns from the annotated texts and from those labels; WORK/student-None.npz is the result.

The folds repeat steps 2 and 3 without a part of the annotated articles and of ANERcorp's sentences (by blocks of 100),
and write what that encoder says of them to WORK/held-K.npz; `training.encoder_export` puts them together.

Made for one graphics card: 9 minutes of an H200, of which 165 seconds of raw news (3,000 steps), 28 for each of the
reader's six lessons, 22 for each encoder (1,411 steps). That is too short for the encoders: `--from-labels` teaches
them anew from WORK/taught.npz on a machine without a card (two hours of two cores), first BASE_STEPS from the reader
alone, then AFTER_STEPS with the annotated texts, for all and for each fold. The shipped encoder and its folds were made
so; their base of 26 November had six convolutions, to which `grown` added the last three. One reader labelled for all
of them, which knew each fold's articles: through its labels of other texts something of them may have come to the
fold's encoder, besides the words' vectors and how an earlier encoder labelled them over the raw corpus; what the folds'
encoders say of their articles may be somewhat better than of articles that nobody knew.
The reader had learned from the first 2,126 of the annotated news. The shipped encoder learned from 4,517 more, of which
1,254 are among those that the reader labelled: WORK/student-base.npz, made before they were annotated, has learned
from its labels of them. The 662 that were annotated last neither has seen as such.

F1 on gold/dev and (in brackets) by cross-validation over gold/train, of the reader: names 0.880 (0.894), core cues
0.919 (0.959), contents' beginnings 0.890 (0.897) and ends 0.890 (0.896); the encoder's stand in
`models/encoder.meta.json`.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.multiprocessing import get_context

from streams.extraction.training.encoder_learning import (
    AFTER_RATE,
    AFTER_STEPS,
    BASE_STEPS,
    Taught,
    grown,
    learn,
    learn_raw,
    read,
    weights,
    with_weights,
)
from streams.extraction.training.encoder_model import EncoderModel
from streams.extraction.training.encoder_scores import scores, sign_scores
from streams.extraction.training.folds import folds_of
from streams.extraction.training.lessons import HEAD, TOLD_APART, Lessons, load
from streams.extraction.training.reader import SEED, STEPS, Lesson, Said, label, lesson, read_raw
from streams.extraction.training.reader import learn as teach
from streams.extraction.training.reader_model import Reader

FOLDS = 5
ANNOTATED = ("gold", "news")
BLOCKS = {"aner": 100}  # sentences that stay together


class Held(NamedTuple):
    """Numbers of the texts of each kind that a part of a cross-validation does not learn from."""

    gold: set[int]
    news: set[int]
    aner: set[int]


def held_out(lessons: Lessons, fold: int | None) -> Held:
    """What a fold holds out; nothing for None."""
    if fold is None:
        return Held(set(), set(), set())
    many = {kind: len(lessons.texts[kind].ends) for kind in Held._fields}
    return Held(**{kind: folds_of(many[kind], FOLDS, BLOCKS.get(kind, 1))[fold] for kind in Held._fields})


def all_lessons(lessons: Lessons, held: Held, device: str) -> list[Lesson]:
    """The annotated texts that are learned from."""
    texts, end = lessons.texts, lessons.end
    return [
        lesson("gold", [(texts[kind], getattr(held, kind)) for kind in ANNOTATED], end, device),
        lesson("aner", [(texts["aner"], held.aner)], end, device),
        lesson("aqmar", [(texts["aqmar"], set())], end, device),
    ]


def _score(found: Sequence[tuple[Any, Any]], texts: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    """Of (labels, log-odds of signs) beside the annotated."""
    named = [(said[0], wanted[0]) for said, wanted in zip(found, texts, strict=True) if (wanted[0] >= 0).all()]
    signs = ((wanted[1], said[1]) for said, wanted in zip(found, texts, strict=True))
    return {"names": scores(named), "signs": sign_scores(signs)}


def _texts(lessons: Lessons, kind: str, numbers: Sequence[int]) -> list[tuple[Any, Any, Any]]:
    """(ids, labels, signs) of these texts."""
    texts, spans = lessons.texts[kind], lessons.texts[kind].spans()
    return [tuple(array[slice(*spans[n])] for array in texts[:3]) for n in numbers]


def judge(work: Path, fold: int | None) -> None:
    """What an encoder says of texts that it did not learn from: WORK/held-K.npz, and scores."""
    torch.set_num_threads(1)
    lessons = load(work / "lessons.npz")
    held = held_out(lessons, fold)
    model = with_weights(EncoderModel(lessons, "cpu"), work / f"student-{fold}.npz").eval()
    todo = {"dev": list(range(len(lessons.texts["dev"].ends)))} if fold is None else held._asdict()
    arrays: dict[str, Any] = {}
    found = {}
    for kind, numbers in todo.items():
        texts = _texts(lessons, kind, sorted(numbers))
        said = [read(model, ids, "aner" if kind == "aner" else "gold") for ids, *_ in texts]
        for n, (labels, signs) in zip(sorted(numbers), said, strict=True):
            arrays[f"{kind}/{n}/labels"] = labels.astype(np.uint8)
            if kind in ANNOTATED:
                arrays[f"{kind}/{n}/signs"] = signs.astype(np.float16)
        found[kind] = _score(said, [x[1:] for x in texts])
    if fold is not None:
        np.savez_compressed(work / f"held-{fold}.npz", **arrays)
    (work / f"encoder-{fold}.json").write_text(json.dumps(found), encoding="utf-8")
    print("encoder", fold, found, flush=True)


def judge_reader(model: Reader, lessons: Lessons, kind: str, numbers: Sequence[int]) -> dict[str, Any]:
    """Scores of what the reader says of texts that it did not learn from."""
    texts, every = lessons.texts[kind], lessons.texts[kind].spans()
    spans = [every[n] for n in numbers]
    given = label(model, texts.ids, spans)
    edges = np.cumsum([last - first for first, last in spans])[:-1]
    found = zip(np.split(given.labels.argmax(1), edges), np.split(given.signs - STEPS / 2, edges), strict=True)
    return _score(list(found), [(texts.labels[a:b], texts.signs[a:b]) for a, b in spans])


def from_labels(work: Path, fold: int | None) -> None:
    """Step 3 from what the reader said earlier, on one core: `student-base` goes on with the annotated texts."""
    torch.set_num_threads(1)
    lessons = load(work / "lessons.npz")
    torch.manual_seed(SEED)
    encoder = grown(EncoderModel(lessons, "cpu"), work / "student-base.npz")
    annotated = all_lessons(lessons, held_out(lessons, fold), "cpu")
    learn(encoder, annotated, taught_in(work, lessons), lessons.categories, AFTER_STEPS, AFTER_RATE)
    np.savez(work / f"student-{fold}.npz", **weights(encoder))
    judge(work, fold)


def base(work: Path) -> None:
    """Steps 1 and 3 without the annotated texts, on one core: WORK/student-base.npz."""
    torch.set_num_threads(1)
    lessons = load(work / "lessons.npz")
    torch.manual_seed(SEED)
    encoder = EncoderModel(lessons, "cpu")
    learn_raw(encoder, lessons)
    learn(encoder, [], taught_in(work, lessons), lessons.categories, BASE_STEPS)
    np.savez(work / "student-base.npz", **weights(encoder))


def taught_in(work: Path, lessons: Lessons) -> Taught:
    """What the reader said, but not of articles that were annotated since."""
    with np.load(work / "taught.npz") as z:
        ids, said, ends = z["ids"], Said(z["labels"], z["signs"]), z["ends"]
    known = {head for kind in TOLD_APART if kind in lessons.texts for head in lessons.texts[kind].heads()}
    kept = np.ones(len(ids), bool)
    for first, last in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        kept[first:last] = tuple(ids[first : first + HEAD].tolist()) not in known
    return Taught(ids[kept], Said(*(array[kept] for array in said)))


def main() -> None:
    """All steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, help="folder of lessons.npz")
    parser.add_argument("--minutes", type=float, default=2.75, help="that the reader reads raw news")
    parser.add_argument("--folds", type=int, default=FOLDS, help=f"how many of the {FOLDS} folds")
    parser.add_argument("--from-labels", action="store_true", help="without a card, from WORK/taught.npz")
    a = parser.parse_args()
    beside = get_context("spawn")
    if a.from_labels:
        base(a.work)
        with beside.Pool(min(os.cpu_count() or 1, a.folds + 1), maxtasksperchild=1) as pool:
            pool.starmap(from_labels, [(a.work, fold) for fold in (None, *range(a.folds))], chunksize=1)
        return
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    started = time.monotonic()
    lessons = load(a.work / "lessons.npz")
    torch.manual_seed(SEED)
    encoder = EncoderModel(lessons, device)
    learn_raw(encoder, lessons)
    encoder_after_raw = {name: value.clone() for name, value in encoder.state_dict().items()}
    print(round(time.monotonic() - started), "s", flush=True)
    reader = Reader(lessons, device)
    read_raw(reader, lessons, a.minutes * 60)
    reader_after_raw = {name: value.clone() for name, value in reader.state_dict().items()}
    to_label = [(int(first), int(last)) for first, last in lessons.to_label]
    labelled = np.concatenate([lessons.raw[first:last] for first, last in to_label])
    judges = []
    for fold in (None, *range(a.folds)):
        held = held_out(lessons, fold)
        annotated = all_lessons(lessons, held, device)
        reader.load_state_dict(reader_after_raw)
        teach(reader, annotated)
        taught = Taught(labelled, label(reader, lessons.raw, to_label))
        if fold is None:
            ends = np.cumsum([last - first for first, last in to_label])
            np.savez(a.work / "taught.npz", ids=taught.ids, ends=ends, **taught.said._asdict())
        encoder.load_state_dict(encoder_after_raw)
        learn(encoder, annotated, taught, lessons.categories)
        np.savez(a.work / f"student-{fold}.npz", **weights(encoder))
        judges.append(beside.Process(target=judge, args=(a.work, fold)))
        judges[-1].start()
        others = {"dev": range(len(lessons.texts["dev"].ends))} if fold is None else {"gold": sorted(held.gold)}
        for kind, numbers in others.items():
            print("reader", fold, kind, judge_reader(reader, lessons, kind, numbers), flush=True)
        print(round(time.monotonic() - started), "s", flush=True)
    for process in judges:
        process.join()


if __name__ == "__main__":
    main()
