"""Encoders as a torch module, and the loss of their entity heads; `words/encoder.py` runs one of them without torch.

Several encoders of one shape, for all articles and for each fold, learn side by side in one module: the steps of a
network as small as this keep a graphics card busy only together. All parameters have the encoders as a dimension.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from streams.extraction.entities.labels import FORBIDDEN, LABELS
from streams.extraction.training.lessons import DOMAINS, Lessons
from streams.extraction.training.link_learning import distance_scores, distance_table, link_logs
from streams.extraction.words.encoder import DILATIONS
from streams.extraction.words.links import DISTANCES, LINK_WIDTH, LINKS
from streams.extraction.words.signs import SIGNS

FORM_WIDTH, WIDTH = 96, 192  # of form vectors, of hidden layers
LENGTH = 256  # words that are read at once when learning
DROPPED = 0.12
_FORGET_ATTRIBUTE, _FORGET_WORD = 0.12, 0.1


def layer(h: torch.Tensor, taps: torch.Tensor, bias: torch.Tensor, dilation: int, dropped: float) -> torch.Tensor:
    """A convolution of width 3 and what is below 0 left out: (encoders, batch, length, h) of the same.

    `taps` (encoders, 3, h, out) for the word before, the word itself and the word behind, `bias` (encoders, 1, out).
    """
    many, batch, length, _ = h.shape
    x = functional.dropout(h, dropped, dropped > 0).to(taps.dtype)
    around = functional.pad(x, (0, 0, dilation, dilation))
    three = torch.cat([around[:, :, :length], x, around[:, :, 2 * dilation :]], 3).view(many, batch * length, -1)
    out = torch.relu(torch.baddbmm(bias, three, taps.flatten(1, 2)))
    return out.view(many, batch, length, -1)


class Encoders(nn.Module):
    """Form vectors, convolutions; heads for entity labels, signs, links, word categories, hidden words' clusters."""

    def __init__(self, known: Lessons, many: int, device: str) -> None:
        """Fresh, with what is `known` of forms; all of the `many` begin as one."""
        super().__init__()
        self.known = torch.from_numpy(known.attributes.astype(np.int32)).to(device)
        self.rows = torch.from_numpy(known.vector_rows.astype(np.int64) + 1).to(device)
        self.vectors = torch.from_numpy(np.pad(known.vectors.astype(np.float32), ((1, 0), (0, 0)))).to(device)
        self.distances = distance_table(LENGTH).to(device)
        self.many = many

        def beginning(*shape: int, scale: float) -> nn.Parameter:
            return nn.Parameter((torch.randn(shape) * scale).repeat(many, *(1 for _ in shape)))

        def head(out: int) -> nn.ParameterList:
            return nn.ParameterList([beginning(WIDTH, out, scale=WIDTH**-0.5 / 2), beginning(1, out, scale=0.0)])

        width = self.vectors.shape[1]
        table = torch.randn(known.many_attributes + 1, 1, FORM_WIDTH) * 0.08
        table[0] = 0
        self.attributes = nn.Parameter(table.repeat(1, many, 1))  # (attributes, encoders, FORM_WIDTH): one look-up
        self.project = beginning(width, FORM_WIDTH, scale=width**-0.5 / 2)
        self.masked = beginning(FORM_WIDTH, scale=0.1)
        self.norm_weight, self.norm_bias = (nn.Parameter(torch.full((many, FORM_WIDTH), x)) for x in (1.0, 0.0))
        widths = [FORM_WIDTH, *(WIDTH for _ in DILATIONS)]
        self.taps = nn.ParameterList([beginning(3, w, WIDTH, scale=(3 * w) ** -0.5 * 0.6) for w in widths[:-1]])
        self.biases = nn.ParameterList([beginning(1, WIDTH, scale=0.0) for _ in DILATIONS])
        self.cluster_head, self.category_head = head(known.many_clusters), head(known.many_categories)
        self.sign_head, self.link_head = head(len(SIGNS)), head(2 * len(LINKS) * LINK_WIDTH)
        self.link_weights = beginning(len(LINKS), len(DISTANCES) + 1, scale=0.0)
        self.label_heads = nn.ModuleDict({d: head(len(LABELS)) for d in DOMAINS})
        self.transitions = nn.ParameterDict({d: beginning(len(LABELS), len(LABELS), scale=0.0) for d in DOMAINS})
        torch._dynamo.config.recompile_limit = 64  # a layer is compiled for each dilation
        self._layer = torch.compile(layer, dynamic=False) if device == "cuda" else layer
        self.to(device)

    def form_vectors(self, forms: torch.Tensor) -> torch.Tensor:
        """(encoders, n, FORM_WIDTH) of form numbers (n,); in training some attributes and vectors are left out."""
        known, rows = self.known[forms], self.rows[forms]
        if self.training:
            known = torch.where(torch.rand(known.shape, device=known.device) < _FORGET_ATTRIBUTE, 0, known)
            rows = torch.where(torch.rand(rows.shape, device=rows.device) < _FORGET_WORD, 0, rows)
        bags = functional.embedding_bag(known.long(), self.attributes.flatten(1), mode="sum", padding_idx=0)
        x = bags.view(-1, self.many, FORM_WIDTH).transpose(0, 1) + self.vectors[rows] @ self.project
        out: torch.Tensor = functional.layer_norm(x, (FORM_WIDTH,))
        return out * self.norm_weight[:, None] + self.norm_bias[:, None]

    def forward(self, ids: torch.Tensor, masked: torch.Tensor | None = None) -> torch.Tensor:
        """(encoders, batch, length, WIDTH) of form numbers (encoders, batch, length).

        Where `masked`, the word itself is hidden.
        """
        distinct, inverse = torch.unique(ids, return_inverse=True)
        encoder = torch.arange(self.many, device=ids.device)[:, None, None]
        x = self.form_vectors(distinct)[encoder, inverse]
        if masked is not None:
            x = torch.where(masked[..., None], self.masked[:, None, None], x)
        dropped = DROPPED if self.training else 0.0
        kind = torch.bfloat16 if self.training and x.is_cuda else torch.float32
        parameters = [(taps.to(kind), bias.to(kind)) for taps, bias in zip(self.taps, self.biases, strict=True)]
        h = self._layer(x, *parameters[0], DILATIONS[0], dropped).float()
        for (taps, bias), dilation in zip(parameters[1:], DILATIONS[1:], strict=True):
            h = h + self._layer(h, taps, bias, dilation, dropped)
        return functional.dropout(h, dropped, self.training)

    def scores(self, head: Any, h: torch.Tensor) -> torch.Tensor:
        """(encoders, …, out) that a head gives to a last layer (encoders, …, WIDTH)."""
        flat = torch.baddbmm(head[1], h.flatten(1, -2), head[0])
        return flat.view(*h.shape[:-1], -1)

    def links(self, h: torch.Tensor) -> torch.Tensor:
        """(encoders * batch, links, length, length) logs of links for a last layer (encoders, batch, length, WIDTH)."""
        length = h.shape[2]
        vectors = self.scores(self.link_head, h).view(*h.shape[:3], 2, len(LINKS), LINK_WIDTH)
        far = distance_scores(self.link_weights, self.distances[:length, :length])
        return link_logs(vectors[:, :, :, 0], vectors[:, :, :, 1], far).flatten(0, 1)

    def weights(self, n: int) -> dict[str, Any]:
        """What the n-th of them has learned, by name, in half precision."""
        parts = {name: p[:, n] if name == "attributes" else p[n] for name, p in self.named_parameters()}
        return {name: p.detach().half().cpu().numpy() for name, p in parts.items()}

    def take(self, weights: Mapping[str, Any]) -> "Encoders":
        """The same with what one of them has learned for all."""
        with torch.no_grad():
            for name, p in self.named_parameters():
                value = torch.from_numpy(weights[name]).to(p)
                p.copy_(value[:, None] if name == "attributes" else value[None])
        return self


