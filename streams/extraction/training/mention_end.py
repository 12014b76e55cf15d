"""Learning where a speaker's mention ends, from the annotated speakers.

    python -m streams.extraction.training.mention_end ../shared DRAWN

`training.choices` learns it with all other choices. The command lets the shipped model go on learning, from gold/train
and the annotated news that was drawn together as DRAWN, which it has not learned from.
"""

import argparse
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from streams.extraction.choices.linear import FOLDER, LinearModel
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.training.annotated_news import annotated_news
from streams.extraction.training.entity_data import read_gold
from streams.extraction.training.folds import FOLDS, folds_of
from streams.extraction.training.gold_articles import GoldArticle, seen_by_shipped
from streams.extraction.training.provenance import write_note
from streams.extraction.training.ranking import Choice, fit, right, write

SEED = 20261128
SOURCES = ["Qawl's annotated articles, train", "raw Arabic news articles annotated for Qawl (no text is kept)"]
STRENGTH = 0.3
FURTHER = 0.05  # the same of what is learned on top of a model


def choices(articles: Sequence[GoldArticle]) -> Iterator[Choice]:
    """The decisions at every annotated speaker."""
    for a in articles:
        mention_ends = MentionEnds(a.doc, a.lexicon, a.phrases, a.words, LinearModel({}))
        starts = [t.start for t in a.doc.tokens]
        for statement in a.gold["statements"]:
            if not statement["speaker"] or not statement["cue"]:
                continue
            start, end = statement["speaker"]
            first = bisect_left(starts, start)
            if first >= len(starts) or starts[first] != start:
                continue
            cue, sentence = bisect_left(starts, statement["cue"][0]), a.doc.sentences[a.doc.sentence_of[first]]
            limit = cue if first < cue else sentence.last
            content = bisect_left(starts, statement["content"][0][0])
            if first < content:
                limit = min(limit, content)
            rule = a.phrases.end(first, limit)
            if rule <= first:
                continue
            ends = mention_ends.candidates(first, rule, limit)
            right = [a.doc.tokens[e - 1].end == end for e in ends]
            yield Choice(list(mention_ends.features(first, rule, ends)), right)


def learn(articles: Sequence[GoldArticle]) -> LinearModel:
    """The model."""
    return fit(choices(articles), STRENGTH)


def main() -> None:
    """Cross-validate by whole articles what is learned further, learn it from all and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("drawn")
    a = parser.parse_args()
    gold = read_gold(a.shared / "gold" / "train" / "gold.jsonl")
    news = [x for x in annotated_news(a.shared) if x.get("drawn") == a.drawn]
    decisions = [list(choices([article])) for article in seen_by_shipped([*gold, *news])]
    shipped = LinearModel.load(FOLDER / "mention_end.tsv")

    def of(numbers: Iterable[int]) -> list[Choice]:
        return list(chain.from_iterable(decisions[n] for n in numbers))

    scores: dict[str, object] = {"articles": len(gold), "news": len(news)}
    parts = folds_of(len(decisions), FOLDS)
    models = [fit(of(n for n in range(len(decisions)) if n not in held), FURTHER, shipped) for held in parts]
    for name, numbers in (("gold", range(len(gold))), ("news", range(len(gold), len(decisions)))):
        scores |= {f"{name}_mentions": len(of(numbers)), f"{name}_before": right(of(numbers), shipped)}
        held_out = (right(of(sorted(part.intersection(numbers))), m) for part, m in zip(parts, models, strict=True))
        scores[f"{name}_cv"] = sum(held_out)
    print(scores)
    path = FOLDER / "mention_end.tsv"
    write(fit(of(range(len(decisions))), FURTHER, shipped), path, "streams.extraction.choices.mention_end")
    write_note(path, seed=SEED, scores=scores, sources=SOURCES)


if __name__ == "__main__":
    main()
