"""Learning links (`words/links.py`): their scores in rows of words, and the loss beside what is annotated."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional

from streams.extraction.training.encoder_data import NO_LINK
from streams.extraction.words.links import LINKS, distance_rows

_NEVER = -1e9


class Targets(NamedTuple):
    """Where the cues of rows link to.

    `offsets` (rows, length, links) are distances in words, NO_LINK for none; `weights` (rows, length, links) how much
    each counts; `says` and `mentions` (rows, length) numbers of actors, 0 for none, or None where an actor's link leads
    to one word as the others do.
    """

    offsets: torch.Tensor
    weights: torch.Tensor
    says: torch.Tensor | None = None
    mentions: torch.Tensor | None = None


def annotated(links: torch.Tensor) -> Targets:
    """Of annotated rows (rows, length, LINK_COLUMNS)."""
    offsets = functional.pad(links[..., :3], (0, 1), value=NO_LINK)
    says = links[..., 3]
    weights = torch.cat([(offsets[..., :3] != NO_LINK), (says > 0)[..., None]], -1).float()
    return Targets(offsets, weights, says, links[..., 4])


def distance_table(length: int) -> torch.Tensor:
    """(length, length) rows of the weights of distances, from each word of a row to each other."""
    at = np.arange(length)
    return torch.from_numpy(distance_rows(at[None] - at[:, None]))


def distance_scores(weights: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """(n, links, length, length) what distances weigh, of `table` (length, length) and `weights` (n, links, rows)."""
    n, links, rows = weights.shape
    flat = functional.embedding(table, weights.view(n * links, rows).T)
    return flat.permute(2, 0, 1).view(n, links, *table.shape)


def link_logs(asked: torch.Tensor, told: torch.Tensor, distances: torch.Tensor) -> torch.Tensor:
    """(n, rows, links, length, length) logs of probabilities, from each word to each other.

    `asked` and `told` are (n, rows, length, links, d) of n networks, `distances` (n, links, length, length).
    """
    scores = torch.einsum("nrckd,nrtkd->nrkct", asked, told) + distances[:, None]
    return functional.log_softmax(scores, 4)


def link_loss(logs: torch.Tensor, wanted: Targets, places: torch.Tensor | None = None) -> torch.Tensor:
    """(links,) the mean over cues of what their targets lack; a target outside of the row does not count.

    `places` (rows, length) tell where in the text each word stands, if a row is no piece of it.

    >>> logs = torch.log_softmax(torch.zeros(1, 4, 2, 2), 3)
    >>> offsets = torch.tensor([[[1, 1, 0, NO_LINK], [NO_LINK] * 4]])
    >>> wanted = Targets(offsets, torch.ones(1, 2, 4), torch.tensor([[7, 0]]), torch.tensor([[0, 7]]))
    >>> link_loss(logs, wanted).round(decimals=2)
    tensor([0.6900, 0.6900, 0.6900, 0.6900])
    """
    length = logs.shape[2]
    at = torch.arange(length, device=logs.device)[None, :, None] + wanted.offsets
    there = at.clamp(0, length - 1)
    valid = (wanted.offsets != NO_LINK) & (at == there)
    if places is not None:
        rows = torch.arange(len(places), device=logs.device)[:, None, None]
        valid &= places[rows, there] == places[..., None] + wanted.offsets
    found = logs.permute(0, 2, 1, 3).gather(3, there[..., None])[..., 0]  # (rows, length, links)
    if wanted.says is not None and wanted.mentions is not None:
        says, last = wanted.says, len(LINKS) - 1
        same = (says[:, :, None] == wanted.mentions[:, None]) & (says > 0)[:, :, None]
        together = torch.logsumexp(torch.where(same, logs[:, last], _NEVER), 2)
        found = torch.cat([found[..., :last], together[..., None]], 2)
        valid = torch.cat([valid[..., :last], same.any(2)[..., None]], 2)
    weight = torch.where(valid, wanted.weights, 0.0)
    lacking = torch.where(valid, -found, 0.0)  # one that cannot be met would be endless
    return (lacking * weight).sum((0, 1)) / weight.sum((0, 1)).clamp(min=1.0)


def best_links(logs: torch.Tensor) -> tuple[Any, Any]:
    """(rows, length, links) distances to the likeliest targets, and the logs of their probabilities."""
    value, index = logs.max(3)
    here = torch.arange(logs.shape[2], device=logs.device)[None, None]
    return (index - here).permute(0, 2, 1), value.permute(0, 2, 1)
