"""Make the encoder smaller: take most units from its layers, and teach the others to say what all of them said.

    python -m streams.extraction.training.distilled ../shared/corpus --products 200000 --seconds 3000

The encoder as it is (`models/encoder.npz`) is the teacher; the student begins as its copy. On raw news the student is
asked for what the teacher says of every word: no annotated article is needed. Units go a few at a time, those first
without which the loss would change least (Molchanov et al., Importance Estimation for Neural Network Pruning, 2019:
the squared sum of gradient times activation), for each product that they cost. Rewrites `models/encoder.npz`; an hour
on two cores, of which four minutes go to the teacher, and 10 GB of memory, where its last layers wait.
"""

import argparse
import gzip
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from streams.extraction.document import read
from streams.extraction.lexicon import load_lexicon
from streams.extraction.tokens import BREAK
from streams.extraction.training.distilled_model import LENGTH, Convolved, Teacher
from streams.extraction.training.provenance import change
from streams.extraction.words.encoder import MODEL, Encoder
from streams.extraction.words.morphology import load_morphology

SEED = 20261125
RATE, LEAST_RATE = 2e-3, 1e-5
BATCH = 8  # rows of LENGTH words in a step
HELD_OUT = 24 * BATCH  # rows at the beginning that are not learned from
PRUNED = 0.3  # share of the time until all units that are too many are gone
STEPS = 25  # of learning between two prunings
AVERAGED = 0.12  # of the time, at the end, over whose weights a moving mean is taken
_CHUNK = 4096


