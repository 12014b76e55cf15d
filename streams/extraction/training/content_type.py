"""Learning whether a content is direct, indirect or mixed, from the annotated types."""

from collections.abc import Iterator, Sequence

from streams.extraction.choices.content_type import TYPES, ContentTypes
from streams.extraction.choices.linear import LinearModel
from streams.extraction.rules.proposals import Proposer
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice, fit

STRENGTH = 0.3
_HALF = 0.5  # share of the content that must be right


def choices(articles: Sequence[GoldArticle]) -> Iterator[Choice]:
    """The decisions at every annotated cue whose content the rules find."""
    for a in articles:
        types = ContentTypes(a.doc, a.lexicon, a.phrases, a.words, LinearModel({}))
        cues = tuple(c for c in a.cues() if a.statement_of(c))
        for proposal in Proposer(a.doc, a.lexicon, a.phrases, a.words).propose(cues):
            statement = a.statement_of(proposal.cue)
            if statement is None or a.shared(proposal) < _HALF:
                continue
            evidence = list(types.features(proposal))
            typed = [[f"{t},{f}" for f in evidence] for t in TYPES]
            yield Choice(typed, [t == statement["type"] for t in TYPES])


def learn(articles: Sequence[GoldArticle]) -> LinearModel:
    """The model."""
    return fit(choices(articles), STRENGTH)
