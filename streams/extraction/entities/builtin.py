"""The builtin engine: a linear-chain CRF over word forms and their neighbours, as plain arrays, on the CPU.

A token's score for a label is the sum of the weights of its form's attributes and of its neighbours' attributes. Both
depend on the form alone, so one score vector a form and position is computed once and kept; tagging an article then is
a few array look-ups and one Viterbi pass over all sentences at once.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.entities.agreement import agree
from streams.extraction.entities.features import WINDOW, WordKnowledge, neighbour_attributes, own_attributes
from streams.extraction.lexicon import Lexicon
from streams.extraction.text import normalize
from streams.extraction.tokens import Kind

LABELS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
MODELS = Path(__file__).parent.parent / "models"
MODEL = MODELS / "entities.npz"
_POSITIONS = (0, *WINDOW)
_CACHED_FORMS = 30_000  # beyond the shipped ones; 5 positions × 7 labels × 4 bytes each
_IMPOSSIBLE = np.float32(-1e4)


def load_clusters(path: Path = MODELS / "clusters.tsv") -> dict[str, tuple[str, str]]:
    """Normalized word -> (fine, coarse) cluster."""
    out: dict[str, tuple[str, str]] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("# "):
                word, fine, coarse = line.rstrip("\n").split("\t")
                out[word] = (fine, coarse)
    return out


def save_model(out: IO[bytes], weights: Mapping[str, Any], knowledge: WordKnowledge, forms: Sequence[str]) -> None:
    """Write a CRF's weights with the name lists that its attributes were read from.

    `forms` are frequent words whose score vectors are computed now instead of when they are first met.
    """
    state = {a: w for a, w in weights["state"].items() if max(map(abs, w.values())) >= 0.01}
    attributes = sorted(state)
    matrix = np.zeros((len(attributes), len(LABELS)), np.float16)
    for row, attribute in enumerate(attributes):
        for label, weight in state[attribute].items():
            matrix[row, LABELS.index(label)] = weight
    transition = np.zeros((len(LABELS), len(LABELS)), np.float32)
    for (a, b), weight in weights["transition"].items():
        transition[LABELS.index(a), LABELS.index(b)] = weight
    rows = {attribute: row for row, attribute in enumerate(attributes)}
    ready = Tagger(rows, matrix.astype(np.float32), transition, knowledge)
    np.savez_compressed(
        out,
        forms=np.frombuffer("\n".join(forms).encode(), np.uint8),
        table=np.array([ready.vectors(form) for form in forms], np.float16),
        attributes=np.frombuffer("\n".join(attributes).encode(), np.uint8),
        weights=matrix,
        transition=transition,
        names=np.frombuffer("\n".join(f"{n}\t{k}" for n, k in sorted(knowledge.names.items())).encode(), np.uint8),
        places=np.frombuffer("\n".join(sorted(knowledge.places)).encode(), np.uint8),
    )


class Tagger:
    """The model: labels of a sentence's words. Keeps a bounded cache of score vectors by form."""

    def __init__(
        self,
        rows: dict[str, int],
        weights: Any,
        transition: Any,
        knowledge: WordKnowledge,
        forms: Sequence[str] = (),
        table: Any = None,
    ) -> None:
        """`weights` is (attributes, labels), `transition` (labels, labels) float32, `rows` attribute -> row.

        `table` holds the vectors of `forms`: (forms, positions, labels).
        """
        self._rows, self._weights, self._knowledge = rows, weights, knowledge
        self._transition = transition.copy()
        for b, label in enumerate(LABELS):
            if label.startswith("I-"):
                for a, before in enumerate(LABELS):
                    if before[2:] != label[2:]:
                        self._transition[a, b] = _IMPOSSIBLE
        self._start_impossible = np.array([_IMPOSSIBLE if x.startswith("I-") else 0 for x in LABELS], np.float32)
        self._shipped = {form: number for number, form in enumerate(forms)}
        self._met: dict[str, int] = {}
        self._table = np.zeros((len(forms) + 4096, len(_POSITIONS), len(LABELS)), np.float32)
        if len(forms):
            self._table[: len(forms)] = table

    @classmethod
    def from_file(
        cls, source: "IO[bytes] | Path", lexicon: Lexicon, clusters: Mapping[str, tuple[str, str]]
    ) -> "Tagger":
        """Load a model that `save_model` wrote."""
        with np.load(source) as z:
            attributes = z["attributes"].tobytes().decode().split("\n")
            names = dict(line.split("\t") for line in z["names"].tobytes().decode().split("\n"))
            places = frozenset(z["places"].tobytes().decode().split("\n"))
            weights, transition, table = z["weights"].astype(np.float32), z["transition"], z["table"]
            forms = z["forms"].tobytes().decode().split("\n") if len(table) else []
        rows = {attribute: row for row, attribute in enumerate(attributes)}
        return cls(rows, weights, transition, WordKnowledge(lexicon, clusters, names, places), forms, table)

    def labels(self, words: Sequence[str], domain: str = "gold") -> list[str]:
        """Labels of one sentence."""
        tagged = self.tag(list(words), [0, len(words)], domain)
        return [LABELS[x] for x in tagged]

    def tag(self, words: list[str], bounds: Sequence[int], domain: str = "gold") -> list[int]:
        """Label numbers of the words of several sentences; sentence k is words[bounds[k]:bounds[k + 1]]."""
        n = len(words)
        if not n:
            return []
        if len(self._met) + n > _CACHED_FORMS:
            self._met.clear()  # before, not within, a text: its own forms must keep their numbers
        ids = np.fromiter((self._form(w) for w in words), np.int64, n)
        lengths = np.diff(np.asarray(bounds))
        first = np.repeat(np.asarray(bounds[:-1]), lengths)
        last = np.repeat(np.asarray(bounds[1:]), lengths)
        at = np.arange(n)
        scores = self._table[ids, 0] + self._row(f"ds={domain}")
        for position, offset in enumerate(WINDOW, 1):
            j = at + offset
            inside = (j >= first) & (j < last)
            scores[inside] += self._table[ids[j[inside]], position]
            scores[~inside] += self._row(f"{offset}|edge")
        return self._viterbi(scores, np.asarray(bounds), lengths)

    def _viterbi(self, scores: Any, bounds: Any, lengths: Any) -> list[int]:
        """Best labels of all sentences in step: position t of every sentence that is long enough at once."""
        order = np.argsort(-lengths, kind="stable")
        starts, sizes = bounds[:-1][order], lengths[order]
        longest = int(sizes[0])
        out = np.zeros(len(scores), np.int64)
        back = np.zeros((len(scores), len(LABELS)), np.int8)
        alive = int((sizes > 0).sum())
        best = scores[starts[:alive]] + self._start_impossible
        final = np.zeros((alive, len(LABELS)), np.float32)
        final[:] = best
        for t in range(1, longest):
            alive = int((sizes > t).sum())
            candidates = best[:alive, :, None] + self._transition
            arg = candidates.argmax(1)
            at = starts[:alive] + t
            back[at] = arg
            best = np.take_along_axis(candidates, arg[:, None, :], 1)[:, 0] + scores[at]
            final[:alive] = best
        label = final.argmax(1)
        for t in range(longest - 1, -1, -1):
            alive = int((sizes > t).sum())
            at = starts[:alive] + t
            out[at] = label[:alive]
            label[:alive] = back[at, label[:alive]]
        return [int(x) for x in out]

    def _row(self, attribute: str) -> Any:
        row = self._rows.get(attribute)
        return self._weights[row] if row is not None else np.zeros(len(LABELS), np.float32)

    def vectors(self, form: str) -> Any:
        """Scores that a form gives at each position: (positions, labels)."""
        out = np.zeros((len(_POSITIONS), len(LABELS)), np.float32)
        rows = [r for a in own_attributes(form, self._knowledge) if (r := self._rows.get(f"0|{a}")) is not None]
        out[0] = self._weights[rows].sum(0)
        near = neighbour_attributes(form, self._knowledge)
        for position, offset in enumerate(WINDOW, 1):
            rows = [r for a in near if (r := self._rows.get(f"{offset}|{a}")) is not None]
            out[position] = self._weights[rows].sum(0)
        return out

    def _form(self, word: str) -> int:
        form = word if word.isascii() else normalize(word)
        known = self._shipped.get(form)
        if known is None:
            known = self._met.get(form)
        if known is not None:
            return known
        number = len(self._shipped) + len(self._met)
        if number >= len(self._table):
            grown = np.zeros((len(self._shipped) + 2 * len(self._met), *self._table.shape[1:]), np.float32)
            grown[: len(self._table)] = self._table
            self._table = grown
        self._table[number] = self.vectors(form)
        self._met[form] = number
        return number


