"""Which statements a client wants: the filters of the stream and of the list of statements, one for both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from schemas import ActorKind, CueClass, Retraction, StatementEvent, StatementType
from streams.extraction.text import name_key
from streams.gateway.words import query_keys, text_keys

MOST_VALUES = 20  # of one filter
MOST_CHARS = 200  # of one value
NO_WORD = ("",)
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(ActorKind),
    "type": get_args(StatementType),
    "class": get_args(CueClass),
}
PARAMETERS = ("actor", *_CHOICES, "source", "q", "min_confidence")


class InvalidParameter(ValueError):
    """A query parameter that cannot be used: its name, and what was expected."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: {expected}")
        self.name, self.expected = name, expected


@dataclass(frozen=True)
class Selection:
    """The statements that fit all of its parts; an empty part fits all. Within a part one value is enough.

    `actors` are ids or names, `words` the keys of words that the content must all have.
    """

    actors: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    min_confidence: float = 0.0

    @classmethod
    def of(cls, query: Mapping[str, Sequence[str]]) -> "Selection":
        """From the values of each query parameter.

        Raises:
            InvalidParameter: a value that cannot be.
        """
        for name in PARAMETERS:
            values = query.get(name, ())
            if len(values) > MOST_VALUES:
                raise InvalidParameter(name, f"expected at most {MOST_VALUES} values")
            for value in values:
                if not value.strip() or len(value) > MOST_CHARS or "\0" in value:
                    raise InvalidParameter(name, f"expected text of 1 to {MOST_CHARS} characters")
                if name in _CHOICES and value not in _CHOICES[name]:
                    raise InvalidParameter(name, f"expected one of {', '.join(_CHOICES[name])}")
        return cls(
            actors=frozenset(query.get("actor", ())),
            kinds=frozenset(query.get("kind", ())),
            types=frozenset(query.get("type", ())),
            classes=frozenset(query.get("class", ())),
            sources=frozenset(query.get("source", ())),
            words=_words(query.get("q", ())),
            min_confidence=_share(query.get("min_confidence", ())),
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The actors asked for as keys of names, which is what they are where they are no ids."""
        return frozenset(filter(None, map(name_key, self.actors)))

    @cached_property
    def takes_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self == Selection()

    def takes(self, event: StatementEvent | Retraction) -> bool:
        """Whether the statement is wanted.

        What takes a statement back does not tell its kind or its words: it is wanted wherever the statement may have
        been, and names one that a client may never have got.
        """
        if self.takes_all:
            return True
        if isinstance(event, Retraction):
            return (not self.sources or event.article.source in self.sources) and (
                not self.actors or event.actor_id in self.actors or any(":" not in actor for actor in self.actors)
            )
        return (
            (not self.actors or self._is_wanted(event.actor.id, (event.actor.name, event.actor.name_latin)))
            and (not self.kinds or event.actor.kind in self.kinds)
            and (not self.types or event.type in self.types)
            and (not self.classes or event.cue.cue_class in self.classes)
            and (not self.sources or event.article.source in self.sources)
            and event.confidence >= self.min_confidence
            and (not self.words or self.words <= set(text_keys(event.content.text)))
        )

    def _is_wanted(self, actor_id: str, names: Iterable[str | None]) -> bool:
        return actor_id in self.actors or any(name and name_key(name) in self.names for name in names)


def _words(queries: Sequence[str]) -> frozenset[str]:
    """A query of marks alone asks for a word that no content has."""
    return frozenset(key for query in queries for key in query_keys(query)) or frozenset(NO_WORD if queries else ())


def _share(values: Sequence[Any]) -> float:
    if not values:
        return 0.0
    try:
        found = float(values[-1])
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= 1.0:
        raise InvalidParameter("min_confidence", "expected a number from 0 to 1")
    return found
