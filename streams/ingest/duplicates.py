"""The same agency story from three papers: near-duplicates by MinHash over runs of words.

Only what came in the last days is compared, and no more than fits the memory; the window is kept over restarts and
shared by the `qawl ingest` processes of a machine.
"""

import time
from collections import OrderedDict
from typing import Any

import numpy as np

from schemas import Article
from streams.extraction.text import normalize
from streams.ingest import library
from streams.ingest.state import Signature, State

_DAY = 86_400
_RUN = 4  # words; longer ones find less where an editor changed a word, shorter ones find chance
_FEWEST_WORDS = 20  # below, two different stories may share most of their words
_MOST_WORDS = 2000  # a story is told by its beginning
_PERMUTATIONS, _SCHEME = 128, "affine32"  # 32 bits each
_MOST_ARTICLES = 50_000  # some 100 MB
_PRUNED_EVERY = 1000


class Duplicates:
    """The window of articles that a new one is compared with."""

    def __init__(self, state: State, *, threshold: float, days: float) -> None:
        self._sketches = library("datasketch")
        self._state, self._threshold, self._seconds = state, threshold, days * _DAY
        # What it offers is compared again: to offer too much costs time, to offer too little misses copies.
        self._index: Any = self._sketches.MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS, weights=(0.1, 0.9))
        self._known: OrderedDict[str, Signature] = OrderedDict()
        self._place = self._taken = 0

    def original(self, article: Article) -> str | None:
        """The id of the article that this one repeats, and note this one; None where it is the first."""
        runs = shingles(article.body)
        if not runs:
            return None
        self._absorb()
        mine = self._sketch()
        mine.update_batch(runs)
        best: tuple[float, str] | None = None
        oldest = time.time() - self._seconds
        for name in self._index.query(mine):
            if name != article.article_id:
                other = self._known[name]
                if other.at < oldest:
                    continue  # it is forgotten at the next pruning
                alike = mine.jaccard(self._sketch(other.hashes))
                if alike >= self._threshold and (best is None or alike > best[0]):
                    best = (alike, other.original)
        found = best[1] if best is not None and best[1] != article.article_id else None
        self._state.sign(article.article_id, found or article.article_id, mine.hashvalues.tobytes())
        self._taken += 1
        if self._taken % _PRUNED_EVERY == 0:
            self._prune()
        return found

    def _absorb(self) -> None:
        """What this process and others noted since the last time."""
        for signature in self._state.signatures(self._place):
            self._place = signature.place
            if signature.at >= time.time() - self._seconds:
                self._drop(signature.article_id)
                self._known[signature.article_id] = signature
                self._index.insert(signature.article_id, self._sketch(signature.hashes), check_duplication=False)
        while len(self._known) > _MOST_ARTICLES:
            self._drop(next(iter(self._known)))

    def _prune(self) -> None:
        oldest = time.time() - self._seconds
        while self._known and next(iter(self._known.values())).at < oldest:
            self._drop(next(iter(self._known)))
        self._state.forget_signatures(oldest)

    def _drop(self, article_id: str) -> None:
        if self._known.pop(article_id, None) is not None:
            self._index.remove(article_id)

    def _sketch(self, hashes: bytes | None = None) -> Any:
        kept = None if hashes is None else np.frombuffer(hashes, np.uint32)
        return self._sketches.MinHash(num_perm=_PERMUTATIONS, hashvalues=kept, scheme=_SCHEME)


def shingles(body: str) -> list[bytes]:
    """All runs of words of a text, spelt alike; none where it is too short to be told from another by them.

    >>> len(shingles("كلمة " * 25)), shingles("قال الوزير نعم")
    (22, [])
    """
    words = ["".join(filter(str.isalnum, word)) for word in map(normalize, body.split()[:_MOST_WORDS])]
    words = [word for word in words if word]
    if len(words) < _FEWEST_WORDS:
        return []
    return [" ".join(words[n : n + _RUN]).encode() for n in range(len(words) - _RUN + 1)]