class BuiltinEngine:
    """The default engine."""

    name = "builtin"

    def __init__(self, tagger: Tagger) -> None:
        """`tagger` is shared by all documents; one engine is used by one thread at a time."""
        self._tagger = tagger

    @classmethod
    def load(cls, lexicon: Lexicon, clusters: Mapping[str, tuple[str, str]]) -> "BuiltinEngine":
        """The engine with the shipped model."""
        return cls(Tagger.from_file(MODEL, lexicon, clusters))

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        """All mentions in order, not overlapping."""
        words: list[str] = []
        index: list[int] = []
        bounds = [0]
        for s in doc.sentences:
            for i in range(s.first, s.last):
                if doc.kinds[i] is not Kind.LINE:
                    words.append(doc.tokens[i].form.text)
                    index.append(i)
            if len(words) > bounds[-1]:
                bounds.append(len(words))
        labels = self._tagger.tag(words, bounds)
        found: list[EntityMention] = []
        k = 0
        while k < len(labels):
            label = LABELS[labels[k]]
            if label == "O":
                k += 1
                continue
            first = k
            k += 1
            while k < len(labels) and LABELS[labels[k]] == f"I-{label[2:]}":
                k += 1
            found.append(EntityMention(index[first], index[k - 1] + 1, label[2:]))  # type: ignore[arg-type]
        return agree(doc, tuple(found))
