"""Named entities: people, places, organizations, as token ranges."""

from typing import NamedTuple, Protocol

from schemas import EntityType
from streams.extraction.document import Document


class EntityMention(NamedTuple):
    """An entity as tokens [first, last); `skip` characters of the first token are attached particles."""

    first: int
    last: int
    type: EntityType
    skip: int = 0


class EntityEngine(Protocol):
    """Finds the entities of a document; the same document gives the same entities."""

    name: str

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        """All mentions in order, not overlapping."""
        ...
