"""Learning where a content ends, from the annotated contents."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from streams.extraction.choices.content_end import ContentEnds
from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.network import Scorer
from streams.extraction.rules.proposals import Proposer
from streams.extraction.training import network
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice

STRENGTH = 0.3


def choices(articles: Sequence[GoldArticle]) -> Iterator[Choice]:
    """The decisions at every annotated cue whose content the rules begin rightly."""
    for a in articles:
        cues = tuple(c for c in a.cues() if a.statement_of(c))
        reporting = frozenset(c.at for c in cues)
        ends = ContentEnds(a.doc, a.lexicon, a.phrases, a.words, reporting, Scorer(LinearModel({})))
        starts = [t.start for t in a.doc.tokens]
        for proposal in Proposer(a.doc, a.lexicon, a.phrases, a.words).propose(cues):
            statement = a.statement_of(proposal.cue)
            if statement is None or not a.begins_right(proposal):
                continue
            last = bisect_left(starts, statement["content"][-1][1])
            found = ends.candidates(proposal)
            last = max((i + 1 for i in range(last) if a.is_word(i)), default=0)
            right = [e.last == last for e in found]
            yield Choice(list(ends.features(proposal, found)), right, ends.numbers(proposal, found))


def learn(articles: Sequence[GoldArticle]) -> Scorer:
    """The model."""
    return network.learn(choices(articles), STRENGTH)
