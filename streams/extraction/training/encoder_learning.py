"""How an encoder learns: from raw news, then from annotated texts and from what the reader says of raw news."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.training.encoder_data import NO_LABEL
from streams.extraction.training.encoder_model import EncoderModel, best_labels, crf_loss
from streams.extraction.training.lessons import Lessons
from streams.extraction.training.reader import STEPS, Lesson, Said
from streams.extraction.words.signs import SIGNS

SEED = 20261125
LENGTH = 128  # words that are read at once
RAW_STEPS, RAW_BATCH, RAW_RATE = 1800, 64, 2.5e-3
LEARN_STEPS, RATE = 4800, 2.5e-3
BASE_STEPS = 6000  # from the reader alone
AFTER_STEPS, AFTER_RATE = 2100, 1.5e-3  # after these, with the annotated texts
BATCHES = {"gold": 64, "aner": 6, "aqmar": 3}  # rows of LENGTH words in a step, beside those that the reader labelled
TAUGHT_BATCH, TAUGHT_ALONE = 24, 72  # of these, beside annotated texts and without
HIDDEN, TAUGHT_HIDDEN = 0.15, 0.04  # share of words hidden from the network on raw text
_AVERAGED = 0.15  # of the steps, at the end, over whose weights a moving mean is taken
_SIGNS_WEIGH = 4.0
_FAINT = 0.3  # of the usual beginning, for a layer that is added to others that have learned


class Taught(NamedTuple):
    """Raw articles one behind the other: form numbers (n,), and what the reader says of them."""

    ids: Any
    said: Said


def learn_raw(model: EncoderModel, lessons: Lessons) -> None:
    """Tell hidden words' cluster and category, and the category of words that have only one."""
    device = model.masked.device
    torch.manual_seed(SEED)
    raw, clusters, categories = (
        torch.from_numpy(x.astype(np.int64)).to(device) for x in (lessons.raw, lessons.clusters, lessons.categories)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=RAW_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RAW_RATE, total_steps=RAW_STEPS, pct_start=0.1)
    model.train()
    for number in range(RAW_STEPS):
        ids = raw[_places(len(raw), RAW_BATCH, device)]
        hidden, half = (torch.rand(ids.shape, device=device) < share for share in (HIDDEN, 0.5))
        h = model(ids, hidden)
        losses = [
            _known(model.cluster_head(h), clusters[ids], hidden),
            0.7 * _known(model.category_head(h), categories[ids], hidden),
            0.3 * _known(model.category_head(h), categories[ids], half),
        ]
        _step(model, optimizer, torch.stack(losses).sum())
        schedule.step()
        if (number + 1) % 400 == 0:
            print("raw", number + 1, [round(float(x.detach()), 3) for x in losses], flush=True)


def _places(many: int, batch: int, device: Any) -> torch.Tensor:
    """(batch, LENGTH) places in a text of `many` words, each row from anywhere."""
    starts = torch.randint(0, many - LENGTH, (batch, 1), device=device)
    return starts + torch.arange(LENGTH, device=device)


