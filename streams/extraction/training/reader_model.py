"""The reader as a torch module: a transformer over words, wide and slow, that teaches the shipped encoder.

Words come in as sums of what is known of their forms (the attributes of `words/attributes.py`) and, where frequent, a
vector of their own; twelve layers (rotary positions, gated feed-forward, no biases) follow, and heads for hidden words,
categories, entity labels and the signs of statements. Muon (Jordan et al., 2024) learns the layers' matrices, AdamW the
rest.
"""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional

from streams.extraction.entities.labels import LABELS
from streams.extraction.training.lessons import DOMAINS, Lessons
from streams.extraction.training.link_learning import distance_scores, distance_table, link_logs
from streams.extraction.words.links import DISTANCES, LINKS
from streams.extraction.words.signs import SIGNS

WIDTH, LAYERS, HEADS = 512, 12, 8
LENGTH = 512  # words that are read at once
_OWN_VECTORS = 60_000  # most frequent forms that have a vector of their own
TARGETS = 40_000  # most frequent forms that are told when hidden
_FORGET_ATTRIBUTE, _FORGET_WORD, _DROPOUT = 0.1, 0.15, 0.1
_LINK_WIDTH = 64
_MOMENTUM, _DECAY = 0.95, 0.1
Turn = tuple[torch.Tensor, torch.Tensor]


class Norm(nn.Module):
    """Root-mean-square normalization in the precision of its input."""

    def __init__(self, width: int) -> None:
        """`width` of the last dimension."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(…, width)."""
        return functional.rms_norm(x, x.shape[-1:], self.weight.to(x.dtype))


