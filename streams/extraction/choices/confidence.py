"""Confidence: how probable it is that a statement's content and actor are both right.

Learned from what cross-validation got right and wrong in the annotated articles (`training/choices.py`): of the
statements that are given 0.8, four in five are right.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Protocol

from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.rules.proposals import Proposal

_EDGES = (0.3, 0.45, 0.6, 0.7, 0.8, 0.87, 0.92, 0.96, 0.985)  # between the levels of a probability


class Judged(Protocol):
    """What confidence is read from: probabilities of being a statement, of the mention, the content's end …"""

    proposal: Proposal
    probability: float
    speaker_share: float
    end_share: float
    antecedent_share: float

    @property
    def actor(self) -> ActorDraft | None:
        """Whose statement it is."""


def level(probability: float) -> int:
    """One of ten levels.

    >>> level(0.2), level(0.75), level(0.99)
    (0, 4, 9)
    """
    return bisect_right(_EDGES, probability)


def features(judged: Judged) -> Iterator[str]:
    """The evidence, as feature names."""
    proposal, actor = judged.proposal, judged.actor
    reading = proposal.cue.reading
    yield f"statement={level(judged.probability)}"
    yield f"statement={level(judged.probability)},{proposal.opener}"
    yield f"form={reading.form},{proposal.opener}"
    yield f"end={level(judged.end_share)},{proposal.opener}"
    yield f"end={level(judged.end_share)}"
    yield f"type={proposal.content.type}"
    yield f"lemma={reading.entry.lemma}"
    if actor is None:
        return
    how = "implied" if proposal.mention is None else "named" if actor.named else "described"
    share = judged.antecedent_share if how == "implied" else judged.speaker_share
    yield f"share={level(share)},{how == 'implied'}"
    yield f"share={level(share)},{how},{actor.kind}"
    yield f"how={how},{actor.kind}"
    yield f"mentions={min(len(actor.positions), 6)},{how}"
    yield f"words={min(len(actor.words), 7)},{actor.kind},{how}"
    yield f"role={actor.role is not None},{actor.kind}"
