"""Learning a choice's linear model and the network on top of it (`choices/network.py`).

What the network sees of the linear model are scores of decisions that it did not learn from, by three parts, as it will
meet them; both learn to give a right candidate a high share of all.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from streams.extraction.choices.network import KEPT, Network, Scorer
from streams.extraction.training.folds import folds_of
from streams.extraction.training.ranking import Choice, fit

SEED = 20261126
PARTS, BLOCK = 3, 200  # neighbours, often of one article, stay together
NETWORKS, HIDDEN, EPOCHS, BATCH, RATE, DECAY, DROPPED = 3, 48, 12, 256, 3e-3, 3e-2, 0.25
LAYERS = (1, 4, 7)  # of a network, those with weights
_NEVER = -1e9


class Arrays(NamedTuple):
    """Decisions as arrays.

    `numbers` (m, d) of all candidates that have some; `row` (n, most) is each one's, -1 for those without, which keep
    their linear score. `linear` (n, most) are linear scores, `given` and `right` (n, most) which candidates there are
    and which are right.
    """

    numbers: Any
    row: Any
    linear: Any
    given: Any
    right: Any


def learn(decisions: Iterable[Choice], strength: float) -> Scorer:
    """Of decisions with numbers; `strength` is the linear model's."""
    choices = [c for c in decisions if any(c.right) and not all(c.right)]
    found: dict[int, list[float]] = {}
    for part in folds_of(len(choices), PARTS, BLOCK):
        model = fit((c for n, c in enumerate(choices) if n not in part), strength)
        found |= {n: [model.weight(f) for f in choices[n].candidates] for n in part}
    linear_model = fit(choices, strength)
    return Scorer(linear_model, _fit(_arrays(choices, [found[n] for n in range(len(choices))])))


def _arrays(choices: Sequence[Choice], scores: Sequence[list[float]]) -> Arrays:
    shape = len(choices), max(len(c.right) for c in choices)
    out = Arrays(
        np.concatenate([c.numbers for c in choices]),
        np.full(shape, -1),
        np.zeros(shape, np.float32),
        *(np.zeros(shape, bool) for _ in range(2)),
    )
    row = 0
    for n, (c, linear) in enumerate(zip(choices, scores, strict=True)):
        many = len(c.numbers)
        out.row[n, :many] = np.arange(row, row + many)
        out.linear[n, : len(linear)] = linear
        out.given[n, : len(linear)] = True
        out.right[n, : len(linear)] = c.right
        row += many
    return out


def _fit(data: Arrays) -> Network:
    """The mean of some networks that began in different ways, as one: each has its own hidden units."""
    weighed = data.row >= 0
    inputs = np.concatenate([data.numbers, data.linear[weighed][:, None]], 1)
    mean, scale = inputs.mean(0), 1 / (inputs.std(0) + 1e-2)
    x = torch.from_numpy((inputs - mean) * scale)
    row, linear, given, right = (torch.from_numpy(a) for a in data[1:])
    nets = [_learned(x, row, linear, given, right, SEED + n) for n in range(NETWORKS)]
    matrices, biases = (
        [[getattr(net[n], name).detach() for net in nets] for n in LAYERS] for name in ("weight", "bias")
    )
    layers = (
        (torch.cat(matrices[0]).T, torch.cat(biases[0])),
        (
            torch.block_diag(*matrices[1]).T,  # type: ignore[no-untyped-call]
            torch.cat(biases[1]),
        ),
        (torch.cat(matrices[2], 1).T / NETWORKS, torch.stack(biases[2]).mean(0)),
    )
    pairs = tuple((matrix.numpy(), bias.numpy()) for matrix, bias in layers)
    return Network(mean.astype(np.float32), scale.astype(np.float32), pairs)


def _learned(x: Any, row: Any, linear: Any, given: Any, right: Any, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Dropout(DROPPED / 5),
        nn.Linear(x.shape[1], HIDDEN),
        nn.ReLU(),
        nn.Dropout(DROPPED),
        nn.Linear(HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Dropout(DROPPED),
        nn.Linear(HIDDEN, 1),
    )
    many = len(row) // BATCH
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * many)
    for _ in range(EPOCHS):
        for at in torch.randperm(len(row))[: many * BATCH].view(many, BATCH):
            scores, weighed = linear[at], row[at] >= 0
            scores[weighed] = KEPT * scores[weighed] + net(x[row[at][weighed]])[:, 0]
            shares = torch.log_softmax(torch.where(given[at], scores, _NEVER), 1)
            loss = -torch.logsumexp(torch.where(right[at], shares, _NEVER), 1).mean()
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
    return net


def write(network: Network, path: Path) -> None:
    """The network as arrays in half precision."""
    layers = {
        f"{name}{n}": a.astype(np.float16)
        for n, pair in enumerate(network.layers)
        for name, a in zip(("matrix", "bias"), pair, strict=True)
    }
    with path.open("wb") as out:
        np.savez_compressed(out, mean=network.mean, scale=network.scale, **layers)