class Block(nn.Module):
    """One layer: attention, then a gated feed-forward network; both begin as nothing."""

    def __init__(self) -> None:
        """A fresh layer."""
        super().__init__()
        hidden = (8 * WIDTH // 3 + 63) // 64 * 64
        self.norm, self.norm_forward = Norm(WIDTH), Norm(WIDTH)
        self.asked, self.told = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.up, self.down = nn.Linear(WIDTH, 2 * hidden, bias=False), nn.Linear(hidden, WIDTH, bias=False)
        nn.init.zeros_(self.told.weight)
        nn.init.zeros_(self.down.weight)

    def forward(self, x: torch.Tensor, turn: Turn) -> torch.Tensor:
        """(batch, length, WIDTH)."""
        batch, length, _ = x.shape
        parts = self.asked(self.norm(x)).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        query, key, value = _turned(parts[0], turn), _turned(parts[1], turn), parts[2]
        attended = functional.scaled_dot_product_attention(query, key, value)
        told = self.told(attended.transpose(1, 2).reshape(batch, length, WIDTH))
        x = x + functional.dropout(told, _DROPOUT, self.training)
        gate, up = self.up(self.norm_forward(x)).chunk(2, -1)
        return x + functional.dropout(self.down(functional.gelu(gate) * up), _DROPOUT, self.training)


def _turned(x: torch.Tensor, turn: Turn) -> torch.Tensor:
    a, b = x.chunk(2, -1)
    return torch.cat([a * turn[0] - b * turn[1], a * turn[1] + b * turn[0]], -1)


class Reader(nn.Module):
    """The network with all its heads."""

    def __init__(self, known: Lessons, device: str) -> None:
        """What is `known` of forms, without how they were labelled before."""
        super().__init__()
        plain = torch.from_numpy(known.attributes.astype("int32"))
        self.known = torch.where(plain <= known.plain, plain, 0).to(device)
        self.attributes = nn.Embedding(known.plain + 1, WIDTH, padding_idx=0)
        self.words = nn.Embedding(_OWN_VECTORS + 1, WIDTH, padding_idx=_OWN_VECTORS)
        for table in (self.attributes, self.words):
            nn.init.normal_(table.weight, std=0.04)
        self.hidden = nn.Parameter(torch.randn(WIDTH) * 0.05)
        self.first, self.last = Norm(WIDTH), Norm(WIDTH)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.guess, self.guess_bias = nn.Linear(WIDTH, WIDTH), nn.Parameter(torch.zeros(TARGETS))
        self.category = nn.Linear(WIDTH, known.many_categories)
        self.entity = nn.ModuleDict({domain: nn.Linear(WIDTH, len(LABELS)) for domain in DOMAINS})
        self.sign = nn.Linear(WIDTH, len(SIGNS))
        self.link = nn.Linear(WIDTH, 2 * len(LINKS) * _LINK_WIDTH)
        self.link_weights = nn.Parameter(torch.zeros(len(LINKS), len(DISTANCES) + 1))
        self.register_buffer("distances", distance_table(LENGTH), persistent=False)
        half = WIDTH // HEADS
        angles = torch.arange(LENGTH)[:, None] / 10_000 ** (torch.arange(0, half, 2) / half)
        self.register_buffer("cosines", angles.cos())
        self.register_buffer("sines", angles.sin())
        # Compiled for learning, where shapes are few; a layer is compiled once, for all twelve are alike.
        self._layer: Callable[[Block, Any, Turn], Any] = torch.compile(Block.forward) if device == "cuda" else _plain
        self.to(device)

    def forward(self, ids: torch.Tensor, hidden: torch.Tensor | None = None) -> torch.Tensor:
        """(batch, length, WIDTH) of form numbers (batch, length); `hidden` says of which only the place is known."""
        distinct, inverse = torch.unique(ids, return_inverse=True)
        rows, own = self.known[distinct], torch.where(distinct < _OWN_VECTORS, distinct, _OWN_VECTORS)
        if self.training:
            rows = torch.where(torch.rand(rows.shape, device=rows.device) < _FORGET_ATTRIBUTE, 0, rows)
            own = torch.where(torch.rand(own.shape, device=own.device) < _FORGET_WORD, _OWN_VECTORS, own)
        bags = functional.embedding_bag(rows.long(), self.attributes.weight, mode="sum", padding_idx=0)
        x = self.first(bags + self.words(own.long()))[inverse]
        if hidden is not None:
            x = torch.where(hidden[..., None], self.hidden, x)
        x = functional.dropout(x, _DROPOUT, self.training)
        length = ids.shape[1]
        with torch.autocast(ids.device.type, torch.bfloat16):
            x = x.bfloat16()
            turn = (self.cosines[:length].bfloat16(), self.sines[:length].bfloat16())  # type: ignore[index]
            layer = self._layer if self.training else _plain
            for block in self.blocks:
                x = layer(cast(Block, block), x, turn)
        out: torch.Tensor = self.last(x.float())
        return out

    def links(self, h: torch.Tensor) -> torch.Tensor:
        """(batch, links, length, length) logs of the probabilities of links for the last layer (batch, length, WIDTH).

        Every word is read as a cue and as a target.
        """
        asked, told = self.link(h).view(*h.shape[:2], 2, len(LINKS), _LINK_WIDTH).unbind(2)
        table = self.distances[: h.shape[1], : h.shape[1]]  # type: ignore[index]
        far = distance_scores(self.link_weights[None], table)
        return link_logs(asked[None] * _LINK_WIDTH**-0.5, told[None], far)[0]

    def guessed(self, h: torch.Tensor) -> torch.Tensor:
        """(n, TARGETS) scores of hidden words for their last layer (n, WIDTH)."""
        with torch.autocast(h.device.type, torch.bfloat16):
            scores: torch.Tensor = functional.gelu(self.guess(h)) @ self.words.weight[:TARGETS].T + self.guess_bias
        return scores.float()


def _plain(block: Block, x: Any, turn: Turn) -> Any:
    return block(x, turn)


class Muon(torch.optim.Optimizer):
    """Steps along the nearest orthogonal matrix to the momentum, by five Newton-Schulz iterations."""

    def __init__(self, matrices: list[nn.Parameter], rate: float) -> None:
        """Of two-dimensional parameters only."""
        super().__init__(matrices, {"lr": rate})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Matrices of one shape are orthogonalized together."""
        for group in self.param_groups:
            alike: dict[torch.Size, list[tuple[nn.Parameter, torch.Tensor]]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                    momentum.lerp_(p.grad, 1 - _MOMENTUM)
                    alike.setdefault(p.shape, []).append((p, torch.lerp(p.grad, momentum, _MOMENTUM)))
            for shape, pairs in alike.items():
                scale = max(1, shape[0] / shape[1]) ** 0.5 * 0.2 * max(shape) ** 0.5  # as large as AdamW's steps
                steps = orthogonal(torch.stack([x for _, x in pairs])) * scale
                for (p, _), step in zip(pairs, steps, strict=True):
                    p.mul_(1 - group["lr"] * _DECAY).add_(step, alpha=-group["lr"])


def orthogonal(x: torch.Tensor) -> torch.Tensor:
    """(n, a, b) matrices made nearly orthogonal."""
    out = x.bfloat16() / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7).bfloat16()
    tall = out.size(-2) > out.size(-1)
    out = out.mT if tall else out
    for _ in range(5):
        square = out @ out.mT
        out = 3.4445 * out + (-4.775 * square + 2.0315 * square @ square) @ out
    nearest: torch.Tensor = (out.mT if tall else out).float()
    return nearest
