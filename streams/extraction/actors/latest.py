"""Who was named last before a place: `الأخير`, `الأخيرة`, and whoever may be meant without a name."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping

from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.entities import EntityMention

_NEAR = 40  # names, or tokens, before a place that are looked at; more would take a long article's square


class Named:
    """The names of one article in their order."""

    def __init__(self, entities: Mapping[int, EntityMention], people: Mapping[EntityMention, ActorDraft]) -> None:
        """`entities` by their first token, `people` whom those of people name."""
        self._entities, self._people = entities, people
        self._at = sorted(first for first, e in entities.items() if e.type == "PER")

    def people_before(self, at: int, many: int) -> list[ActorDraft]:
        """The people named last before token `at`, the nearest first."""
        found: dict[int, ActorDraft] = {}
        for draft in self._backwards(at, _NEAR):
            found.setdefault(id(draft), draft)
            if len(found) == many:
                break
        return list(found.values())

    def person_before(self, at: int) -> ActorDraft | None:
        """`الأخير`: the person named last."""
        return next(self._backwards(at, 1), None)

    def feminine_before(self, at: int, gender: Callable[[int], bool | None]) -> EntityMention | None:
        """`الأخيرة`: the woman, institution or country named last; `gender` tells whether a phrase is feminine."""
        for i in range(at - 1, max(-1, at - _NEAR), -1):
            e = self._entities.get(i)
            if e is None:
                continue
            if self._people[e].feminine if e.type == "PER" else gender(i) is not False:
                return e
        return None

    def _backwards(self, at: int, many: int) -> Iterator[ActorDraft]:
        n = bisect_left(self._at, at)
        return (self._people[self._entities[first]] for first in reversed(self._at[max(0, n - many) : n]))
