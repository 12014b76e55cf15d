"""The encoder: a small convolutional network that reads each word with its neighbours, as plain arrays on the CPU.

A word's vector is the sum of what is known of its form (`attributes.py`) and its word vector, normalized, computed once
a form and kept; nine convolutions of width 3 (dilated as DILATIONS says) give each word 46 neighbours on either side;
linear heads score its entity label, its part of speech and the signs of statements; what a cue links to is computed of
the last layer (`links.py`). Made by `streams.extraction.training.encoder`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.lexicon.tables import columns
from streams.extraction.tokens import BREAK
from streams.extraction.words.attributes import WordKnowledge, attributes, list_words
from streams.extraction.words.clusters import Clusters, word_row
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.convolutions import Convolutions, Layer
from streams.extraction.words.links import Links, LinkWeights, kept
from streams.extraction.words.morphology import Morphology, Outline

MODEL = Path(__file__).parent.parent / "models" / "encoder.npz"
DILATIONS = (1, 2, 4, 8, 16, 1, 2, 4, 8)  # of the convolutions, in their order
_REACH = sum(DILATIONS)  # words on either side that a word's scores depend on
_CHUNK = 4096  # words that are read at once; all of a long body would take gigabytes
_IMPOSSIBLE, _UNLIKELY = -12.0, -3.0
_CACHED_FORMS = 170_000  # some 300 bytes each
_KEPT_FORMS = 48_000  # words so frequent that they are kept when the cache is full


class Encoded(NamedTuple):
    """What the encoder says of n words.

    Scores of entity labels (n, labels) and of word categories (n, categories), the log-odds of signs of statements
    (n, signs), the `kept` last layer (h, n), of which links are computed. A category's score holds what the table of
    forms says of the word beside what its neighbours say.
    """

    labels: Any
    categories: Any
    signs: Any
    layer: Any


class Weights(NamedTuple):
    """The arrays of a trained encoder; d and h are the widths of word vectors and hidden layers.

    `rows` maps an attribute to its row of `attribute_vectors` (a + 1, d) int8, of which the last is 0, `words` a
    normalized word to its row of `word_vectors` (v, d) int8 and of `clusters` (v, 2); `attribute_scales` (a + 1,) and
    `word_scales` (v,) make real numbers of a row. The first of the `layers` sees form vectors. `transitions` (labels,
    labels) weigh what follows what, `link_weights` (links, distances) how far a cue's targets are.
    """

    rows: Mapping[str, int]
    attribute_vectors: Any
    attribute_scales: Any
    words: Mapping[str, int]
    word_vectors: Any
    word_scales: Any
    clusters: Any
    norm_weight: Any
    norm_bias: Any
    layers: Sequence[Layer]
    label_head: tuple[Any, Any]
    category_head: tuple[Any, Any]
    sign_head: tuple[Any, Any]
    link_head: tuple[Any, Any]
    link_weights: Any
    transitions: Any
    categories: tuple[str, ...]


class Encoder:
    """Encodes articles; used by one thread at a time."""

    def __init__(self, weights: Weights, knowledge: WordKnowledge) -> None:
        """`knowledge` gives the attributes of forms."""
        self.weights, self._knowledge = weights, knowledge
        self.clusters = Clusters(weights.words, weights.clusters)
        self.names = frozenset(w for w, found in knowledge.listed.items() if any(a.startswith("name=") for a in found))
        self._read: tuple[Document, Encoded] | None = None
        self._numbers: dict[str, int] = {}
        self._vectors = np.zeros((_CACHED_FORMS, weights.norm_bias.shape[0]), np.int8)
        self._scales = np.zeros(_CACHED_FORMS, np.float32)
        self._column = {name: n for n, name in enumerate(weights.categories)}
        self._prior_rows = np.zeros(_CACHED_FORMS, np.int32)
        self._priors = np.zeros((1, len(self._column)), np.float32)  # row 0 for what is no word
        self._prior_of: dict[tuple[object, ...], int] = {}
        self._ranks = np.zeros(_CACHED_FORMS, np.int32)
        heads = (weights.label_head, weights.category_head, weights.sign_head)
        self._links = LinkWeights.of(weights.link_head, weights.link_weights)
        self._widths = [bias.shape[0] for _, bias in heads]
        self._parts = np.cumsum(self._widths)[:-1]
        self._heads = np.concatenate([matrix for matrix, _ in heads], 1)
        self._head_bias = np.concatenate([bias for _, bias in heads])
        self.convolutions = Convolutions(weights.layers, DILATIONS, len(weights.label_head[0]))

    @classmethod
    def load(cls, lexicon: Lexicon, morphology: Morphology, path: Path = MODEL) -> "Encoder":
        """The shipped encoder."""
        with np.load(path) as z:
            tables = {name: _text(z[name]).split("\n") for name in ("attributes", "words", "places", "categories")}
            names, seen = (dict(zip(*columns(_text(z[name]), 2), strict=True)) for name in ("names", "seen"))
            layers = [Layer(z[f"taps{n}"], z[f"bias{n}"], z[f"units{n}"]) for n in range(len(DILATIONS))]
            weights = Weights(
                rows={a: n for n, a in enumerate(tables["attributes"])},
                attribute_vectors=np.pad(z["attribute_vectors"], ((0, 1), (0, 0))),
                attribute_scales=np.pad(z["attribute_scales"].astype(np.float32), (0, 1)),
                words={w: n for n, w in enumerate(tables["words"])},
                word_vectors=z["word_vectors"],
                word_scales=z["word_scales"].astype(np.float32),
                clusters=z["clusters"],
                norm_weight=z["norm_weight"],
                norm_bias=z["norm_bias"],
                layers=layers,
                label_head=(z["label_weight"], z["label_bias"]),
                category_head=(z["category_weight"], z["category_bias"]),
                sign_head=(z["sign_weight"], z["sign_bias"]),
                link_head=(z["link_weight"].astype(np.float32), z["link_bias"]),
                link_weights=z["link_weights"],
                transitions=z["transitions"],
                categories=tuple(tables["categories"]),
            )
        knowledge = WordKnowledge(lexicon, morphology, list_words(lexicon, names, tables["places"]), seen)
        return cls(weights, knowledge)

    def read(self, doc: Document) -> Encoded:
        """Scores of a document's tokens, line breaks among them; kept until another document is read."""
        if self._read is None or self._read[0] is not doc:
            self._read = (doc, self.encode([t.form.written for t in doc.tokens]))
        return self._read[1]

    def in_context(self, doc: Document, teller: "Encoder | None" = None) -> WordsInContext:
        """The words of a document; what they are signs of and link to is told by `teller`, where it is given."""
        known = self._knowledge.morphology, self.clusters, self.weights.categories
        tells = teller or self
        said = tells.read(doc)
        links = Links(said.layer, tells._links)
        return WordsInContext(doc, *known, self.read(doc).categories, said.signs, links)

    def encode(self, forms: Sequence[str]) -> Encoded:
        """Scores of a text given as written forms, digits as "0", paragraph breaks as `BREAK`."""
        ids = self._ids([BREAK, *forms, BREAK])  # the articles that it learned from stand between others
        n = len(ids)
        labels, categories, signs = (np.empty((n, width), np.float32) for width in self._widths)
        layer = np.empty((len(self._heads), n), np.int16)  # most of all, and kept as long as the document
        for first, last, h in self._last_layers(ids):
            scores = h.T @ self._heads
            scores += self._head_bias
            here = slice(first, last)
            labels[here], categories[here], signs[here] = np.split(scores, self._parts, axis=1)
            layer[:, here] = kept(h)
        categories += self._priors[self._prior_rows[ids]]
        own = slice(1, -1)
        return Encoded(labels[own], categories[own], signs[own], layer[:, own])

    def last_layer(self, forms: Sequence[str]) -> Any:
        """(n, h) of a text, what the heads see; to learn heads from."""
        return np.concatenate([h.T for _, _, h in self._last_layers(self._ids(forms))])

    def inputs(self, forms: Sequence[str]) -> Any:
        """(d, n) of a text, what `convolutions` read."""
        return self._inputs(self._ids(forms))

    def _ids(self, forms: Sequence[str]) -> Any:
        """The numbers of a text's forms; most are known, and one look-up each is all that they take."""
        ids = self._known(forms)
        missing = np.flatnonzero(ids < 0).tolist()
        if missing:
            unmet = [forms[i] for i in missing]
            if len(self._numbers) + len(set(unmet)) > _CACHED_FORMS:
                self._forget()
                return self._ids_of_all(forms)
            self._learn(list(dict.fromkeys(unmet)))
            ids[missing] = self._known(unmet)
        return ids

    def _ids_of_all(self, forms: Sequence[str]) -> Any:
        """The numbers after others were forgotten, even if there are more forms than should be kept."""
        self._learn([form for form in dict.fromkeys(forms) if form not in self._numbers])
        return self._known(forms)

    def _known(self, forms: Sequence[str]) -> Any:
        """The numbers of forms, -1 for one that has none yet."""
        return np.fromiter(map(self._numbers.get, forms, repeat(-1)), np.int64, len(forms))

    def _last_layers(self, ids: Any) -> Iterator[tuple[int, int, Any]]:
        """(first, last, (h, last - first)) of a text's chunks."""
        n = len(ids)
        for first in range(0, n, _CHUNK):
            last = min(n, first + _CHUNK)
            begin = max(0, first - _REACH)
            h = self.convolutions(self._inputs(ids[begin : last + _REACH]))
            yield first, last, h[:, first - begin : last - begin]

    def _inputs(self, ids: Any) -> Any:
        """(d, n) vectors of n form numbers."""
        return _real(self._vectors, self._scales, ids).T

    def _learn(self, new: Sequence[str]) -> None:
        """Give each of these forms, which have none, a number and its vector."""
        for first in range(0, len(new), _CHUNK):
            group = new[first : first + _CHUNK]
            number, last = len(self._numbers), len(self._numbers) + len(group)
            while last > len(self._scales):
                for name in ("_vectors", "_scales", "_prior_rows", "_ranks"):
                    setattr(self, name, np.concatenate([getattr(self, name), np.zeros_like(getattr(self, name))]))
            ranks = [word_row(form, self.weights.words) for form in group]
            outlines = list(map(self._knowledge.morphology.outline, group))
            vectors = self.form_vectors(group, ranks, outlines)
            scales = np.abs(vectors).max(1) / 127 + 1e-9
            self._vectors[number:last] = np.rint(vectors / scales[:, None])
            self._scales[number:last] = scales
            self._ranks[number:last] = ranks
            self._prior_rows[number:last] = list(map(self._prior, group, outlines))
            self._numbers |= zip(group, range(number, last), strict=True)

    def _forget(self) -> None:
        """Make room: only the most frequent words stay known."""
        frequent = [(form, n) for form, n in self._numbers.items() if 0 <= self._ranks[n] < _KEPT_FORMS]
        kept = [form for form, _ in frequent[: _CACHED_FORMS // 2]]
        rows = [n for _, n in frequent[: _CACHED_FORMS // 2]]
        for array in (self._ranks, self._vectors, self._scales, self._prior_rows):
            array[: len(rows)] = array[rows]
        self._numbers = dict(zip(kept, range(len(kept)), strict=True))

    def _prior(self, form: str, outline: Outline | None) -> int:
        """Row of `_priors` that holds the log of each category's share in a form's readings.

        What a guess leaves out is only unlikely.
        """
        if not form[:1].isalpha():
            return 0
        shares = self._knowledge.morphology.analyse(form).categories() if outline is None else outline[0]
        key = (outline is None, *shares.items())
        row = self._prior_of.get(key)
        if row is None:  # thousands of forms have the same shares
            known = np.full((1, len(self._column)), _UNLIKELY if outline is None else _IMPOSSIBLE, np.float32)
            for category, share in shares.items():
                if category in self._column:
                    known[0, self._column[category]] = math.log(share)
            row = self._prior_of[key] = len(self._priors)
            self._priors = np.concatenate([self._priors, known])
        return row

    def form_vectors(self, forms: Sequence[str], vectors: Sequence[int], outlines: Sequence[Outline | None]) -> Any:
        """The normalized vectors (n, d) of written forms with their rows (n,) of word vectors."""
        w = self.weights
        rows: list[int] = []
        begins = []
        for form, outline in zip(forms, outlines, strict=True):
            begins.append(len(rows))
            rows += map(w.rows.get, attributes(form, self._knowledge, outline), repeat(len(w.rows)))  # a row of zeros
        x = np.add.reduceat(_real(w.attribute_vectors, w.attribute_scales, rows), begins)
        ranks = np.array(vectors)
        known = ranks >= 0
        x[known] += _real(w.word_vectors, w.word_scales, ranks[known])
        x -= x.mean(1, keepdims=True)
        return x / np.sqrt((x * x).mean(1, keepdims=True) + 1e-5) * w.norm_weight + w.norm_bias


def _real(vectors: Any, scales: Any, rows: Any) -> Any:
    """(n, d) real numbers of n rows of vectors that are kept as bytes with a scale each."""
    return vectors.take(rows, 0) * scales.take(rows)[:, None]


def _text(array: Any) -> str:
    text: str = array.tobytes().decode()
    return text
