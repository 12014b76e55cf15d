"""Word vectors and word clusters from raw news.

    python -m streams.extraction.training.vectors ../shared/corpus WORK

Skip-gram with negative sampling (Mikolov et al. 2013; gensim) over normalized words, numbers as "0"; k-means in two
granularities over the unit vectors. Writes WORK/vectors.npz for `training.encoder`, which ships what it needs of it.
Two threads: another run gives vectors of the same quality, not the same bits. Some eight minutes on two cores.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from streams.extraction.tokens import LINE, NUMBER, tokenize

SEED = 1
WIDTH, WINDOW, NEGATIVE, LEAST_COUNT, WORDS, EPOCHS = 96, 4, 6, 6, 70_000, 4
FINE, COARSE = 512, 64
CLUSTERED = 25_000  # the most frequent words make the clusters, all are put into one


class Paragraphs:
    """The corpus as paragraphs of normalized words; read anew by each epoch."""

    def __init__(self, corpus: Path) -> None:
        """`corpus` is the folder of large.jsonl.gz and news.jsonl.gz."""
        self._corpus = corpus

    def __iter__(self) -> Iterator[list[str]]:
        """Each paragraph in turn."""
        for name in ("large.jsonl.gz", "news.jsonl.gz"):
            with gzip.open(self._corpus / name, "rt", encoding="utf-8") as lines:
                for line in lines:
                    words: list[str] = []
                    for token in tokenize(json.loads(line)["body"]):
                        if token.form.kind is LINE:
                            if words:
                                yield words
                            words = []
                        else:
                            words.append("0" if token.form.kind is NUMBER else token.form.norm)
                    if words:
                        yield words


def train(corpus: Path, work: Path) -> Any:
    """The gensim model's keyed vectors."""
    from gensim.models import Word2Vec
    from gensim.models.word2vec import LineSentence

    text = work / "corpus.txt"
    with text.open("w", encoding="utf-8") as out:
        out.writelines(" ".join(words) + "\n" for words in Paragraphs(corpus))
    model = Word2Vec(
        LineSentence(str(text), max_sentence_length=400),
        vector_size=WIDTH,
        window=WINDOW,
        sg=1,
        negative=NEGATIVE,
        min_count=LEAST_COUNT,
        max_final_vocab=WORDS,
        epochs=EPOCHS,
        workers=2,
        seed=SEED,
        sample=1e-4,
    )
    return model.wv


def clusters(unit: Any) -> Any:
    """(words, 2) numbers of the fine and the coarse cluster of each unit vector."""
    columns = []
    for k in (FINE, COARSE):
        model = MiniBatchKMeans(k, random_state=SEED, batch_size=8192, n_init=1, max_iter=40)
        columns.append(model.fit(unit[:CLUSTERED]).predict(unit))
    return np.stack(columns, 1).astype(np.int16)


def main() -> None:
    """Train and write the vectors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("work", type=Path, help="folder for what is not shipped")
    a = parser.parse_args()
    vectors = train(a.corpus, a.work)
    unit = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    words = np.frombuffer("\n".join(vectors.index_to_key).encode(), np.uint8)
    np.savez(a.work / "vectors.npz", words=words, unit=unit.astype(np.float32), clusters=clusters(unit))


if __name__ == "__main__":
    main()
