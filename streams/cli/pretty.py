"""An article with its speakers, cues and contents coloured, and the list of its statements."""

import click

from schemas import Article, EnrichedArticle
from streams.cli.show import CLASS_COLOURS, isolate, use_colour


def render(article: Article, enriched: EnrichedArticle) -> str:
    """The body with marks, then one line a statement.

    On a terminal speakers are bold, cues take the colour of their class, contents are underlined; elsewhere they stand
    in [speaker], <cue> and {content} marks, so that a pipe or a file shows them too.
    """
    colour = use_colour()
    opening, closing = _edges(enriched, colour)
    parts = []
    for i, c in enumerate(article.body):
        parts += closing.get(i, [])
        parts += opening.get(i, [])
        parts.append(c)
    parts += closing.get(len(article.body), [])
    lines = ["".join(parts), ""]
    for s in enriched.statements:
        role = f" ({isolate(s.actor.role)})" if s.actor.role and s.actor.role != s.actor.name else ""
        via = f" via {isolate(s.via)}" if s.via else ""
        nested = " nested" if s.nested_in else ""
        head = f"{isolate(s.actor.name)}{role}{via} | {isolate(s.cue.text)} | {s.type} {s.cue.cue_class}{nested}"
        lines.append(f"{head} {s.confidence:.2f}\n    {isolate(s.content.text)}")
    return "\n".join([*lines, ""])


def _edges(enriched: EnrichedArticle, colour: bool) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    opening: dict[int, list[str]] = {}
    closing: dict[int, list[str]] = {}

    def mark(span: tuple[int, int], plain: str, **style: object) -> None:
        if colour:
            start = click.style("", reset=False, **style)  # type: ignore[arg-type]
            end = {"bold": "\x1b[22m", "underline": "\x1b[24m", "fg": "\x1b[39m"}[next(iter(style))]
        else:
            start, end = plain[0], plain[1]
        opening.setdefault(span[0], []).append(start)
        closing.setdefault(span[1], []).insert(0, end)

    for s in enriched.statements:
        for span in s.content.spans:
            mark(span, "{}", underline=True)
        mark(s.cue.span, "<>", fg=CLASS_COLOURS[s.cue.cue_class])
        if s.speaker is not None:
            mark(s.speaker.span, "[]", bold=True)
    return opening, closing
