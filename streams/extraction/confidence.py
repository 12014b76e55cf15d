"""How sure a statement is, from the evidence that made it."""

from streams.extraction.actors import ArticleActorDraft
from streams.extraction.statements import StatementDraft

# First estimates from the share of right statements by construction on the training articles (2026-11-24).
_BY_CONSTRUCTION = {"verb": 0.85, "participle": 0.8, "noun": 0.6, "preposition": 0.6, "as_said": 0.6}


def confidence(draft: StatementDraft, actor: ArticleActorDraft) -> float:
    """A share between 0 and 1: construction of the cue, a speaker in the text, a name behind it."""
    value = _BY_CONSTRUCTION[draft.cue.construction]
    if draft.nominal:
        value -= 0.3
    if draft.mention is None:
        value -= 0.1
    if actor.kind in ("unnamed", "group"):
        value -= 0.1
    if draft.nested_in is not None:
        value -= 0.15
    return round(max(0.05, value), 2)
