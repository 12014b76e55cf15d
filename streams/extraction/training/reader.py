"""Train the reader and let it label raw news: entities, and the signs of statements.

It reads raw news for some minutes (a share of the words is hidden, and it tells them), then learns from all annotated
texts at once, and labels raw articles, from which the encoder learns (`training.encoder` runs all of it, and tells what
it took and how the reader scores).
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.entities.labels import LABELS
from streams.extraction.training.encoder_data import NO_LABEL, NO_LINK
from streams.extraction.training.lessons import Lessons, Texts
from streams.extraction.training.link_learning import annotated, best_links, link_loss
from streams.extraction.training.reader_model import LENGTH, TARGETS, Muon, Reader
from streams.extraction.training.reading import pack, places
from streams.extraction.words.links import LINKS
from streams.extraction.words.signs import CORE_CUE, EXTENDED_CUE, SIGNS

SEED = 20261126
RAW_BATCH, MOST_HIDDEN, LEAST_HIDDEN = 64, 0.28, 0.15
RAW_RATES, RATES = (1.2e-3, 1.5e-3), (4e-4, 3e-4)  # of Muon and of AdamW
EPOCHS, BATCH, LABEL_BATCH = 7, 24, 48
_LINKS_WEIGH = 0.1
STEPS = 100  # probabilities are told in this many steps


class Said(NamedTuple):
    """What is told of n words, probabilities in STEPS: entity labels (n, labels), signs (n, signs), links.

    `offsets` (n, links) are distances to the likeliest targets, `sure` (n, links) the probability that the word is a
    cue with that target.
    """

    labels: Any
    signs: Any
    offsets: Any
    sure: Any


def optimizers(model: Reader, rates: tuple[float, float]) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for all else."""
    matrices = [p for block in model.blocks for p in block.parameters() if p.ndim == 2]
    rest = [p for p in model.parameters() if not any(p is m for m in matrices)]
    adam = torch.optim.AdamW(rest, rates[1], betas=(0.9, 0.98), weight_decay=0.01)
    found: list[torch.optim.Optimizer] = [Muon(matrices, rates[0]), adam]
    for optimizer in found:
        for group in optimizer.param_groups:
            group["full"] = group["lr"]
    return found


