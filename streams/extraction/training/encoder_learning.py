"""How encoders learn: from raw news, then from annotated texts and from what the reader says of raw news."""

import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.training.encoder_data import NO_LABEL
from streams.extraction.training.encoder_model import LENGTH, Encoders, best_labels, crf_loss
from streams.extraction.training.lessons import Lessons
from streams.extraction.training.link_learning import Targets, annotated, link_loss
from streams.extraction.training.reader import STEPS, Lesson, Said

SEED = 20261125
RAW_STEPS, RAW_BATCH, RAW_RATE = 2500, 48, 2e-3
RATE = 2e-3
BATCHES = {"gold": 32, "aner": 4, "aqmar": 2}  # rows of LENGTH words in a step, beside those that the reader labelled
TAUGHT_BATCH = 32  # of these
HIDDEN, TAUGHT_HIDDEN = 0.15, 0.04  # share of words hidden from the network on raw text
_AVERAGED = 0.15  # of the time, at the end, over whose weights a moving mean is taken
_SIGNS_WEIGH, _LINKS_WEIGH, _TAUGHT_LINKS_WEIGH = 4.0, 0.12, 0.06


class Taught(NamedTuple):
    """Raw articles one behind the other: form numbers (n,), and what the reader says of them."""

    ids: Any
    said: Said


def learn_raw(model: Encoders, lessons: Lessons) -> None:
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
        starts = torch.randint(0, len(raw) - LENGTH, (1, RAW_BATCH, 1), device=device)
        ids = raw[starts + torch.arange(LENGTH, device=device)]
        hidden, half = (torch.rand(ids.shape, device=device) < share for share in (HIDDEN, 0.5))
        h = model(ids, hidden)
        told = model.scores(model.category_head, h)
        losses = [
            _known(model.scores(model.cluster_head, h), clusters[ids], hidden),
            0.7 * _known(told, categories[ids], hidden),
            0.3 * _known(told, categories[ids], half),
        ]
        _step(model, optimizer, torch.stack(losses).sum())
        schedule.step()
        if (number + 1) % 500 == 0:
            print("raw", number + 1, [round(float(x.detach()), 3) for x in losses], flush=True)


