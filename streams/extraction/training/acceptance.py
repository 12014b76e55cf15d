"""Learning which proposals of the rules are statements: those whose cue and content are annotated.

Of several ways to read a cue the one is right whose content is most like the annotated one.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from streams.extraction.choices.acceptance import features, numbers
from streams.extraction.choices.network import Scorer
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.proposals import Proposal, Proposer
from streams.extraction.training import network
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice

STRENGTH = 0.12
_HALF = 0.5  # of the words that a proposal's content and the annotated one have, those that both have
_NEARLY = 0.01  # a proposal that has so much less than the best of its cue is not right


def choices(articles: Sequence[GoldArticle]) -> Iterator[Choice]:
    """A choice among the ways to read each cue, and nothing; `bias` is a feature of all ways.

    A cue that follows its content is read beside those that are annotated before it.
    """
    for a in articles:
        cues = a.cues()
        reporting = frozenset(c.at for c in cues if a.statement_of(c))
        proposer = Proposer(a.doc, a.lexicon, a.phrases, a.words)
        chosen: list[Proposal] = []
        for ways in all_ways(proposer, cues, reporting, chosen):
            shares = [a.reached(p) for p in ways]
            right = [share > max(_HALF, *shares) - _NEARLY for share in shares]
            evidence = [["bias", *features(a.doc, a.lexicon, a.phrases, a.words, p)] for p in ways]
            yield Choice([*evidence, []], [*right, not any(right)], numbers(a.doc, a.words, ways))
            if any(right):
                chosen.append(ways[right.index(True)])


def all_ways(
    proposer: Proposer, cues: tuple[Cue, ...], reporting: frozenset[int], chosen: Sequence[Proposal]
) -> Iterator[list[Proposal]]:
    """All ways to read each cue that has some; `chosen` are those that the annotators chose before it."""
    ahead = {at: list(ways) for at, ways in groupby(proposer.propose(cues, ends=reporting), key=lambda p: p.cue.at)}
    ends = reporting.union(c.at for c in cues if proposer.trails(c))
    for cue in cues:
        ways = list(proposer.trailing(cue, chosen, ends)) if proposer.trails(cue) else ahead.get(cue.at)
        if ways:
            yield ways


def learn(articles: Sequence[GoldArticle]) -> Scorer:
    """The model."""
    return network.learn(choices(articles), STRENGTH)
