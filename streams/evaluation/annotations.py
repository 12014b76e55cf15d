"""Annotated and found statements as files have them, one article a line, checked before they are compared."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from schemas import ActorKind, StatementType

T = TypeVar("T")
Offset = Annotated[int, msgspec.Meta(ge=0)]
Span = tuple[Offset, Offset]


class MalformedStatements(ValueError):
    """A line of a file that cannot be compared. Says which and why."""


class Actor(msgspec.Struct):
    """Whom an annotated article names; `aliases` are all its names."""

    name: str
    kind: ActorKind
    aliases: list[str]


class AnnotatedStatement(msgspec.Struct):
    """An annotated statement; offsets are code points into the article's body."""

    tier: Literal["core", "extended"]
    type: StatementType
    actor: str
    cue: Span
    speaker: Span | None
    content: list[Span]


class AnnotatedArticle(msgspec.Struct):
    """An article with what it states."""

    id: str | int
    body: str
    actors: dict[str, Actor]
    statements: list[AnnotatedStatement]


class _Named(msgspec.Struct):
    name: str


class _Placed(msgspec.Struct):
    span: Span


class _Cue(_Placed):
    text: str | None = None


class _Content(msgspec.Struct):
    spans: list[Span]


class FoundStatement(msgspec.Struct):
    """What is compared of a statement that `qawl extract` wrote."""

    actor: _Named
    cue: _Cue
    content: _Content
    type: StatementType
    speaker: _Placed | None = None
    confidence: float = 1.0


class FoundArticle(msgspec.Struct):
    """An article as `qawl extract` wrote it."""

    article_id: str | int
    statements: list[FoundStatement]


def annotated_articles(lines: Iterable[bytes], name: str) -> dict[str, dict[str, Any]]:
    """The annotated articles of a JSON Lines file by their ids.

    Raises:
        MalformedStatements: a line holds none, or the file does; says which, and what was expected where.
    """
    found: dict[str, dict[str, Any]] = {}
    for where, row in _rows(lines, name):
        article = _checked(where, row, AnnotatedArticle)
        for n, statement in enumerate(article.statements):
            if statement.actor not in article.actors:
                raise MalformedStatements(f"{where}: statements[{n}].actor: {statement.actor!r} is not in actors")
            spans = [("cue", statement.cue), *(("content", span) for span in statement.content)]
            spans += [("speaker", statement.speaker)] if statement.speaker is not None else []
            for field, (start, end) in spans:
                if not start < end <= len(article.body):
                    expected = f"expected offsets within the body's {len(article.body)} characters"
                    raise MalformedStatements(f"{where}: statements[{n}].{field}: {expected}, got [{start}, {end}]")
        if str(article.id) in found:
            raise MalformedStatements(f"{where}: expected each article once, {article.id!r} stands before")
        found[str(article.id)] = row
    if not found:
        raise MalformedStatements(f"{name}: expected annotated articles, one a line, there is none")
    return found


def check_bodies(gold: Mapping[str, dict[str, Any]], found: Mapping[str, dict[str, Any]]) -> None:
    """Refuse what was found in another text than the annotated one: its offsets would be compared all the same.

    Raises:
        MalformedStatements: a cue does not stand where it was found; names the article.
    """
    for article_id, article in found.items():
        if article_id not in gold:
            continue
        body = gold[article_id]["body"]
        for n, cue in enumerate(statement["cue"] for statement in article["statements"]):
            (start, end), text = cue["span"], cue.get("text")
            if text is not None and body[start:end] != text:
                raise MalformedStatements(
                    f"article {article_id!r}: statements[{n}].cue: PRED has {text!r} at [{start}, {end}), where the "
                    f"body in GOLD has {body[start:end]!r}: extract PRED from the bodies of GOLD"
                )


def found_articles(lines: Iterable[bytes], name: str) -> dict[str, dict[str, Any]]:
    """What `qawl extract` wrote, by the articles' ids.

    Raises:
        MalformedStatements: a line is something else; says which, and what was expected where.
    """
    return {str(_checked(where, row, FoundArticle).article_id): row for where, row in _rows(lines, name)}


def _rows(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield f"{name}:{number}", json.loads(line)
        except (ValueError, RecursionError) as e:
            raise MalformedStatements(f"{name}:{number}: no JSON: {e}") from None


def _checked(where: str, row: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(row, kind)
    except msgspec.ValidationError as e:
        raise MalformedStatements(f"{where}: {str(e)[:1].lower()}{str(e)[1:]}") from None
