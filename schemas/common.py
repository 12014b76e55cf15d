"""Types that several contracts share: spans, the article's reference, entities."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

# Half-open [start, end) in code points of the article's body as it was sent.
Span = tuple[Annotated[int, msgspec.Meta(ge=0)], Annotated[int, msgspec.Meta(ge=0)]]

ArticleId = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
Version = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]  # RFC 3339, always with an offset
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]

EntityType = Literal["PER", "LOC", "ORG", "MISC"]
ActorKind = Literal["person", "organization", "group", "unnamed"]
StatementType = Literal["direct", "indirect", "mixed"]
CueClass = Literal[
    "neutral",
    "asserted",
    "doubted",
    "denied",
    "demanded",
    "warned",
    "praised",
    "condemned",
    "promised",
    "threatened",
    "expected",
    "asked",
]


class Contract(msgspec.Struct, frozen=True):
    """Base of everything that crosses a topic: immutable, unknown fields ignored.

    Unknown fields are ignored so that a producer may add fields before its consumers know them.
    """


class ArticleReference(Contract, frozen=True, kw_only=True):
    """Which article, in which version, a statement was found in."""

    article_id: ArticleId
    version: Version = 1
    source: str | None = None
    url: str | None = None
    title: str | None = None
    published_at: Instant | None = None
    duplicate_of: ArticleId | None = None


class Entity(Contract, frozen=True, kw_only=True):
    """One mention of a named entity. `text` is the name without attached particles and titles."""

    text: str
    type: EntityType
    span: Span
    actor_id: str | None = None


class Extractor(Contract, frozen=True, kw_only=True):
    """What made a statement: the program, its version, the entity engine."""

    name: str
    version: str
    engine: str
