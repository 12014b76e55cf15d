"""An encoder's layers and heads as a torch module from which units can be taken, and how far two of them are apart."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from streams.extraction.training.link_learning import distance_scores, distance_table
from streams.extraction.words.convolutions import Layer
from streams.extraction.words.encoder import DILATIONS, Weights
from streams.extraction.words.links import LINK_WIDTH, LINKS
from streams.extraction.words.signs import CORE_CUE, EXTENDED_CUE, SURE

LENGTH = 512  # words that are read at once
HEADS = ("label", "category", "sign", "link")
_ASKED = 0.015  # probability of a cue from which on its links count
_LABELS, _CATEGORIES, _SIGNS, _LOG_ODDS, _LABEL_SCORES, _LINKS = 2.0, 0.5, 3.0, 0.2, 0.06, 0.3  # weights of the loss


class Distance(NamedTuple):
    """What a student lacks of its teacher, each a mean over words (links: over cues); `total` is to be made small."""

    total: torch.Tensor
    labels: torch.Tensor
    categories: torch.Tensor
    signs: torch.Tensor
    links: torch.Tensor


class Convolved(nn.Module):
    """What an encoder makes of word vectors: as `words/convolutions.py`, its heads on top."""

    def __init__(self, weights: Weights) -> None:
        """A copy of an encoder."""
        super().__init__()

        def given(array: Any) -> nn.Parameter:
            return nn.Parameter(torch.from_numpy(np.array(array, np.float32)))

        heads = [getattr(weights, f"{name}_head") for name in HEADS]
        self.widths = [len(bias) for _, bias in heads]
        self.taps = nn.ParameterList(given(layer.taps) for layer in weights.layers)
        self.biases = nn.ParameterList(given(layer.bias) for layer in weights.layers)
        self.units = [torch.from_numpy(layer.units.astype(np.int64)) for layer in weights.layers]
        self.head = given(np.concatenate([matrix for matrix, _ in heads], 1))
        self.head_bias = given(np.concatenate([bias for _, bias in heads]))
        self.said: list[torch.Tensor] = []  # of each layer's units, where it is learning

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, length, h) of the last layer for word vectors (batch, length, w)."""
        batch, length, _ = x.shape
        h, seen = torch.zeros(batch, length, len(self.head)), x
        self.said = []
        for taps, bias, units, far in zip(self.taps, self.biases, self.units, DILATIONS, strict=True):
            _, width, many = taps.shape
            three = seen.reshape(batch * length, width) @ taps.permute(1, 0, 2).reshape(width, 3 * many)
            before, here, behind = three.view(batch, length, 3, many).unbind(2)
            before = functional.pad(before[:, :-far], (0, 0, far, 0))
            behind = functional.pad(behind[:, far:], (0, 0, 0, far))
            said = torch.relu(here + before + behind + bias)
            if said.requires_grad:
                said.retain_grad()
                self.said.append(said)
            seen = h = h.index_add(2, units, said)
        return h

    def scores(self, h: torch.Tensor) -> Sequence[torch.Tensor]:
        """What each of HEADS scores, (batch, length, n), of a last layer."""
        flat = torch.addmm(self.head_bias, h.flatten(0, 1), self.head)
        return torch.split(flat.view(*h.shape[:2], -1), self.widths, 2)

    def products(self) -> int:
        """Multiplications a word."""
        return int(sum(taps.numel() for taps in self.taps)) + self.head.numel()

    def keep(self, layer: int, units: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
        """Take all units from a layer but these (k,) bool; what the optimizer knows of them stays."""
        for parameters in (self.taps, self.biases):
            old = parameters[layer]
            new = parameters[layer] = nn.Parameter(old.detach()[..., units].clone())
            known = optimizer.state.pop(old, {})
            optimizer.state[new] = {name: x[..., units].clone() if x.dim() else x for name, x in known.items()}
        self.units[layer] = self.units[layer][units]
        optimizer.param_groups[0]["params"] = list(self.parameters())

    def arrays(self) -> dict[str, Any]:
        """The arrays of `models/encoder.npz`."""
        out: dict[str, Any] = {}
        for n, (taps, bias, units) in enumerate(zip(self.taps, self.biases, self.units, strict=True)):
            layer = Layer(_half(taps), _half(bias), units.numpy().astype(np.int16))
            out |= {f"taps{n}": layer.taps, f"bias{n}": layer.bias, f"units{n}": layer.units}
        for name, matrix, bias in zip(
            HEADS, torch.split(self.head, self.widths, 1), torch.split(self.head_bias, self.widths), strict=True
        ):
            out |= {f"{name}_weight": _half(matrix), f"{name}_bias": bias.detach().numpy()}
        return out


class Teacher:
    """Compares a student with what an encoder says."""

    def __init__(self, weights: Weights) -> None:
        """`weights` are the encoder's."""
        self.network = Convolved(weights).requires_grad_(False)
        table = distance_table(LENGTH)
        self._far = distance_scores(torch.from_numpy(weights.link_weights.astype(np.float32))[None], table)[0]

    def distance(self, student: Convolved, h: torch.Tensor, own: torch.Tensor, priors: torch.Tensor) -> Distance:
        """How far a student's last layer `h` is from the teacher's `own`, in what their heads say.

        `priors` (batch, LENGTH, categories) are what is known of the words' forms.
        """
        labels, categories, signs, links = student.scores(h)
        wanted_labels, wanted_categories, wanted_signs, wanted_links = self.network.scores(own)
        shares = torch.sigmoid(wanted_signs)
        lacking = functional.binary_cross_entropy_with_logits(signs, shares, reduction="none")
        lacking -= functional.binary_cross_entropy_with_logits(wanted_signs, shares, reduction="none")
        log_odds = functional.smooth_l1_loss(signs.clamp(-SURE, SURE), wanted_signs.clamp(-SURE, SURE))
        cue = shares[..., [CORE_CUE, EXTENDED_CUE]].amax(2)
        at = torch.nonzero(cue > _ASKED, as_tuple=True)
        each = _divergence(self._links(links, at), self._links(wanted_links, at)).sum(1)
        parts = (
            _divergence(labels, wanted_labels).mean(),
            _divergence(categories + priors, wanted_categories + priors).mean(),
            lacking.sum(2).mean(),
            (each * cue[at]).sum() / cue[at].sum().clamp(min=1e-6) / len(LINKS),
        )
        total = sum(w * part for w, part in zip((_LABELS, _CATEGORIES, _SIGNS, _LINKS), parts, strict=True))
        total = total + _LOG_ODDS * log_odds + _LABEL_SCORES * functional.smooth_l1_loss(labels, wanted_labels)
        return Distance(total, *parts)

    def _links(self, vectors: torch.Tensor, at: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """(cues, links, LENGTH) scores of all targets of the cues at (row, word)."""
        row, word = at
        asked, told = vectors.view(*vectors.shape[:2], 2, len(LINKS), LINK_WIDTH).unbind(2)
        return torch.einsum("ckd,ctkd->ckt", asked[row, word], told[row]) + self._far[:, word].transpose(0, 1)


def _divergence(scores: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Kullback and Leibler's of what softmax makes of scores, over their last dimension."""
    logs, own = functional.log_softmax(scores, -1), functional.log_softmax(wanted, -1)
    return functional.kl_div(logs, own, reduction="none", log_target=True).sum(-1)


def _half(x: torch.Tensor) -> Any:
    return x.detach().numpy().astype(np.float16)
