"""Learning where a speaker's mention ends, from the annotated speakers."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice, fit

STRENGTH = 0.3


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
