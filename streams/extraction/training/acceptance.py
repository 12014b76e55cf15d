"""Train the acceptance model: which proposals of the rules are statements.

    python -m streams.extraction.training.acceptance ../shared/gold/train/gold.jsonl

Logistic regression (L2, scikit-learn) over the features of `streams.extraction.acceptance`; a proposal is right if its
cue is a gold cue. Cross-validated over whole articles.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from streams.extraction.acceptance import MODEL, features
from streams.extraction.cue import find_cues
from streams.extraction.document import read
from streams.extraction.entities.builtin import BuiltinEngine
from streams.extraction.lexicon import load_lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.proposals import propose
from streams.extraction.training.entity_data import read_gold
from streams.extraction.training.provenance import write_note
from streams.extraction.words.encoder import Encoder
from streams.extraction.words.morphology import load_morphology

SEED = 20261124


def examples(path: Path) -> tuple[list[dict[str, float]], list[bool], list[int]]:
    """(features, is a statement, number of its article) of every proposal in the gold articles."""
    lexicon = load_lexicon()
    encoder = Encoder.load(lexicon, load_morphology())
    engine = BuiltinEngine(encoder, encoder.weights.words)
    rows: list[dict[str, float]] = []
    right: list[bool] = []
    articles: list[int] = []
    for number, gold in enumerate(read_gold(path)):
        doc = read(str(gold["body"]))
        spans = [tuple(s["cue"]) for s in gold["statements"] if s["cue"]]  # type: ignore[attr-defined]
        words = encoder.in_context(doc)
        phrases = Phrases(doc, lexicon, words, engine.find(doc))
        for p in propose(doc, lexicon, phrases, find_cues(doc, lexicon), every=True).statements:
            token = doc.tokens[p.cue.at]
            rows.append(dict.fromkeys(features(doc, lexicon, phrases, words, p), 1.0))
            right.append(any(a < token.end and token.start < b for a, b in spans))
            articles.append(number)
    return rows, right, articles


def main() -> None:
    """Train, cross-validate and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--strength", type=float, default=0.3, help="inverse of the regularization")
    a = parser.parse_args()
    rows, right, articles = examples(a.gold)
    vectorizer = DictVectorizer()
    x, y, groups = vectorizer.fit_transform(rows), np.array(right), np.array(articles)
    order = sorted(set(articles))
    random.Random(SEED).shuffle(order)
    predicted = np.zeros(len(y), bool)
    for k in range(5):
        held = np.isin(groups, order[k::5])
        model = LogisticRegression(C=a.strength, max_iter=400).fit(x[~held], y[~held])
        predicted[held] = model.predict(x[held])
    precision, recall = y[predicted].mean(), predicted[y].mean()
    scores = {
        "proposals": len(y),
        "right": int(y.sum()),
        "cv_accuracy": round(float((predicted == y).mean()), 4),
        "cv_precision": round(float(precision), 4),
        "cv_recall": round(float(recall), 4),
    }
    print(scores)
    model = LogisticRegression(C=a.strength, max_iter=400).fit(x, y)
    weights = {
        name: w for name, w in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True) if abs(w) >= 0.01
    }
    with MODEL.open("w", encoding="utf-8") as out:
        out.write("# feature of streams.extraction.acceptance, weight (log-odds)\n")
        out.write(f"bias\t{model.intercept_[0]:.4f}\n")
        out.writelines(f"{name}\t{w:.4f}\n" for name, w in sorted(weights.items()))
    write_note(MODEL, seed=SEED, scores=scores, sources=["Qawl's annotated articles (cue positions)"])


if __name__ == "__main__":
    main()