def crf_loss(scores: torch.Tensor, labels: torch.Tensor, transitions: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihoods (batch,) of texts under linear-chain CRFs.

    `scores` (batch, length, labels), `transitions` (batch, labels, labels). All ways through a text are summed by
    halves, in as many steps as its length has bits.

    >>> scores, labels = torch.tensor([[[0.0, 1.0], [2.0, 0.0], [0.0, 0.0]]]), torch.tensor([[1, 0, 1]])
    >>> crf_loss(scores, labels, torch.tensor([[[0.0, 0.5], [0.0, 0.0]]])).round(decimals=4)
    tensor([0.9007])
    """
    row = torch.arange(len(scores), device=scores.device)[:, None]
    emitted = scores.gather(2, labels[..., None])[..., 0].sum(1)
    gold = emitted + transitions[row, labels[:, :-1], labels[:, 1:]].sum(1)
    ways = transitions[:, None] + scores[:, 1:, None, :]  # (batch, length - 1, from, to)
    while ways.shape[1] > 1:
        many = ways.shape[1] // 2 * 2
        pairs = torch.logsumexp(ways[:, 0:many:2, :, :, None] + ways[:, 1:many:2, None, :, :], 3)
        ways = torch.cat([pairs, ways[:, many:]], 1)
    total = torch.logsumexp((scores[:, 0, :, None] + ways[:, 0]).flatten(1), 1)
    return total - gold


def best_labels(scores: torch.Tensor, transitions: torch.Tensor) -> Any:
    """(batch, length) most likely allowed labels, by Viterbi."""
    allowed = transitions + torch.from_numpy(FORBIDDEN)
    best, back = scores[:, 0] + torch.tensor([-1e4 if x.startswith("I-") else 0.0 for x in LABELS]), []
    for t in range(1, scores.shape[1]):
        value, index = (best[:, :, None] + allowed).max(1)
        back.append(index)
        best = value + scores[:, t]
    out = [best.argmax(1)]
    for index in reversed(back):
        out.append(index.gather(1, out[-1][:, None])[:, 0])
    return torch.stack(out[::-1], 1).numpy()
