"""The encoder as a torch module, and the loss of its entity head; `words/encoder.py` runs it without torch."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from streams.extraction.entities.labels import FORBIDDEN, LABELS
from streams.extraction.words.signs import SIGNS

DILATIONS = (1, 2, 4, 8)
WIDTH = 96  # of form vectors and hidden layers


class Forms:
    """What is known of each form as arrays: rows of attributes (offsets into a flat list) and of word vectors."""

    def __init__(self, attributes: list[list[int]], vector_rows: Any) -> None:
        """`attributes` are row numbers from 1 a form, `vector_rows` (forms,) from 0, -1 for none."""
        self.offsets = np.cumsum([0, *map(len, attributes)])
        self.flat = np.array([row for rows in attributes for row in rows], np.int64)
        self.vector_rows = vector_rows


class Shape(NamedTuple):
    """What an encoder is made for. `vectors` (words, d) are kept as they are; `attributes` are the rows' names."""

    forms: Forms
    vectors: Any
    attributes: list[str]
    domains: list[str]
    categories: int
    clusters: int


class Labelled(NamedTuple):
    """Texts of one domain as one: form numbers and label numbers (n,), signs (n, signs) where they are annotated."""

    ids: Any
    labels: Any
    signs: Any


class Taught(NamedTuple):
    """Windows of raw news (m, length) as form numbers, with what the reader says of their words.

    `labels` (m, length, labels) and `signs` (m, length, signs) are probabilities.
    """

    windows: Any
    labels: Any
    signs: Any


class EncoderModel(nn.Module):
    """Form vectors, convolutions; heads for entity labels, signs, word categories, hidden words' clusters."""

    def __init__(self, shape: Shape) -> None:
        """Fresh, as `shape` has it."""
        super().__init__()
        width = WIDTH
        self.forms = shape.forms
        fixed = torch.cat([torch.zeros(1, shape.vectors.shape[1]), torch.from_numpy(shape.vectors)])
        self.vectors = nn.Embedding(len(fixed), fixed.shape[1])
        self.vectors.weight = nn.Parameter(fixed, requires_grad=False)
        self.project = nn.Linear(fixed.shape[1], width, bias=False)
        self.attributes = nn.EmbeddingBag(len(shape.attributes) + 1, width, mode="sum", padding_idx=0)
        nn.init.normal_(self.attributes.weight, std=0.08)
        with torch.no_grad():
            self.attributes.weight[0] = 0
        self.masked = nn.Parameter(torch.randn(width) * 0.1)
        self.norm = nn.LayerNorm(width)
        self.convolutions = nn.ModuleList([nn.Conv1d(width, width, 3, dilation=d, padding=d) for d in DILATIONS])
        self.drop = nn.Dropout(0.1)
        self.cluster_head = nn.Linear(width, shape.clusters)
        self.category_head = nn.Linear(width, shape.categories)
        self.sign_head = nn.Linear(width, len(SIGNS))
        self.label_heads = nn.ModuleDict({d: nn.Linear(width, len(LABELS)) for d in shape.domains})
        self.transitions = nn.ParameterDict(
            {d: nn.Parameter(torch.zeros(len(LABELS), len(LABELS))) for d in shape.domains}
        )

    def form_vectors(self, forms: Any) -> torch.Tensor:
        """(n, width) of form numbers (n,); in training some attributes and vectors are left out."""
        known = self.forms
        starts, ends = known.offsets[forms], known.offsets[forms + 1]
        flat = np.concatenate([known.flat[a:b] for a, b in zip(starts, ends, strict=True)])
        rows = known.vector_rows[forms] + 1
        if self.training:
            flat = np.where(np.random.rand(len(flat)) < 0.12, 0, flat)
            rows = np.where(np.random.rand(len(rows)) < 0.1, 0, rows)
        offsets = np.concatenate([[0], np.cumsum(ends - starts)[:-1]])
        bags = self.attributes(torch.from_numpy(flat), torch.from_numpy(offsets))
        out: torch.Tensor = self.norm(bags + self.project(self.vectors(torch.from_numpy(rows.astype(np.int64)))))
        return out

    def forward(self, ids: Any, masked: torch.Tensor | None = None) -> torch.Tensor:
        """(batch, length, width) of form numbers (batch, length); where `masked`, the word itself is hidden."""
        distinct, inverse = np.unique(ids, return_inverse=True)
        x = self.form_vectors(distinct)[torch.from_numpy(inverse.reshape(ids.shape))]
        if masked is not None:
            x = torch.where(masked[..., None], self.masked, x)
        x = self.drop(x).transpose(1, 2)
        h = torch.relu(self.convolutions[0](x))
        for convolution in list(self.convolutions)[1:]:
            h = h + torch.relu(convolution(self.drop(h)))
        out: torch.Tensor = self.drop(h.transpose(1, 2))
        return out


def crf_loss(scores: torch.Tensor, labels: torch.Tensor, transitions: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood a token of a linear-chain CRF; `scores` (batch, length, labels)."""
    emitted = scores.gather(2, labels[..., None])[..., 0].sum(1)
    total = scores[:, 0]
    for t in range(1, scores.shape[1]):
        total = torch.logsumexp(total[:, :, None] + transitions, 1) + scores[:, t]
    gold = emitted + transitions[labels[:, :-1], labels[:, 1:]].sum(1)
    return (torch.logsumexp(total, 1) - gold).sum() / labels.numel()


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
