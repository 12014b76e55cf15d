"""`statements` also holds what takes a statement back: the same topic and the same key, so that order is kept."""

from typing import Final, Literal

from schemas.common import ArticleReference, Contract, Instant

RETRACTION_SCHEMA: Final = "qawl/retraction/1"
RetractionReason = Literal["corrected", "withdrawn"]


class Retraction(Contract, frozen=True, kw_only=True):
    """A statement that its article no longer makes. `actor_id` is the key of the record, as it was the statement's.

    `article` is the version that takes it back. `alias` and `role` are what the statement gave to the actor's profile,
    and `article_remains` tells whether the article still has other statements of the actor: with them the profile can
    be put right by whoever keeps one.
    """

    statement_id: str
    actor_id: str
    reason: RetractionReason
    article: ArticleReference
    alias: str | None = None
    role: str | None = None
    article_remains: bool = False
    retracted_at: Instant
    schema: Literal["qawl/retraction/1"] = RETRACTION_SCHEMA
