"""The choice among a word's readings in context: `ذكر` verb or noun, `أعلن` active or passive, و particle or root."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.extraction.document import Document
from streams.extraction.tokens import Kind, Token
from streams.extraction.words.analysis import Analysis, Reading
from streams.extraction.words.encoder import Encoder
from streams.extraction.words.morphology import Morphology


class Word(NamedTuple):
    """A token with its analysis and the reading that fits its context.

    `likelihood` is the reading's share among the word's readings in context, 0 to 1; `cluster` is (fine, coarse), None
    for a rare word.
    """

    token: Token
    analysis: Analysis
    reading: Reading
    likelihood: float
    cluster: tuple[int, int] | None


def read_words(doc: Document, encoder: Encoder, morphology: Morphology) -> Iterator[Word]:
    """The words of a document in order; numbers, marks and line breaks are left out.

    The encoder's share of a category is parted among its readings as their probabilities out of context are.
    """
    if not doc.tokens:
        return
    scores = encoder.read(doc).categories
    shares = np.exp(scores - scores.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    column = {name: n for n, name in enumerate(encoder.weights.categories)}
    for i, token in enumerate(doc.tokens):
        if token.form.kind is not Kind.WORD:
            continue
        analysis = morphology.analyse(token.form.written)
        own = analysis.categories()
        weights = [
            r.probability / own[r.category] * (float(shares[i, column[r.category]]) if r.category in column else 1e-6)
            for r in analysis.readings
        ]
        best = max(range(len(weights)), key=weights.__getitem__)
        share = weights[best] / (sum(weights) or 1.0)
        yield Word(token, analysis, analysis.readings[best], share, encoder.clusters.get(token.form.norm))