def _known(scores: torch.Tensor, targets: torch.Tensor, among: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the targets that are known (not -1), of these words."""
    wanted = torch.where(among, targets, -1)
    loss = functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), ignore_index=-1, reduction="sum")
    return loss / (wanted >= 0).sum().clamp(min=1)


def _step(model: EncoderModel, optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def _rows(many: int, batch: int, draw: np.random.Generator) -> Iterator[Any]:
    """Beginnings (batch,) of rows in a text, all of it again and again, each time in another order."""
    left: list[int] = []
    while True:
        while len(left) < batch:
            starts = np.arange(draw.integers(LENGTH), many - LENGTH, LENGTH)
            left += draw.permutation(starts).tolist()
        yield np.array(left[:batch])
        left = left[batch:]


def learn(
    model: EncoderModel,
    lessons: Sequence[Lesson],
    taught: Taught,
    categories: Any,
    steps: int = LEARN_STEPS,
    rate: float = RATE,
) -> EncoderModel:
    """Learn entity labels a domain, signs, and what the reader says; `categories` (forms,) are targets, -1 for none.

    Without lessons only from the reader. The result is the mean of the last steps' weights.
    """
    device = model.masked.device
    draw = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    model.drop.p = 0.1
    category_of = torch.from_numpy(categories.astype(np.int64)).to(device)
    raw, said, signs = (torch.from_numpy(x).to(device) for x in (taught.ids, *taught.said))
    domains = [*(x.domain for x in lessons), "gold"]
    taught_batch = TAUGHT_BATCH if lessons else TAUGHT_ALONE
    sizes = [*(BATCHES[x.domain] for x in lessons), taught_batch]
    of_row = torch.repeat_interleave(torch.arange(len(sizes), device=device), torch.tensor(sizes, device=device))
    rows = {x.domain: _rows(len(x.ids), BATCHES[x.domain], draw) for x in lessons}
    taught_rows = _rows(len(raw), taught_batch, draw)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.1)
    offsets = torch.arange(LENGTH, device=device)
    mean: dict[str, Any] = {}
    began = time.monotonic()
    model.train()
    for number in range(steps):
        places = [_on(next(rows[x.domain]), device) + offsets for x in lessons]
        here = _on(next(taught_rows), device) + offsets
        read = raw[here].long()
        ids = torch.cat([*(x.ids[at] for x, at in zip(lessons, places, strict=True)), read])
        shares, wanted_signs = said[here].float() / STEPS, signs[here].float() / STEPS
        labels = torch.cat([*(x.labels[at] for x, at in zip(lessons, places, strict=True)), shares.argmax(2)])
        hidden = torch.rand(ids.shape, device=device) < TAUGHT_HIDDEN
        hidden[:-taught_batch] = False
        h = model(ids, hidden)
        scores = torch.cat([model.label_heads[d](x) for d, x in zip(domains, h.split(sizes), strict=True)])
        transitions = torch.stack([model.transitions[d] for d in domains])[of_row]
        loss = _label_loss(scores, labels, transitions, of_row)
        taught_h = h[-taught_batch:]
        loss = loss + 0.5 * -(shares * functional.log_softmax(scores[-taught_batch:], 2)).sum(2).mean()
        if lessons:  # the first one's signs are annotated
            loss = loss + _sign_loss(model, h[: sizes[0]], lessons[0].signs[places[0]])
        loss = loss + _sign_loss(model, taught_h, wanted_signs)
        categories_said = model.category_head(taught_h)
        for among, weight in ((hidden[-taught_batch:], 0.3), (~hidden[-taught_batch:], 0.1)):
            loss = loss + weight * _known(categories_said, category_of[read], among)
        _step(model, optimizer, loss)
        schedule.step()
        if (number + 1) % 400 == 0:
            print("step", number + 1, round(time.monotonic() - began), "s", round(float(loss.detach()), 4), flush=True)
        if number >= steps * (1 - _AVERAGED):
            for name, value in model.named_parameters():
                now = value.detach()
                mean[name] = mean[name].lerp(now, 0.01) if name in mean else now.clone()
    model.load_state_dict(mean, strict=False)
    return model.eval()


def _on(array: Any, device: Any) -> torch.Tensor:
    """(n, 1) on the device."""
    return torch.from_numpy(array[:, None]).to(device, non_blocking=True)


def _label_loss(
    scores: torch.Tensor, labels: torch.Tensor, transitions: torch.Tensor, group: torch.Tensor
) -> torch.Tensor:
    """Of entity labels, the mean of each group of rows; rows whose names were not annotated do not count."""
    named = (labels != NO_LABEL).all(1)
    wanted = labels.clamp(min=0)
    each = crf_loss(scores, wanted, transitions) / labels.shape[1]
    smooth = functional.cross_entropy(scores.flatten(0, 1), wanted.flatten(), label_smoothing=0.03, reduction="none")
    each = torch.where(named, each + 0.2 * smooth.view(labels.shape).mean(1), 0)
    many = torch.zeros(int(group[-1]) + 1, device=scores.device)
    sums, counts = many.index_add(0, group, each), many.index_add(0, group, named.float())
    return (sums / counts.clamp(min=1)).sum()


def _sign_loss(model: EncoderModel, h: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return _SIGNS_WEIGH * functional.binary_cross_entropy_with_logits(model.sign_head(h), wanted)


@torch.no_grad()
def read(model: EncoderModel, ids: Any, domain: str) -> tuple[Any, Any]:
    """Labels (n,) and log-odds of signs (n, signs) of one text."""
    h = model(torch.from_numpy(np.asarray(ids, np.int64)[None]).to(model.masked.device))
    emitted, transitions = model.label_heads[domain](h).cpu(), model.transitions[domain].detach().cpu()
    return best_labels(emitted, transitions)[0], model.sign_head(h)[0].cpu().numpy().reshape(-1, len(SIGNS))


def with_weights(model: EncoderModel, path: Path) -> EncoderModel:
    """The model with what was written of `weights`."""
    with np.load(path) as z:
        model.load_state_dict({name: torch.from_numpy(z[name]).float() for name in z.files}, strict=False)
    return model


def grown(model: EncoderModel, path: Path) -> EncoderModel:
    """The model with weights of one that may have had fewer convolutions; the others begin faint."""
    with np.load(path) as z, torch.no_grad():
        for name, new in model.named_parameters():
            if name.startswith("convolutions.") and name not in z.files:
                new.mul_(_FAINT if name.endswith("weight") else 0.0)
    return with_weights(model, path)


def weights(model: EncoderModel) -> Mapping[str, Any]:
    """What was learned, by name, in half precision."""
    return {name: p.detach().half().cpu().numpy() for name, p in model.named_parameters() if p.requires_grad}