class Corpus(NamedTuple):
    """Raw news, one article behind the other: form numbers (rows, LENGTH), and of each form its vector and priors."""

    rows: torch.Tensor
    vectors: torch.Tensor
    priors: torch.Tensor

    def batch(self, rows: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Word vectors and priors of some rows."""
        ids = self.rows[rows].long()
        return self.vectors[ids].float(), self.priors[ids].float()


def _forms(line: str) -> list[str]:
    return [BREAK, *(t.form.written for t in read(json.loads(line)["body"]).tokens)]


def _lines(folder: Path) -> Iterator[str]:
    for name in ("news", "large"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            yield from lines


def read_corpus(folder: Path, encoder: Encoder) -> Corpus:
    """All articles of a corpus as an encoder reads them."""
    number: dict[str, int] = {}
    ids = []
    with Pool(os.cpu_count()) as pool:
        for forms in pool.imap(_forms, _lines(folder), chunksize=64):
            ids.append(np.array([number.setdefault(form, len(number)) for form in forms], np.int32))
    together = np.concatenate(ids)
    rows = torch.from_numpy(together[: len(together) // LENGTH * LENGTH].reshape(-1, LENGTH))
    forms = list(number)
    chunks = [forms[n : n + _CHUNK] for n in range(0, len(forms), _CHUNK)]
    vectors, priors = (
        torch.from_numpy(np.concatenate([of(chunk) for chunk in chunks]).astype(np.float16))
        for of in (lambda chunk: encoder.inputs(chunk).T, encoder.priors)
    )
    return Corpus(rows, vectors, priors)


def _last_layers(teacher: Convolved, corpus: Corpus) -> torch.Tensor:
    """(rows, LENGTH, h) that the teacher makes of all rows, in half precision."""
    found = torch.empty(*corpus.rows.shape, len(teacher.head), dtype=torch.float16)
    for rows in torch.split(torch.arange(len(corpus.rows)), BATCH):
        found[rows] = teacher(corpus.batch(rows)[0]).half()
    return found


class _Pruning:
    """Takes the units that matter least from a student, until it makes no more than `products` a word."""

    def __init__(self, student: Convolved, optimizer: torch.optim.Optimizer, products: int) -> None:
        self._student, self._optimizer = student, optimizer
        self._first, self._last = student.products(), products
        self._forget()

    def _forget(self) -> None:
        self._scores = [torch.zeros(len(units)) for units in self._student.units]
        self._steps = 0

    def after_step(self, spent: float) -> None:
        """`spent` is the share of the time that is over; gradients are those of the step."""
        if self._student.products() <= self._last:
            return
        for score, said in zip(self._scores, self._student.said, strict=True):
            assert said.grad is not None
            score += (said.grad * said.detach()).sum(1).square().sum(0)
        self._steps += 1
        goal = self._first + (self._last - self._first) * min(1.0, spent / PRUNED) ** 0.7
        if self._steps < STEPS or self._student.products() <= goal:
            return
        costs = [3 * taps.shape[1] for taps in self._student.taps]
        each = [
            (float(score) / cost, layer, unit, cost)
            for layer, (scores, cost) in enumerate(zip(self._scores, costs, strict=True))
            for unit, score in enumerate(scores)
        ]
        left = self._student.products()
        kept = [torch.ones(len(scores), dtype=torch.bool) for scores in self._scores]
        for _, layer, unit, cost in sorted(each):
            if left <= goal:
                break
            kept[layer][unit] = False
            left -= cost
        for layer, units in enumerate(kept):
            self._student.keep(layer, units, self._optimizer)
        self._forget()


def _rows(many: int) -> Iterator[torch.Tensor]:
    """Rows of a corpus that are learned from, BATCH at a time, all of them again and again in another order."""
    while True:
        order = HELD_OUT + torch.randperm(many - HELD_OUT)
        yield from (rows for rows in torch.split(order, BATCH) if len(rows) == BATCH)


def learn(
    teacher: Teacher,
    student: Convolved,
    corpus: Corpus,
    products: int,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Prune and teach until the time is over; the result is the mean of the last steps' weights."""
    torch.manual_seed(SEED)
    layers = _last_layers(teacher.network, corpus)
    optimizer = torch.optim.Adam(student.parameters(), lr=RATE, betas=(0.9, 0.98))
    pruning = _Pruning(student, optimizer, products)
    mean: list[torch.Tensor] = []
    began = clock()
    for number, rows in enumerate(_rows(len(corpus.rows))):
        spent = (clock() - began) / seconds
        if spent >= 1:
            break
        optimizer.param_groups[0]["lr"] = LEAST_RATE + RATE * min(1.0, spent / 0.02 + 0.1) * _falling(spent)
        x, priors = corpus.batch(rows)
        lacking = teacher.distance(student, student(x), layers[rows].float(), priors)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(lacking.total)
        pruning.after_step(spent)
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        if spent >= 1 - AVERAGED:
            now = [p.detach() for p in student.parameters()]
            mean = [m.lerp(p, 0.01) for m, p in zip(mean, now, strict=True)] if mean else [p.clone() for p in now]
        if (number + 1) % 500 == 0:
            print(number + 1, f"{spent:.0%}", student.products(), judged(teacher, student, corpus), flush=True)
    with torch.no_grad():
        for p, m in zip(student.parameters(), mean, strict=True):
            p.copy_(m)


def _falling(spent: float) -> float:
    return 0.5 + 0.5 * math.cos(math.pi * spent)


@torch.no_grad()
def judged(teacher: Teacher, student: Convolved, corpus: Corpus) -> dict[str, float]:
    """What the student lacks of the teacher on the rows held out, and the share of words that it labels otherwise."""
    found = []
    for rows in torch.split(torch.arange(HELD_OUT), BATCH):
        x, priors = corpus.batch(rows)
        h, own = student(x), teacher.network(x)
        labels, wanted = student.scores(h)[0].argmax(2), teacher.network.scores(own)[0].argmax(2)
        lacking = teacher.distance(student, h, own, priors)
        found.append(torch.stack([*lacking[1:], (labels != wanted).float().mean()]))
    names = ("labels", "categories", "signs", "links", "labelled otherwise")
    return {name: round(float(x), 5) for name, x in zip(names, torch.stack(found).mean(0), strict=True)}


def main() -> None:
    """Learn and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--products", type=int, required=True, help="multiplications a word that it may take")
    parser.add_argument("--seconds", type=float, required=True, help="how long it learns")
    a = parser.parse_args()
    encoder = Encoder.load(load_lexicon(), load_morphology())
    corpus = read_corpus(a.corpus, encoder)
    teacher, student = Teacher(encoder.weights), Convolved(encoder.weights)
    learn(teacher, student, corpus, a.products, a.seconds)
    scores = judged(teacher, student, corpus)
    units = [len(units) for units in student.units]
    print(scores, units)
    change(MODEL, student.arrays(), {"distilled": scores, "units": units})


if __name__ == "__main__":
    main()