def step(optimizers: Sequence[torch.optim.Optimizer], loss: torch.Tensor, share: float) -> None:
    """One step at a share of the full rates."""
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(optimizers[1].param_groups[0]["params"], 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["full"] * share
        optimizer.step()


def read_raw(model: Reader, lessons: Lessons, seconds: float) -> None:
    """Hide words of raw news and tell them and their categories, until the time is over."""
    device = model.hidden.device
    raw = torch.from_numpy(lessons.raw).to(device)
    category_of = torch.from_numpy(lessons.categories.astype(np.int64)).to(device)
    using = optimizers(model, RAW_RATES)
    model.train()
    began, steps = time.monotonic(), 0
    while (spent := (time.monotonic() - began) / seconds) < 1:
        starts = torch.randint(0, len(raw) - LENGTH - 1, (RAW_BATCH,), device=device)
        ids = raw[starts[:, None] + torch.arange(LENGTH, device=device)].long()
        share = MOST_HIDDEN + (LEAST_HIDDEN - MOST_HIDDEN) * spent
        hidden = torch.rand(ids.shape, device=device) < share
        h = model(ids, hidden)
        told, sorted_out = hidden & (ids < TARGETS), hidden & (category_of[ids] >= 0)
        words = functional.cross_entropy(model.guessed(h[told]), ids[told])
        loss = words + 0.3 * functional.cross_entropy(model.category(h[sorted_out]), category_of[ids][sorted_out])
        step(using, loss, min(1.0, steps / 200) * min(1.0, max(0.02, (1 - spent) / 0.75)))
        steps += 1
        if steps % 200 == 0:
            print("raw", steps, round(time.monotonic() - began), "s", round(float(words.detach()), 3), flush=True)


class Lesson(NamedTuple):
    """Texts of one domain on the device, with a filler at the end of each array; where each begins and ends."""

    domain: str
    ids: Any
    labels: Any
    signs: Any
    links: Any
    spans: list[tuple[int, int]]


def lesson(domain: str, groups: Sequence[tuple[Texts, set[int]]], end: int, device: Any) -> Lesson:
    """The texts of these groups but those that are held out, by number."""
    nothing = np.array([NO_LINK, NO_LINK, NO_LINK, 0, 0])
    fillers = (end, NO_LABEL, 0, nothing)
    columns: list[list[Any]] = [[], [], [], []]
    spans: list[tuple[int, int]] = []
    at = 0
    actors = 0  # of the groups before
    for texts, held in groups:
        links = texts.links.copy()
        links[:, 3:] += np.where(links[:, 3:] > 0, actors, 0)
        actors = max(actors, int(links[:, 3:].max(initial=0)))
        for n, (first, last) in enumerate(texts.spans()):
            if n not in held:
                for column, array, after in zip(columns, (*texts[:3], links), (end, 0, 0, nothing), strict=True):
                    column += [array[first:last], np.full((1, *array.shape[1:]), after, array.dtype)]
                spans.append((at, at + last - first + 1))  # with a break behind it
                at += last - first + 1
    for column, after in zip(columns, fillers, strict=True):
        column.append(np.full((1, *column[0].shape[1:]), after, column[0].dtype))
    ids, labels, signs, links = (torch.from_numpy(np.concatenate(c).astype(np.int64)).to(device) for c in columns)
    return Lesson(domain, ids, labels, signs.float(), links, spans)


def learn(model: Reader, lessons: Sequence[Lesson]) -> None:
    """All tasks at once; the first lesson has signs."""
    device = model.hidden.device
    draw = np.random.default_rng(SEED)

    def epoch() -> Iterator[tuple[Lesson, Any]]:
        for texts in lessons:
            order = draw.permutation(len(texts.spans))
            rows = places(pack((texts.spans[n] for n in order), LENGTH), LENGTH, len(texts.ids) - 1)
            rows = rows[draw.permutation(len(rows))]
            rows = rows[np.arange(-(-len(rows) // BATCH) * BATCH) % len(rows)]  # the last batch is filled up
            for n in range(0, len(rows), BATCH):
                yield texts, rows[n : n + BATCH]

    todo: list[tuple[Lesson, Any]] = []
    for _ in range(EPOCHS):
        batches = list(epoch())
        todo += [batches[n] for n in draw.permutation(len(batches))]
    using = optimizers(model, RATES)
    began = time.monotonic()
    model.train()
    for n, (texts, rows) in enumerate(todo):
        at = torch.from_numpy(rows).to(device, non_blocking=True)
        h = model(texts.ids[at])
        said, wanted = model.entity[texts.domain](h).flatten(0, 1), texts.labels[at].flatten()
        loss = functional.cross_entropy(said, wanted, label_smoothing=0.02, ignore_index=NO_LABEL)
        if texts is lessons[0]:
            signs = functional.binary_cross_entropy_with_logits(model.sign(h), texts.signs[at])
            links = link_loss(model.links(h), annotated(texts.links[at]), at)
            loss = loss + len(SIGNS) * signs + _LINKS_WEIGH * links.sum()
        step(using, loss, min(1.0, n / 60) * (1 - n / len(todo)) + 0.01)
    print(len(todo), "steps", round(time.monotonic() - began), "s", round(float(loss.detach()), 4), flush=True)
    model.eval()


@torch.no_grad()
def label(model: Reader, ids: Any, spans: Sequence[tuple[int, int]]) -> Said:
    """What the reader says of the words of texts [first, last) in `ids`, one text after the other."""
    device = model.hidden.device
    model.eval()
    parts = pack(spans, LENGTH)
    rows = places(parts, LENGTH, len(ids))
    flat = torch.from_numpy(np.append(ids, len(model.known) - 1).astype(np.int64)).to(device)
    many = sum(last - first for first, last in spans)
    where = np.full(len(ids) + 1, -1, np.int64)  # of each word in the result
    begin = 0
    for first, last in spans:
        where[first:last] = np.arange(begin, begin + last - first)
        begin += last - first
    target = where[rows]
    for p in parts:
        target[p.row, p.at : p.at + p.new - p.first] = -1  # the part before says it, or the one behind
        target[p.row, p.at + p.until - p.first : p.at + p.last - p.first] = -1
    kinds = (
        (len(LABELS), torch.uint8),
        (len(SIGNS), torch.uint8),
        (len(LINKS), torch.int16),
        (len(LINKS), torch.uint8),
    )
    out = [torch.zeros((many + 1, k), dtype=kind, device=device) for k, kind in kinds]
    for n in range(0, len(rows), LABEL_BATCH):
        h = model(flat[torch.from_numpy(rows[n : n + LABEL_BATCH]).to(device)])
        at = torch.from_numpy(target[n : n + LABEL_BATCH]).to(device).flatten()
        signs = model.sign(h).sigmoid()
        offsets, logs = best_links(model.links(h))
        is_cue = torch.maximum(signs[..., CORE_CUE], signs[..., EXTENDED_CUE])
        shares = model.entity["gold"](h).softmax(-1), signs, logs.exp() * is_cue[..., None]
        labels, signs, sure = ((share * STEPS).round() for share in shares)
        for array, said in zip(out, (labels, signs, offsets, sure), strict=True):
            array[at] = said.to(array.dtype).flatten(0, 1)
    return Said(*(array[:many].cpu().numpy() for array in out))
