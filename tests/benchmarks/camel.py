"""The camel engine's labels beside `NERecognizer.predict`: words/s of both, and whether all labels are equal.

    python -m tests.benchmarks.camel [--blocks N] [--threads N] [--model FOLDER]

The model is a BERT-base of random weights, made on the spot: speed does not depend on what it has learned. Both label
the same blocks of sentences of the corpus in turn: what a machine's load does to one it does to the other. CPU time
stands beside the time of the clock because other work on the machine counts in the latter only.
"""

import argparse
import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

from schemas.codec import decode_article
from streams.extraction.document import read
from streams.extraction.entities.camel import CamelEngine
from streams.extraction.entities.recognizer import Recognizer
from streams.extraction.tokens import LINE
from tests.benchmarks.common import heading, news, peak_megabytes, table
from tests.random_bert import make_model

_ARTICLES_IN_BLOCK = CamelEngine.at_once  # as many as a worker gives to the engine at once
_VOCABULARY, _ARTICLES_OF_VOCABULARY = 30_000, 1500


@dataclass(slots=True)
class Spent:
    """Seconds by the clock and of the processor."""

    wall: float = 0.0
    cpu: float = 0.0

    def on(self, work: Callable[[], list[list[str]]]) -> list[list[str]]:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        return result


def blocks() -> Iterator[list[list[str]]]:
    """Sentences, as words, of a few articles each."""
    docs = (read(decode_article(line).body) for line in news(None))
    while some := list(itertools.islice(docs, _ARTICLES_IN_BLOCK)):
        yield [
            [doc.tokens[i].form.text for i in range(s.first, s.last) if doc.kinds[i] is not LINE]
            for doc in some
            for s in doc.sentences
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=4, help=f"blocks of {_ARTICLES_IN_BLOCK} articles to label")
    parser.add_argument("--threads", type=int, default=1, help="cores to compute on")
    parser.add_argument("--model", type=Path, help="a model to use instead of random weights")
    a = parser.parse_args()
    import torch

    torch.set_num_threads(a.threads)
    title = heading(f"The camel engine, {a.threads} thread" + "s" * (a.threads > 1))
    with tempfile.TemporaryDirectory() as folder:
        if "CAMELTOOLS_DATA" not in os.environ:
            os.environ["CAMELTOOLS_DATA"] = f"{folder}/data"
            Path(folder, "data").mkdir()
            Path(folder, "data/catalogue.json").write_text('{"version": "0", "packages": {}, "components": {}}')
        texts = (decode_article(line).body for line in news(_ARTICLES_OF_VOCABULARY))
        model = a.model or make_model(Path(folder, "model"), texts, vocabulary=_VOCABULARY)
        from camel_tools.ner import NERecognizer

        theirs = NERecognizer(str(model), use_gpu=False)
        ours = Recognizer(theirs)
    of_theirs, of_ours = Spent(), Spent()
    sentences = words = pieces = labels = differing = 0
    ours.labels([["نعم"]])  # the first call of a model is slow
    for block in itertools.islice(blocks(), a.blocks):
        expected = of_theirs.on(lambda block=block: theirs.predict(block))  # type: ignore[misc]
        got = of_ours.on(lambda block=block: ours.labels(block))  # type: ignore[misc]
        for sentence, labelled, wanted in zip(block, got, expected, strict=True):
            of_words = [len(theirs.tokenizer.tokenize(word)) for word in sentence]
            kept = [label for label, n in zip(labelled, of_words, strict=True) if n]
            differing += sum(x != y for x, y in zip(kept, wanted, strict=True))
            labels += len(kept)
            pieces += sum(of_words)
        sentences += len(block)
        words += sum(map(len, block))
    rows = [
        [
            name,
            f"{words / s.wall:,.0f}",
            f"{words / s.cpu:,.0f}",
            f"{of_theirs.wall / s.wall:.1f}",
            f"{of_theirs.cpu / s.cpu:.1f}",
        ]
        for name, s in (("`NERecognizer.predict`", of_theirs), ("camel engine", of_ours))
    ]
    columns = ["", "words/s", "words/s of CPU time", "times as fast", "by CPU time"]
    print(
        f"{title}\n{sentences:,} sentences, {words:,} words of {pieces / words:.2f} pieces; of {labels:,} labels",
        end=" ",
    )
    print(f"{differing} differ. Peak memory {peak_megabytes():,.0f} MB.\n\n{table(columns, rows)}")


if __name__ == "__main__":
    main()
