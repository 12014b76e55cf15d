"""How an encoder learns: from raw news, from labelled texts, and from what the reader says of raw news."""

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.training import encoder_data as data
from streams.extraction.training.encoder_model import EncoderModel, Labelled, Taught, best_labels, crf_loss

RAW_STEPS, RAW_BATCH, RAW_LENGTH, RAW_RATE = 2400, 64, 128, 2.5e-3
EPOCHS, RATE = 15, 2e-3
LABEL_BATCH, LABEL_LENGTH = 24, 96  # windows, words of each
TAUGHT_BATCH, TAUGHT_LENGTH = 64, 96
HIDDEN, TAUGHT_HIDDEN = 0.15, 0.04  # share of words hidden from the network on raw text
_AVERAGED = 3  # epochs at the end whose weights are averaged
_SIGNS_WEIGH = 2.5


def learn_raw(model: EncoderModel, ids: Any, clusters: Any, categories: Any, seed: int) -> None:
    """Tell hidden words' cluster and category, and the category of words that have only one.

    `clusters` and `categories` are targets a form, -1 for none.
    """
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=RAW_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RAW_RATE, total_steps=RAW_STEPS, pct_start=0.1)
    draw = np.random.default_rng(seed)
    model.train()
    step = 0
    while step < RAW_STEPS:
        for positions in data.windows(ids, RAW_LENGTH, RAW_BATCH, draw):
            batch = ids[positions]
            hidden = draw.random(batch.shape) < HIDDEN
            h = model(batch, torch.from_numpy(hidden))
            losses = [
                _known(model.cluster_head, h, np.where(hidden, clusters[batch], -1)),
                0.7 * _known(model.category_head, h, np.where(hidden, categories[batch], -1)),
                0.3 * _known(model.category_head, h, np.where(draw.random(batch.shape) < 0.5, categories[batch], -1)),
            ]
            _step(model, optimizer, torch.stack(losses).sum())
            schedule.step()
            step += 1
            if step % 200 == 0:
                print("raw", step, [round(float(x.detach()), 3) for x in losses], flush=True)
            if step == RAW_STEPS:
                break


def _known(head: torch.nn.Module, h: torch.Tensor, targets: Any) -> torch.Tensor:
    target = torch.from_numpy(targets)
    return functional.cross_entropy(head(h[target >= 0]), target[target >= 0])


def _step(model: EncoderModel, optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def label_loss(model: EncoderModel, domain: str, texts: Labelled, at: Any) -> torch.Tensor:
    """Of entity labels, and signs where they are annotated, at the positions `at` (batch, length) of one domain."""
    target = torch.from_numpy(texts.labels[at])
    h = model(texts.ids[at])
    emitted = model.label_heads[domain](h)
    loss = crf_loss(emitted, target, model.transitions[domain])
    loss = loss + 0.2 * functional.cross_entropy(emitted.flatten(0, 1), target.flatten(), label_smoothing=0.03)
    return loss if texts.signs is None else loss + _sign_loss(model, h, texts.signs[at])


def taught_loss(
    model: EncoderModel, taught: Taught, categories: Any, at: Any, draw: np.random.Generator
) -> torch.Tensor:
    """Of what the reader says of the windows `at`, and of the categories of hidden words, which else are forgotten."""
    labels = torch.from_numpy(taught.labels[at].astype(np.float32))
    ids = taught.windows[at]
    hidden = draw.random(ids.shape) < TAUGHT_HIDDEN
    h = model(ids, torch.from_numpy(hidden))
    emitted = model.label_heads["gold"](h)
    hard = crf_loss(emitted, labels.argmax(2), model.transitions["gold"])
    soft = (labels * functional.log_softmax(emitted, 2)).sum(2).mean()
    category = _known(model.category_head, h, np.where(hidden, categories[ids], -1))
    return hard - 0.5 * soft + _sign_loss(model, h, taught.signs[at]) + 0.3 * category


def _sign_loss(model: EncoderModel, h: torch.Tensor, wanted: Any) -> torch.Tensor:
    """Of the signs that `wanted` has, from the first."""
    target = torch.from_numpy(wanted.astype(np.float32))
    said = model.sign_head(h)[..., : target.shape[-1]]
    return _SIGNS_WEIGH * functional.binary_cross_entropy_with_logits(said, target)


def learn(
    model: EncoderModel, labels: Mapping[str, Labelled], taught: Taught | None, categories: Any, seed: int
) -> EncoderModel:
    """Learn entity labels a domain, and what the reader says if that is given; `categories` are targets a form.

    The result is the mean of the last epochs' weights.
    """
    draw, order = np.random.default_rng(seed), random.Random(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    model.drop.p = 0.2 if taught is not None else 0.3
    windows = 0 if taught is None else len(taught.windows)

    def epoch() -> list[Callable[[], torch.Tensor]]:
        todo: list[Callable[[], torch.Tensor]] = []
        for domain, texts in labels.items():
            for p in data.windows(texts.ids, LABEL_LENGTH, LABEL_BATCH, draw):
                todo.append(partial(label_loss, model, domain, texts, p))
        if taught is not None:
            some = draw.permutation(windows)[: windows // 3]
            for n in range(0, len(some) - TAUGHT_BATCH + 1, TAUGHT_BATCH):
                todo.append(partial(taught_loss, model, taught, categories, some[n : n + TAUGHT_BATCH], draw))
        order.shuffle(todo)
        return todo

    many = len(epoch()) + len(labels) + 1
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * many, pct_start=0.1)
    mean: dict[str, Any] = {}
    for number in range(EPOCHS):
        model.train()
        for loss in epoch():
            _step(model, optimizer, loss())
            schedule.step()
            if number >= EPOCHS - _AVERAGED:
                for name, value in model.named_parameters():
                    now = value.detach()
                    mean[name] = mean[name] + 0.02 * (now - mean[name]) if name in mean else now.clone()
    model.load_state_dict(mean, strict=False)
    return model.eval()


def label(model: EncoderModel, ids: Any, domain: str) -> list[int]:
    """The labels of one text."""
    with torch.no_grad():
        emitted = model.label_heads[domain](model(np.asarray(ids)[None]))
        return [int(x) for x in best_labels(emitted, model.transitions[domain])[0]]


def signs(model: EncoderModel, ids: Any) -> Any:
    """(n, signs) log-odds of one text."""
    with torch.no_grad():
        return model.sign_head(model(np.asarray(ids)[None]))[0].numpy()


def label_raw(model: EncoderModel, ids: Any) -> Iterator[tuple[Any, Any]]:
    """(form numbers, labels) of the raw corpus, batch by batch."""
    with torch.no_grad():
        for n in range(0, len(ids) - 256 * 64, 256 * 64):
            batch = ids[n : n + 256 * 64].reshape(64, 256)
            yield batch, best_labels(model.label_heads["gold"](model(batch)), model.transitions["gold"])