def _known(scores: torch.Tensor, targets: torch.Tensor, among: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the targets that are known (not -1), of these words; summed over encoders."""
    wanted = torch.where(among, targets, -1)
    loss = functional.cross_entropy(scores.flatten(0, -2), wanted.flatten(), ignore_index=-1, reduction="none")
    sums = loss.view(len(wanted), -1).sum(1)
    return (sums / (wanted >= 0).flatten(1).sum(1).clamp(min=1)).sum()


def _step(model: Encoders, optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), model.many**0.5)
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


class _Source:
    """Rows of a text of each encoder's own, all of it again and again."""

    def __init__(self, texts: Sequence[Lesson], batch: int, draw: np.random.Generator) -> None:
        """`texts` are of one domain, what each encoder learns from."""
        self.texts, self._device = texts, texts[0].ids.device
        self._rows = [_rows(len(t.ids), batch, draw) for t in texts]
        self._offsets = torch.arange(LENGTH, device=self._device)

    def draw(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Form numbers, labels (encoders, batch, LENGTH), signs and links of the next rows."""
        starts = np.stack([next(rows) for rows in self._rows])
        at = torch.from_numpy(starts[..., None]).to(self._device, non_blocking=True) + self._offsets
        found = [(t.ids[a], t.labels[a], t.signs[a], t.links[a]) for t, a in zip(self.texts, at, strict=True)]
        return tuple(map(torch.stack, zip(*found, strict=True)))  # type: ignore[return-value]


def learn(
    model: Encoders, lessons: Sequence[Sequence[Lesson]], taught: Taught, categories: Any, seconds: float
) -> None:
    """Learn entity labels a domain, signs, links, and what the reader says, until the time is over.

    `lessons` are each encoder's; `categories` (forms,) are targets, -1 for none. The result is the mean of the last
    steps' weights.
    """
    device = model.masked.device
    draw = np.random.default_rng(SEED)
    torch.manual_seed(SEED)
    category_of = torch.from_numpy(categories.astype(np.int64)).to(device)
    raw, said, signs, offsets, sure = (torch.from_numpy(x).to(device) for x in (taught.ids, *taught.said))
    domains = [x.domain for x in lessons[0]]
    sources = [_Source([own[n] for own in lessons], BATCHES[d], draw) for n, d in enumerate(domains)]
    sizes = [*(BATCHES[d] for d in domains), TAUGHT_BATCH]
    group = torch.repeat_interleave(torch.arange(len(sizes), device=device), torch.tensor(sizes, device=device))
    taught_rows = [_rows(len(raw), TAUGHT_BATCH, draw) for _ in range(model.many)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-4, fused=device.type == "cuda")
    steps_on = torch.arange(LENGTH, device=device)
    mean: dict[str, Any] = {}
    began, number = time.monotonic(), 0
    model.train()
    while (spent := (time.monotonic() - began) / seconds) < 1:
        for rates in optimizer.param_groups:
            rates["lr"] = RATE * min(1.0, (spent + 0.002) / 0.05) * (0.5 + 0.5 * float(np.cos(np.pi * spent)))
        parts = [source.draw() for source in sources]
        starts = np.stack([next(rows) for rows in taught_rows])
        here = torch.from_numpy(starts[..., None]).to(device, non_blocking=True) + steps_on
        read = raw[here].long()
        shares, wanted_signs = said[here].float() / STEPS, signs[here].float() / STEPS
        ids = torch.cat([*(p[0] for p in parts), read], 1)
        labels = torch.cat([*(p[1] for p in parts), shares.argmax(-1)], 1)
        hidden = torch.rand(ids.shape, device=device) < TAUGHT_HIDDEN
        hidden[:, :-TAUGHT_BATCH] = False
        h = model(ids, hidden)
        heads = h.split(sizes, 1)
        scores = torch.cat(
            [model.scores(model.label_heads[d], x) for d, x in zip([*domains, "gold"], heads, strict=True)], 1
        )
        transitions = torch.stack([model.transitions[d] for d in [*domains, "gold"]], 1)[:, group]
        loss = _label_loss(scores, labels, transitions, group)
        loss = loss - 0.5 * (shares * functional.log_softmax(scores[:, -TAUGHT_BATCH:], -1)).sum(-1).mean((1, 2)).sum()
        loss = loss + _sign_loss(model, heads[0], parts[0][2]) + _sign_loss(model, heads[-1], wanted_signs)
        of_gold = link_loss(model.links(heads[0]), annotated(parts[0][3].flatten(0, 1)))
        far = offsets[here].long()
        weigh = torch.where(sure[here] >= STEPS // 10, sure[here].float() / STEPS, 0.0)
        of_taught = link_loss(model.links(heads[-1]), Targets(far.flatten(0, 1), weigh.flatten(0, 1)))
        loss = loss + model.many * (_LINKS_WEIGH * of_gold.sum() + _TAUGHT_LINKS_WEIGH * of_taught.sum())
        told = model.scores(model.category_head, heads[-1])
        for among, weight in ((hidden[:, -TAUGHT_BATCH:], 0.3), (~hidden[:, -TAUGHT_BATCH:], 0.1)):
            loss = loss + weight * _known(told, category_of[read], among)
        _step(model, optimizer, loss)
        number += 1
        if number % 250 == 0:
            now = [round(float(x), 3) for x in (loss / model.many, *of_gold)]
            print(number, round(time.monotonic() - began), "s", now, flush=True)
        if spent >= 1 - _AVERAGED:
            for name, value in model.named_parameters():
                weights = value.detach()
                mean[name] = mean[name].lerp(weights, 0.01) if name in mean else weights.clone()
    print(number, "steps", flush=True)
    model.load_state_dict(mean, strict=False)
    model.eval()


def _label_loss(
    scores: torch.Tensor, labels: torch.Tensor, transitions: torch.Tensor, group: torch.Tensor
) -> torch.Tensor:
    """Of entity labels, the mean of each group of rows; rows whose names were not annotated do not count.

    `scores` (encoders, batch, length, labels), `group` (batch,).
    """
    named = (labels != NO_LABEL).all(-1)
    wanted = labels.clamp(min=0)
    each = crf_loss(scores.flatten(0, 1), wanted.flatten(0, 1), transitions.flatten(0, 1)) / labels.shape[-1]
    smooth = functional.cross_entropy(scores.flatten(0, 2), wanted.flatten(), label_smoothing=0.03, reduction="none")
    each = torch.where(named, each.view(named.shape) + 0.2 * smooth.view(labels.shape).mean(-1), 0)
    many = torch.zeros(len(scores), int(group[-1]) + 1, device=scores.device)
    sums, counts = many.index_add(1, group, each), many.index_add(1, group, named.float())
    return (sums / counts.clamp(min=1)).sum()


def _sign_loss(model: Encoders, h: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    found = model.scores(model.sign_head, h)
    return _SIGNS_WEIGH * model.many * functional.binary_cross_entropy_with_logits(found, wanted)


@torch.no_grad()
def read(model: Encoders, ids: Any, domain: str) -> tuple[Any, Any]:
    """Labels (n,) and log-odds of signs (n, signs) of one text, as the first of the encoders says."""
    h = model(torch.from_numpy(np.asarray(ids, np.int64)[None, None]).to(model.masked.device))
    emitted, transitions = model.scores(model.label_heads[domain], h)[0].cpu(), model.transitions[domain][0].cpu()
    return best_labels(emitted, transitions)[0], model.scores(model.sign_head, h)[0, 0].cpu().numpy()
