"""Learning which noun phrase beside a cue is the speaker: right are those that share most with the annotated one."""

from collections.abc import Iterator, Sequence

from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.speaker import Mention, Speakers
from streams.extraction.rules.proposals import Proposal, Proposer
from streams.extraction.training.acceptance import all_ways
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice, fit

STRENGTH = 0.2
_NEARLY = 0.5  # share of the best overlap from which on a candidate is as right as the best


def choices(articles: Sequence[GoldArticle]) -> Iterator[Choice]:
    """The decisions at every annotated cue that the rules propose a content for."""
    for a in articles:
        speakers = Speakers(a.doc, a.lexicon, a.phrases, a.words, LinearModel({}))
        cues = tuple(c for c in a.cues() if a.statement_of(c))
        proposer = Proposer(a.doc, a.lexicon, a.phrases, a.words)
        chosen: list[Proposal] = []
        for ways in all_ways(proposer, cues, frozenset(c.at for c in cues), chosen):
            proposal = max(ways, key=a.shared)
            chosen.append(proposal)
            statement, options = a.statement_of(proposal.cue), speakers.options(proposal)
            if statement is None or options is None:
                continue
            shared = [_shared(a, m, statement["speaker"]) for m in options.links]
            right = [s > 0 and s >= _NEARLY * max(shared) for s in shared]
            yield Choice([list(speakers.features(options, m)) for m in options.links], right)


def _shared(article: GoldArticle, mention: Mention | None, span: list[int] | None) -> float:
    """Intersection over union in characters; 1 where both are None."""
    if mention is None or span is None:
        return float(mention is None and span is None)
    start, end = article.doc.span(*mention)
    common = min(end, span[1]) - max(start, span[0])
    return max(0, common) / (max(end, span[1]) - min(start, span[0]))


def learn(articles: Sequence[GoldArticle]) -> LinearModel:
    """The model."""
    return fit(choices(articles), STRENGTH)
