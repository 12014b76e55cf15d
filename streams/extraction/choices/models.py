"""All shipped choices together."""

from typing import NamedTuple

from streams.extraction.choices.linear import FOLDER, LinearModel
from streams.extraction.choices.network import Scorer


class Models(NamedTuple):
    """The shipped choices.

    Which proposals are statements, where contents end and of which type they are, which phrase is the speaker, where it
    ends, who an implied subject and a description stand for, and how probable it is that all of it is right.
    """

    acceptance: Scorer
    content_end: Scorer
    content_type: LinearModel
    speaker: LinearModel
    mention_end: LinearModel
    antecedent: Scorer
    referent: LinearModel
    confidence: LinearModel

    @classmethod
    def load(cls) -> "Models":
        """Read them from `models/`."""
        return cls(
            acceptance=Scorer.load("acceptance"),
            content_end=Scorer.load("content_end"),
            content_type=LinearModel.load(FOLDER / "content_type.tsv"),
            speaker=LinearModel.load(FOLDER / "speaker.tsv"),
            mention_end=LinearModel.load(FOLDER / "mention_end.tsv"),
            antecedent=Scorer.load("antecedent"),
            referent=LinearModel.load(FOLDER / "referent.tsv"),
            confidence=LinearModel.load(FOLDER / "confidence.tsv"),
        )
