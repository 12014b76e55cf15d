"""Train the builtin entity tagger: a linear-chain CRF (CRFsuite, L-BFGS) whose weights are shipped as plain arrays.

python -m streams.extraction.training.entities ../shared --folds 5
"""

import argparse
import io
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pycrfsuite

from streams.extraction.entities.builtin import LABELS, MODEL, Tagger, load_clusters, save_model
from streams.extraction.entities.features import WINDOW, WordKnowledge, neighbour_attributes, own_attributes
from streams.extraction.lexicon import load_lexicon
from streams.extraction.training.entity_data import Sentence, person_names, places, project_gold, read_conll, read_gold
from streams.extraction.training.provenance import write_note

SEED = 20261124


class Featurizer:
    """Attribute lists of sentences, cached by form."""

    def __init__(self, knowledge: WordKnowledge) -> None:
        self._knowledge = knowledge
        self._own: dict[str, list[str]] = {}
        self._near: dict[str, dict[int, list[str]]] = {}

    def __call__(self, sentence: Sentence) -> list[list[str]]:
        words = sentence.words
        n = len(words)
        out = []
        for i, word in enumerate(words):
            own = self._own.get(word)
            if own is None:
                own = self._own[word] = [f"0|{a}" for a in own_attributes(word, self._knowledge)]
            attributes = [*own, f"ds={sentence.domain}"]
            for offset in WINDOW:
                j = i + offset
                attributes += self._neighbour(words[j], offset) if 0 <= j < n else [f"{offset}|edge"]
            out.append(attributes)
        return out

    def _neighbour(self, word: str, offset: int) -> list[str]:
        table = self._near.get(word)
        if table is None:
            base = neighbour_attributes(word, self._knowledge)
            table = self._near[word] = {o: [f"{o}|{a}" for a in base] for o in WINDOW}
        return table[offset]


def fit(sentences: list[Sentence], featurize: Featurizer, iterations: int, c1: float, c2: float) -> dict[str, Any]:
    """Weights of a CRF: {"state": {attribute: {label: weight}}, "transition": {(from, to): weight}}."""
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.select("lbfgs")
    trainer.set_params(
        {"c1": c1, "c2": c2, "max_iterations": iterations, "feature.minfreq": 2, "feature.possible_transitions": True}
    )
    for s in sentences:
        trainer.append(featurize(s), s.labels)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "crf")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
    state: dict[str, dict[str, float]] = {}
    for (attribute, label), weight in info.state_features.items():
        state.setdefault(attribute, {})[label] = weight
    return {"state": state, "transition": dict(info.transitions)}


def spans(labels: list[str]) -> set[tuple[int, int, str]]:
    """Exact spans (first, last, type) of BIO labels, as conlleval reads them."""
    out = set()
    first, kind = -1, ""
    for i, label in enumerate([*labels, "O"]):
        prefix, _, this = label.partition("-")
        if first >= 0 and (prefix != "I" or this != kind):
            out.add((first, i, kind))
            first = -1
        if prefix == "B" or (prefix == "I" and first < 0):
            first, kind = i, this
    return out


def score(pairs: list[tuple[list[str], list[str]]]) -> dict[str, float]:
    """F1 of exact spans per type and micro."""
    ok: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    pred: Counter[str] = Counter()
    for g, p in pairs:
        a, b = spans(g), spans(p)
        for kind in ("PER", "LOC", "ORG"):
            ok[kind] += len({x for x in a & b if x[2] == kind})
            gold[kind] += len({x for x in a if x[2] == kind})
            pred[kind] += len({x for x in b if x[2] == kind})
    out = {k: round(2 * ok[k] / max(1, gold[k] + pred[k]), 4) for k in ("PER", "LOC", "ORG")}
    return out | {"micro": round(2 * ok.total() / max(1, gold.total() + pred.total()), 4)}


def main() -> None:
    """Cross-validate if asked to, train on everything and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="folder that holds ner/ and gold/")
    parser.add_argument("--folds", type=int, default=0, help="cross-validate on ANERcorp and on gold first")
    parser.add_argument("--iterations", type=int, default=80)
    parser.add_argument("--c1", type=float, default=0.1)
    parser.add_argument("--c2", type=float, default=0.05)
    a = parser.parse_args()
    clusters = load_clusters()
    knowledge = WordKnowledge(load_lexicon(), clusters, person_names(), places())
    aner = read_conll(a.shared / "ner" / "anercorp-train.conll", "aner")
    aqmar = read_conll(a.shared / "ner" / "aqmar.conll", "aqmar")
    gold = [project_gold(g) for g in read_gold(a.shared / "gold" / "train" / "gold.jsonl")]
    flat = [s for article in gold for s in article]
    featurize = Featurizer(knowledge)
    scores: dict[str, Any] = {}

    def run(train: list[Sentence]) -> Tagger:
        weights = fit(train, featurize, a.iterations, a.c1, a.c2)
        buffer = io.BytesIO()
        save_model(buffer, weights, knowledge, ())
        buffer.seek(0)
        return Tagger.from_file(buffer, knowledge.lexicon, knowledge.clusters)

    if a.folds:
        blocks = [aner[i : i + 100] for i in range(0, len(aner), 100)]  # neighbouring sentences share their article
        order = list(range(len(blocks)))
        random.Random(SEED).shuffle(order)
        pairs: list[tuple[list[str], list[str]]] = []
        for k in range(a.folds):
            test = [s for n in order[k :: a.folds] for s in blocks[n]]
            held = set(order[k :: a.folds])
            tagger = run([s for n, b in enumerate(blocks) if n not in held for s in b] + aqmar + flat)
            pairs += [(s.labels, tagger.labels(s.words, "aner")) for s in test]
            print("anercorp fold", k, score(pairs), flush=True)
        scores["anercorp_cv"] = score(pairs)
        order = list(range(len(gold)))
        random.Random(SEED).shuffle(order)
        pairs = []
        for k in range(a.folds):
            held = set(order[k :: a.folds])
            tagger = run([s for n, g in enumerate(gold) if n not in held for s in g] + aqmar + aner)
            pairs += [(s.labels, tagger.labels(s.words, "gold")) for n in held for s in gold[n]]
            print("gold fold", k, score(pairs), flush=True)
        scores["gold_cv"] = score(pairs)
    started = time.perf_counter()
    weights = fit(aner + aqmar + flat, featurize, a.iterations, a.c1, a.c2)
    with MODEL.open("wb") as out:
        save_model(out, weights, knowledge, list(clusters))
    print(
        f"trained in {time.perf_counter() - started:.0f} s, {MODEL.stat().st_size / 1e6:.1f} MB, labels {LABELS}",
        scores,
    )
    write_note(
        MODEL,
        seed=SEED,
        scores=scores,
        sources=[
            "ANERcorp, train side of the CAMeL Lab split (Benajiba and Rosso; CC BY-SA 4.0)",
            "AQMAR Arabic Wikipedia NER corpus (Mohit et al.; CC BY-SA 3.0)",
            "Qawl's annotated articles (names only)",
            "arabic-name-romanizer (Wikidata, CC0): name words; Unicode CLDR: territories",
        ],
    )


if __name__ == "__main__":
    main()
