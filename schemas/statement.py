"""`statements`: one event for every quotation or reported statement, keyed by its actor."""

from typing import Final, Literal

from schemas.common import (
    ActorKind,
    ArticleReference,
    Contract,
    CueClass,
    Entity,
    Extractor,
    Instant,
    Share,
    Span,
    StatementType,
)

STATEMENT_SCHEMA: Final = "qawl/statement/1"


class Actor(Contract, frozen=True, kw_only=True):
    """Whose words a statement reports. `id` is the key of `statements` and of `actors`.

    `name` is the fullest name without titles, `role` the fullest title the article gives.
    """

    id: str
    name: str
    name_latin: str | None = None
    kind: ActorKind
    role: str | None = None


class Cue(Contract, frozen=True, kw_only=True, rename={"cue_class": "class"}):
    """The reporting word as it stands in the text, its lemma and how it presents the statement.

    On the wire the class is called `class`, which Python does not allow as a name.
    """

    text: str
    lemma: str
    cue_class: CueClass
    span: Span


class Speaker(Contract, frozen=True, kw_only=True):
    """The mention that stands with the cue, title and name together."""

    text: str
    span: Span


class Content(Contract, frozen=True, kw_only=True):
    """What was said. Several spans where the attribution interrupts the quotation."""

    text: str
    spans: tuple[Span, ...]


class Statement(Contract, frozen=True, kw_only=True):
    """A statement inside its article (`EnrichedArticle.statements`)."""

    statement_id: str
    actor: Actor
    via: str | None = None
    type: StatementType
    cue: Cue
    speaker: Speaker | None = None
    content: Content
    mentions: tuple[Entity, ...] = ()
    nested_in: str | None = None
    confidence: Share


class StatementEvent(Statement, frozen=True, kw_only=True):
    """A statement with everything a subscriber needs to use it alone."""

    article: ArticleReference
    extractor: Extractor
    extracted_at: Instant
    schema: Literal["qawl/statement/1"] = STATEMENT_SCHEMA
