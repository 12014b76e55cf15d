"""Knowing the words: speed of tokens, encoder and builtin entities, share of running words known, size and load time.

    python -m tests.benchmarks.words [--articles N]

The baseline, tokenization of forms that are known by then, runs over the same articles in the same run, block by block.
"""

import argparse
import itertools
import os
import time
from pathlib import Path

# One core: numpy's linear algebra would take all of them. Set before numpy is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

from schemas.codec import decode_article
from streams.cli.memory import keep_loaded
from streams.extraction.document import read
from streams.extraction.entities.builtin import BuiltinEngine
from streams.extraction.lexicon import load_lexicon
from streams.extraction.tokens import WORD, tokenize
from streams.extraction.words.encoder import MODEL, Encoder
from streams.extraction.words.morphology import TABLE, Morphology, load_morphology
from tests.benchmarks.common import heading, news, peak_megabytes, table

_BLOCK = 200
_BASELINE = "baseline: tokenization of known forms alone"


def knowledge(morphology: Morphology, encoder: Encoder, bodies: list[str]) -> str:
    """How much of the running words is known, and how often the context agrees with a word's only reading."""
    words = known = single = agreed = 0
    for body in bodies:
        doc = read(body)
        categories = encoder.in_context(doc).categories
        for i, token in enumerate(doc.tokens):
            if token.form.kind is not WORD or token.form.text.isascii():
                continue
            words += 1
            analysis = morphology.analyse(token.form.written)
            if analysis.known:
                known += 1
                if len(analysis.categories()) == 1:
                    single += 1
                    agreed += analysis.readings[0].category == categories[i]
    return (
        f"Of {words:,} running words {known / words:.1%} are in the table. Where a word has one category "
        f"({single / words:.1%}), the encoder names it in {agreed / single:.2%}."
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_585)
    a = parser.parse_args()
    print(heading("Words and entities, one core"))
    began = time.perf_counter()
    morphology = load_morphology()
    table_seconds = time.perf_counter() - began
    encoder = Encoder.load(load_lexicon(), morphology)
    loaded = time.perf_counter() - began
    engine = BuiltinEngine(encoder, encoder.weights.words)
    keep_loaded()  # as every command does
    articles = words = 0
    stages = ("tokens, sentences, quotations", "encoder", "entities")
    spent = dict.fromkeys([*stages, _BASELINE], 0.0)
    bodies = (decode_article(line).body for line in news(a.articles))
    sample: list[str] = []
    for block in iter(lambda: list(itertools.islice(bodies, _BLOCK)), []):
        articles += len(block)
        sample += block[:20]
        for body in block:  # as an article takes them: every form cold that has not been met
            marks = [time.perf_counter()]
            doc = read(body)
            marks.append(time.perf_counter())
            if doc.tokens:
                encoder.read(doc)
            marks.append(time.perf_counter())
            engine.find(doc)
            marks.append(time.perf_counter())
            words += sum(kind is WORD for kind in doc.kinds)
            for name, first, last in zip(stages, marks, marks[1:], strict=False):
                spent[name] += last - first
        begun = time.perf_counter()
        for body in block:
            tokenize(body)
        spent[_BASELINE] += time.perf_counter() - begun
    together = sum(spent[s] for s in stages)
    rows = [("tokens, encoder and entities together", together), *spent.items()]
    print(f"{articles:,} articles, {words:,} words; peak memory {peak_megabytes():.0f} MB.\n")
    print(
        table(
            ["", "articles/s", "words/s", "ms/article", "of the three together"],
            [
                [n, f"{articles / s:,.0f}", f"{words / s:,.0f}", f"{1000 * s / articles:.3f}", f"{s / together:.1%}"]
                for n, s in rows
            ],
        )
    )
    shipped = sum(f.stat().st_size for f in MODEL.parent.iterdir()) / 1e6
    print(f"\n{knowledge(morphology, encoder, sample)}")
    print(
        f"Shipped models: {shipped:.1f} MB: {_megabytes(MODEL)} {MODEL.name}, {_megabytes(TABLE)} {TABLE.name}. "
        f"Loading takes {loaded:.2f} s, of which the table {table_seconds:.2f} s."
    )


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
