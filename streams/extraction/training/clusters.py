"""Word clusters from raw news: words that stand in the same contexts get the same number.

    python -m streams.extraction.training.clusters ../shared/corpus/large.jsonl.gz

Co-occurrence of the most frequent words with their neighbours to the left and right (positive pointwise mutual
information, direction-sensitive, window 2), reduced by truncated SVD (Levy and Goldberg 2014), grouped by k-means in
two granularities. Needs the `train` extra; takes some ten minutes on one core and 3 GB of memory.
"""

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize as unit_rows

from streams.extraction.tokens import Kind, tokenize
from streams.extraction.training.provenance import write_note

SEED = 20261124
WORDS = 50_000
CONTEXTS = 3_000
DIMENSIONS = 100
FINE, COARSE = 512, 64
TARGET = Path(__file__).parent.parent / "models" / "clusters.tsv"


def read_words(path: Path) -> tuple[list[str], np.ndarray]:
    """Vocabulary by falling frequency and the corpus as indices into it (-1: rare word or sentence edge)."""
    counts: Counter[str] = Counter()
    texts: list[list[str]] = []
    seen: set[int] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            body = json.loads(line)["body"]
            if hash(body[:200]) in seen:
                continue  # agencies' texts come several times
            seen.add(hash(body[:200]))
            words = [
                t.form.norm if t.form.kind is Kind.WORD else "#" if t.form.kind is Kind.NUMBER else "."
                for t in tokenize(body)
            ]
            texts.append(words)
            counts.update(words)
    vocabulary = [w for w, _ in counts.most_common(WORDS)]
    index = {w: i for i, w in enumerate(vocabulary)}
    total = sum(len(t) + 2 for t in texts)
    ids = np.full(total, -1, dtype=np.int32)
    at = 0
    for words in texts:
        ids[at : at + len(words)] = [index.get(w, -1) for w in words]
        at += len(words) + 2
    return vocabulary, ids


def ppmi(ids: np.ndarray, words: int) -> csr_matrix:
    """Rows are words, columns (offset, context word); positive pointwise mutual information, smoothed by 0.75."""
    blocks = []
    for n, offset in enumerate((-2, -1, 1, 2)):
        a, b = (ids[:-offset], ids[offset:]) if offset > 0 else (ids[-offset:], ids[:offset])
        keep = (a >= 0) & (b >= 0) & (b < CONTEXTS)
        blocks.append(
            coo_matrix((np.ones(keep.sum(), np.float32), (a[keep], b[keep] + n * CONTEXTS)), (words, 4 * CONTEXTS))
        )
    counts = sum(b.tocsr() for b in blocks).tocoo()
    rows = np.asarray(counts.tocsr().sum(1)).ravel()
    columns = np.asarray(counts.tocsr().sum(0)).ravel() ** 0.75
    value = np.log(counts.data * columns.sum() / (rows[counts.row] * columns[counts.col]) + 1e-12)
    keep = value > 0
    return csr_matrix((value[keep], (counts.row[keep], counts.col[keep])), counts.shape)


def main() -> None:
    """Make the clusters and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    arguments = parser.parse_args()
    vocabulary, ids = read_words(arguments.corpus)
    print(f"{len(ids):,} tokens, {len(vocabulary):,} words, rarest kept: {vocabulary[-1]}")
    svd = TruncatedSVD(DIMENSIONS, random_state=SEED, n_iter=4)
    vectors = unit_rows(svd.fit_transform(ppmi(ids, len(vocabulary))))
    labels = []
    for k in (FINE, COARSE):
        model = MiniBatchKMeans(k, random_state=SEED, batch_size=4096, n_init=3, max_iter=60)
        model.fit(vectors[:20_000])
        labels.append(model.predict(vectors))
    with TARGET.open("w", encoding="utf-8") as out:
        out.write(f"# word (normalized), cluster of {FINE}, cluster of {COARSE}; by falling frequency\n")
        out.writelines(f"{w}\t{a}\t{b}\n" for w, a, b in zip(vocabulary, *labels, strict=True))
    write_note(
        TARGET,
        seed=SEED,
        scores={
            "explained_variance": round(float(svd.explained_variance_ratio_.sum()), 3),
            "tokens": int((ids >= 0).sum()),
        },
        sources=["60,331 Arabic news articles (counts only; no text is kept)"],
    )


if __name__ == "__main__":
    main()
