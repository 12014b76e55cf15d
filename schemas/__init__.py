"""The contracts of Qawl's topics: typed, versioned, validated on the way in and out."""

from schemas.actor import ActorProfile, AppliedPosition, Role
from schemas.article import Article, ArticleStatus
from schemas.article_state import ArticleState, ToldActor, ToldStatement
from schemas.common import (
    ActorKind,
    ArticleReference,
    CueClass,
    Entity,
    EntityType,
    Extractor,
    Span,
    StatementType,
)
from schemas.deadletter import DeadLetterHeaders, ReplayHeaders
from schemas.enriched import Alias, ArticleActor, EnrichedArticle
from schemas.retraction import Retraction, RetractionReason
from schemas.statement import Actor, Content, Cue, Speaker, Statement, StatementEvent

__all__ = [
    "Actor",
    "ActorKind",
    "ActorProfile",
    "Alias",
    "AppliedPosition",
    "Article",
    "ArticleActor",
    "ArticleReference",
    "ArticleState",
    "ArticleStatus",
    "Content",
    "Cue",
    "CueClass",
    "DeadLetterHeaders",
    "EnrichedArticle",
    "Entity",
    "EntityType",
    "Extractor",
    "ReplayHeaders",
    "Retraction",
    "RetractionReason",
    "Role",
    "Span",
    "Speaker",
    "Statement",
    "StatementEvent",
    "StatementType",
    "ToldActor",
    "ToldStatement",
]
