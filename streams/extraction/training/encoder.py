"""Train the encoder: raw news first, then annotated texts and what the reader says of raw news.

    python -m streams.extraction.training.vectors ../shared/corpus WORK
    python -m streams.extraction.training.lessons ../shared WORK
    python -m streams.extraction.training.encoder WORK
    python -m streams.extraction.training.encoder_export WORK
    python -m streams.extraction.training.categories ../shared/corpus
    python -m streams.extraction.training.silent ../shared/corpus

1. The encoder learns from raw news to tell a hidden word's cluster and category; the reader (a transformer,
   `training.reader`) to tell hidden words, for some minutes.
2. The reader learns from the annotated texts and labels up to 20,000 raw articles.
3. Six encoders go on from step 1, side by side, with the annotated texts and those labels: one with all of them
   (WORK/student-None.npz), and one for each fold without a part of the annotated articles and of ANERcorp's sentences
   (by blocks of 100; WORK/student-K.npz).

Made for one graphics card; how long all of it may take is told with `--seconds`. The shipped encoders are of 487
seconds of an H200 (2026-11-27): 37 of raw news for the encoder (2,500 steps), 137 for the reader (2,700), 76 of the
reader's lesson (1,907), 3 for its labels, 224 of the six encoders (6,959 steps). Their attributes are those of lessons
of the day before, which knew fewer articles.

One reader labels for all, which knows each fold's articles: through its labels of other texts something of them may
come to the fold's encoder, besides the words' vectors and how an earlier encoder labelled them over the raw corpus;
what the folds' encoders say of their articles may be somewhat better than of articles that nobody knew.

F1 on gold/dev of the reader: names 0.896, core cues 0.929, contents' beginnings 0.890 and ends 0.894; the encoder's
stand in `models/encoder.meta.json`.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.training.encoder_learning import Taught, learn, learn_raw
from streams.extraction.training.encoder_model import Encoders
from streams.extraction.training.encoder_scores import scores, sign_scores
from streams.extraction.training.folds import FOLDS, folds_of
from streams.extraction.training.lessons import Lessons, load
from streams.extraction.training.reader import SEED, STEPS, Lesson, label, lesson, read_raw
from streams.extraction.training.reader import learn as teach
from streams.extraction.training.reader_model import Reader

ANNOTATED = ("gold", "news")
SECONDS, READS, WRITES = 500.0, 0.28, 12.0  # of all, share in which the reader reads raw news, to write the encoders
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


def score(found: Sequence[tuple[Any, Any]], texts: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    """Of (labels, log-odds of signs) beside the annotated."""
    named = [(said[0], wanted[0]) for said, wanted in zip(found, texts, strict=True) if (wanted[0] >= 0).all()]
    signs = ((wanted[1], said[1]) for said, wanted in zip(found, texts, strict=True))
    return {"names": scores(named), "signs": sign_scores(signs)}


def judge_reader(model: Reader, lessons: Lessons, kind: str) -> dict[str, Any]:
    """Scores of what the reader says of texts that it did not learn from."""
    texts = lessons.texts[kind]
    spans = texts.spans()
    given = label(model, texts.ids, spans)
    edges = np.cumsum([last - first for first, last in spans])[:-1]
    found = zip(np.split(given.labels.argmax(1), edges), np.split(given.signs - STEPS / 2, edges), strict=True)
    return score(list(found), [(texts.labels[a:b], texts.signs[a:b]) for a, b in spans])


def main() -> None:
    """All steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, help="folder of lessons.npz")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="that all of it may take")
    a = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    started = time.monotonic()

    def passed(what: str) -> None:
        print(what, round(time.monotonic() - started), "s", flush=True)

    lessons = load(a.work / "lessons.npz")
    passed("lessons read")
    torch.manual_seed(SEED)
    first = Encoders(lessons, 1, device)
    learn_raw(first, lessons)
    after_raw = first.weights(0)
    passed("encoder has read")
    reader = Reader(lessons, device)
    read_raw(reader, lessons, a.seconds * READS)
    passed("reader has read")
    teach(reader, all_lessons(lessons, held_out(lessons, None), device))
    passed("reader was taught")
    to_label = [(int(first), int(last)) for first, last in lessons.to_label]
    labelled = np.concatenate([lessons.raw[first:last] for first, last in to_label])
    taught = Taught(labelled, label(reader, lessons.raw, to_label))
    print("reader dev", judge_reader(reader, lessons, "dev"), flush=True)
    passed("reader labelled")
    del reader
    folds = (None, *range(FOLDS))
    encoders = Encoders(lessons, len(folds), device).take(after_raw)
    annotated = [all_lessons(lessons, held_out(lessons, fold), device) for fold in folds]
    left = a.seconds - (time.monotonic() - started) - WRITES
    learn(encoders, annotated, taught, lessons.categories, left)
    for n, fold in enumerate(folds):
        np.savez_compressed(a.work / f"student-{fold}.npz", **encoders.weights(n))
    passed("encoders have learned")


if __name__ == "__main__":
    main()
