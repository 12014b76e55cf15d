"""What has come back of a feed: which articles are answered, which of their statements were seen."""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from schemas import EnrichedArticle, StatementEvent

_QUIET_SECONDS = 3.0
Position = tuple[int, int]  # partition and offset in articles.raw


@dataclass(slots=True)
class Tally:
    """Articles of a feed, and what was read of them.

    On a Kafka that is in use other feeds' results come by too: only those of the articles expected here count. Results
    come in any order: a statement before its article's enriched event, a dead letter before the producer has told where
    its article stands, anything twice where a worker was restarted.
    """

    articles: int = 0
    answered: int = 0
    dead_letters: int = 0
    statements: int = 0
    actors: set[str] = field(default_factory=set)
    _open: Counter[str | None] = field(default_factory=Counter)  # articles without an answer, by id
    _placed: dict[Position, str | None] = field(default_factory=dict)
    lines: dict[Position, int] = field(default_factory=dict)  # of the feed, where its articles stand
    _early: set[Position] = field(default_factory=set)
    _missing: Counter[tuple[str, str]] = field(default_factory=Counter)

    def expect(self, article_id: str | None) -> None:
        """An article is about to be published; None where its id cannot be read."""
        self.articles += 1
        self._open[article_id] += 1

    def placed(self, article_id: str | None, position: Position, line: int) -> None:
        """An expected article, which this line of the feed holds, stands at this position."""
        self._placed[position] = article_id
        self.lines[position] = line
        if position in self._early:
            self._early.remove(position)
            self.dead_letter(position)

    def enriched(self, event: EnrichedArticle) -> None:
        """An enriched event answers one article of its id."""
        if self._open[event.article_id] > 0:
            self._answer(event.article_id)
            for statement in event.statements:
                self._count(event.article_id, statement.statement_id, 1)

    def statement(self, event: StatementEvent) -> None:
        """A statement of one of the articles."""
        article_id = event.article.article_id
        if article_id in self._open:
            self.statements += 1
            self.actors.add(event.actor.id)
            self._count(article_id, event.statement_id, -1)

    def dead_letter(self, position: Position) -> None:
        """A dead letter answers the article that stood at this position."""
        if position not in self._placed:
            self._early.add(position)
            return
        article_id = self._placed.pop(position)
        if self._open[article_id] > 0:
            self._answer(article_id)
            self.dead_letters += 1

    def complete(self, *, quiet: float) -> bool:
        """Whether every article is answered, and every statement of the enriched ones was seen.

        On a Kafka in use, what was told of an article before is not told again: then this is so after some seconds in
        which nothing came.
        """
        seen = all(n <= 0 for n in self._missing.values())
        return self.answered == self.articles and (seen or quiet > _QUIET_SECONDS)

    def _answer(self, article_id: str | None) -> None:
        self._open[article_id] -= 1
        self.answered += 1

    def _count(self, article_id: str, statement_id: str, n: int) -> None:
        key = article_id, statement_id
        self._missing[key] += n
        if self._missing[key] == 0:
            del self._missing[key]


class _Keyed(msgspec.Struct):
    article_id: str


def id_of(line: bytes) -> str | None:
    """The article's id in a line of a feed, None where it cannot be read."""
    try:
        return msgspec.json.decode(line, type=_Keyed).article_id
    except (msgspec.MsgspecError, UnicodeError):
        return None  # the worker will say what is wrong with it
