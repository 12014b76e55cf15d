"""Words in context: which of its readings each is, `ذكر` verb or noun, `أعلن` active or passive, و particle or root.

One object a document, made once; every later stage asks it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from streams.extraction.document import Document
from streams.extraction.tokens import BREAK
from streams.extraction.words.analysis import Reading, strip
from streams.extraction.words.clusters import Clusters
from streams.extraction.words.links import Links
from streams.extraction.words.morphology import Morphology
from streams.extraction.words.signs import SURE, steps

_UNHEARD = 1e-6  # share of a category that the encoder does not know


class Word(NamedTuple):
    """A word of a document: `[start, end)` are code points into the body, `norm` is its spelling-insensitive form.

    `readings` are all readings of its written form with their probabilities in this context, the likeliest first;
    `known` is False where they are guessed; `cluster` is (fine, coarse), None for a rare word.
    """

    text: str
    start: int
    end: int
    norm: str
    written: str
    readings: tuple[Reading, ...]
    known: bool
    cluster: tuple[int, int] | None

    @property
    def reading(self) -> Reading:
        """The likeliest reading."""
        return self.readings[0]

    @property
    def clitics(self) -> tuple[str, ...]:
        """What is attached to it, as camel-tools names it: `('wa', 'li_prep', 'Al_det')`."""
        r = self.reading
        return tuple(c for c in (r.conjunction, r.preposition, r.article, r.pronoun) if c not in ("0", "-"))

    @property
    def stem(self) -> str:
        """The word without its clitics."""
        return strip(self.written, self.reading)


class WordsInContext:
    """The words of one document; tokens that are no words have a category too."""

    def __init__(
        self,
        doc: Document,
        morphology: Morphology,
        clusters: Clusters,
        names: Sequence[str],
        scores: Any,
        signs: Any,
        links: Links,
    ) -> None:
        """`scores` (tokens, categories) of the categories `names`; `signs` (tokens, signs) in log-odds."""
        self._doc, self._morphology = doc, morphology
        self._column = {name: n for n, name in enumerate(names)}
        self._scores = scores
        self._words: dict[int, Word] = {}
        self._sums: dict[int, list[float]] = {}
        self._steps = steps(signs)
        self._signs: list[list[int]] = self._steps.tolist()
        bounded = np.clip(signs.astype(np.float32), -SURE, SURE)
        self._log_odds = np.pad(bounded, ((1, 1), (0, 0)), constant_values=-SURE)
        self.clusters, self.links = clusters, links
        self.categories: list[str] = [names[n] for n in scores.argmax(1)] if len(scores) else []

    def category_at(self, i: int) -> str:
        """The likeliest category of token i, `BREAK` outside of the document."""
        return self.categories[i] if 0 <= i < len(self.categories) else BREAK

    def sign(self, i: int, sign: int) -> int:
        """How strong a sign (`words/signs.py`) is at token i, in steps; 0 outside of the document."""
        return self._signs[i][sign] if 0 <= i < len(self._signs) else 0

    def where(self, sign: int, step: int) -> frozenset[int]:
        """The tokens at which a sign is as strong as `step` at least."""
        return frozenset(np.flatnonzero(self._steps[:, sign] >= step).tolist())

    def around(self, tokens: Any) -> Any:
        """(n, k * signs) log-odds of all signs at tokens (n, k), bounded by SURE; -SURE outside of the document."""
        return self._log_odds.take(tokens + 1, 0, mode="clip").reshape(len(tokens), -1)

    def log_odds(self, sign: int) -> Any:
        """(tokens,) of one sign."""
        return self._log_odds[1:-1, sign]

    def sums(self, sign: int) -> list[float]:
        """The log-odds of one sign added up: what tokens [first, last) have together is `sums[last] - sums[first]`."""
        if sign not in self._sums:
            self._sums[sign] = np.cumsum(self._log_odds[:-1, sign], dtype=np.float64).tolist()
        return self._sums[sign]

    def __getitem__(self, i: int) -> Word:
        """Token i as a word; analysed when it is first asked for.

        The encoder's share of a category is parted among its readings as their probabilities out of context are.
        """
        if i not in self._words:
            self._words[i] = self._read(i)
        return self._words[i]

    def _read(self, i: int) -> Word:
        token = self._doc.tokens[i]
        analysis = self._morphology.analyse(token.form.written)
        own = analysis.categories()
        row = self._scores[i]
        shares = np.exp(row - row.max())
        column = self._column
        share = {c: float(shares[column[c]]) if c in column else _UNHEARD for c in own}
        weights = [r.probability / own[r.category] * share[r.category] for r in analysis.readings]
        total = sum(weights) or 1.0
        # `_replace` takes five times as long.
        in_context = [Reading._make((*r[:-1], w / total)) for r, w in zip(analysis.readings, weights, strict=True)]
        in_context.sort(key=lambda r: -r.probability)
        form = token.form
        cluster = self.clusters.get(form.norm)
        return Word(
            form.text, token.start, token.end, form.norm, form.written, tuple(in_context), analysis.known, cluster
        )
