"""The encoder as a torch module, and the loss of its entity head; `words/encoder.py` runs it without torch."""

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from streams.extraction.entities.labels import FORBIDDEN, LABELS
from streams.extraction.training.lessons import DOMAINS, Lessons
from streams.extraction.words.encoder import DILATIONS
from streams.extraction.words.signs import SIGNS

FORM_WIDTH, WIDTH = 96, 128  # of form vectors, of hidden layers
_FORGET_ATTRIBUTE, _FORGET_WORD = 0.12, 0.1


class Drop(nn.Module):
    """Dropout, of which a random byte decides: on a CPU the random numbers of torch's own take as long as the layers.

    >>> Drop(0.25).eval()(torch.ones(3))
    tensor([1., 1., 1.])
    >>> torch.manual_seed(0) and Drop(0.25)(torch.ones(8, 1000)).mean().round(decimals=1)
    tensor(1.)
    """

    def __init__(self, p: float) -> None:
        """`p` of the values become 0."""
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The same shape."""
        if not self.training:
            return x
        left_out = round(256 * self.p)
        numbers = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device).random_(-(2**63), None)
        keep = numbers.view(torch.uint8)[: x.numel()].view(x.shape) >= left_out
        return x * (keep * (256 / (256 - left_out))).to(x.dtype)


class EncoderModel(nn.Module):
    """Form vectors, convolutions; heads for entity labels, signs, word categories, hidden words' clusters."""

    def __init__(self, known: Lessons, device: str) -> None:
        """Fresh, with what is `known` of forms."""
        super().__init__()
        self.known = torch.from_numpy(known.attributes.astype(np.int32)).to(device)
        self.rows = torch.from_numpy(known.vector_rows.astype(np.int64) + 1).to(device)
        fixed = torch.from_numpy(np.pad(known.vectors.astype(np.float32), ((1, 0), (0, 0))))
        self.vectors = nn.Embedding(len(fixed), fixed.shape[1])
        self.vectors.weight = nn.Parameter(fixed, requires_grad=False)
        self.project = nn.Linear(fixed.shape[1], FORM_WIDTH, bias=False)
        self.attributes = nn.Embedding(known.many_attributes + 1, FORM_WIDTH, padding_idx=0)
        nn.init.normal_(self.attributes.weight, std=0.08)
        with torch.no_grad():
            self.attributes.weight[0] = 0
        self.masked = nn.Parameter(torch.randn(FORM_WIDTH) * 0.1)
        self.norm = nn.LayerNorm(FORM_WIDTH)
        widths = [FORM_WIDTH, *(WIDTH for _ in DILATIONS)]
        self.convolutions = nn.ModuleList(
            [nn.Conv1d(w, WIDTH, 3, dilation=d, padding=d) for w, d in zip(widths, DILATIONS, strict=False)]
        )
        self.drop = Drop(0.1)
        self.cluster_head = nn.Linear(WIDTH, known.many_clusters)
        self.category_head = nn.Linear(WIDTH, known.many_categories)
        self.sign_head = nn.Linear(WIDTH, len(SIGNS))
        self.label_heads = nn.ModuleDict({d: nn.Linear(WIDTH, len(LABELS)) for d in DOMAINS})
        self.transitions = nn.ParameterDict({d: nn.Parameter(torch.zeros(len(LABELS), len(LABELS))) for d in DOMAINS})
        self.to(device)

    def form_vectors(self, forms: torch.Tensor) -> torch.Tensor:
        """(n, FORM_WIDTH) of form numbers (n,); in training some attributes and vectors are left out."""
        known, rows = self.known[forms], self.rows[forms]
        if self.training:
            known = torch.where(torch.rand(known.shape, device=known.device) < _FORGET_ATTRIBUTE, 0, known)
            rows = torch.where(torch.rand(rows.shape, device=rows.device) < _FORGET_WORD, 0, rows)
        bags = functional.embedding_bag(known.long(), self.attributes.weight, mode="sum", padding_idx=0)
        out: torch.Tensor = self.norm(bags + self.project(self.vectors(rows)))
        return out

    def forward(self, ids: torch.Tensor, masked: torch.Tensor | None = None) -> torch.Tensor:
        """(batch, length, WIDTH) of form numbers (batch, length); where `masked`, the word itself is hidden."""
        distinct, inverse = torch.unique(ids, return_inverse=True)
        x = self.form_vectors(distinct)[inverse]
        if masked is not None:
            x = torch.where(masked[..., None], self.masked, x)
        x = self.drop(x).transpose(1, 2)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.training):  # three times as fast
            h = torch.relu(self.convolutions[0](x)).float()
            for convolution in list(self.convolutions)[1:]:
                h = h + torch.relu(convolution(self.drop(h)))
        out: torch.Tensor = self.drop(h.transpose(1, 2))
        return out


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
