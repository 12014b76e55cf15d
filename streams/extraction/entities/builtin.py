"""The builtin engine: the encoder's scores of entity labels, and the best allowed sequence of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from schemas import EntityType
from streams.extraction.abbreviations import LETTER
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.entities.agreement import agree
from streams.extraction.entities.labels import FORBIDDEN, LABELS
from streams.extraction.tokens import LINE
from streams.extraction.words.encoder import Encoder

# Where "no entity" leads by so much, no neighbour turns it (transitions weigh under 1; none of 103,472 labels of 300
# articles changed): the rest is decoded in the short runs in between.
_CERTAIN = 4.0
_TOGETHER = 16  # tokens up to which runs of several lengths are decoded at once
_NO_ENTITY = np.array([0.0, *(-1e4 for _ in LABELS[1:])], np.float32)  # scores that leave no other label
_TYPES: dict[str, EntityType] = {"PER": "PER", "LOC": "LOC", "ORG": "ORG"}


class BuiltinEngine:
    """The default engine."""

    name = "builtin"

    def __init__(self, encoder: Encoder, words: Mapping[str, int]) -> None:
        """`words` maps frequent normalized words to their rank; one engine is used by one thread at a time."""
        self._encoder, self._words = encoder, words
        self._transitions = encoder.weights.transitions + FORBIDDEN

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        """All mentions in order, not overlapping."""
        if not doc.tokens:
            return ()
        said = self._encoder.read(doc)
        labels = self._labels(said.labels)
        found: list[EntityMention] = []
        k = 0
        while k < len(labels):
            if labels[k] == 0 or doc.kinds[k] is LINE:
                k += 1
                continue
            label = LABELS[labels[k]]
            first = k
            k += 1
            while k < len(labels) and LABELS[labels[k]] == f"I-{label[2:]}" and doc.kinds[k] is not LINE:
                k += 1
            while doc.norm_at(k) == LETTER:  # `سي إن` of `سي إن إن`
                k += 1
            found.append(EntityMention(first, k, _TYPES[label[2:]]))

        def category(i: int) -> str:  # few are asked for, and each token's is chosen again where its words are read
            return self._encoder.weights.categories[int(said.categories[i].argmax())]

        return agree(doc, tuple(found), self._words, self._encoder.names, category)

    def _labels(self, scores: Any) -> list[int]:
        """The most likely allowed labels of n tokens from their scores (n, labels)."""
        out = np.zeros(len(scores), np.int64)
        open_ = np.flatnonzero(scores[:, 1:].max(1) > scores[:, 0] - _CERTAIN)
        if len(open_):
            begins = np.concatenate([[0], np.flatnonzero(np.diff(open_) > 1) + 1])
            starts = open_[begins]
            lengths = np.diff(np.append(begins, len(open_)))
            longest = np.maximum(lengths, _TOGETHER)
            for length in np.unique(longest):
                self._label(scores, starts[longest == length], lengths[longest == length], out)
        found: list[int] = out.tolist()
        return found

    def _label(self, scores: Any, starts: Any, lengths: Any, out: Any) -> None:
        """Label m runs at once: what a shorter one lacks of the longest is taken for no entity."""
        steps = np.arange(lengths.max())
        at, inside = starts[:, None] + steps, steps < lengths[:, None]
        padded = np.where(inside[..., None], scores.take(at, 0, mode="clip"), _NO_ENTITY)
        out[at[inside]] = self._decode(padded)[inside]

    def _decode(self, scores: Any) -> Any:
        """Viterbi over m runs of one length, (m, length, labels); before and behind a run is no entity."""
        transitions = self._transitions
        best = transitions[0] + scores[:, 0]
        back = []
        for t in range(1, scores.shape[1]):
            candidates = best[:, :, None] + transitions
            back.append(candidates.argmax(1))
            best = candidates.max(1) + scores[:, t]
        label = (best + transitions[:, 0]).argmax(1)
        runs = np.arange(len(label))
        labels = [label]
        for pointers in reversed(back):
            label = pointers[runs, label]
            labels.append(label)
        return np.stack(labels[::-1], 1)
