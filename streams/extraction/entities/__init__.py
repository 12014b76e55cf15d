"""Named entities: people, places, organizations, as token ranges."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from schemas import EntityType
from streams.extraction.document import Document


class EntityMention(NamedTuple):
    """An entity as tokens [first, last); `skip` characters of the first token are attached particles.

    `alef` tells that the name begins with an article whose alef is not written after ل (`للأمم المتحدة`).
    """

    first: int
    last: int
    type: EntityType
    skip: int = 0
    alef: bool = False


class EntityEngine(Protocol):
    """Finds the entities of a document; the same document gives the same entities."""

    name: str

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        """All mentions in order, not overlapping."""
        ...


@runtime_checkable
class BatchEngine(EntityEngine, Protocol):
    """An engine that is quicker when it sees several documents at once: `at_once` of them."""

    at_once: int

    def find_many(self, docs: Sequence[Document]) -> list[tuple[EntityMention, ...]]:
        """The mentions of each document, as `find` has them."""
        ...
