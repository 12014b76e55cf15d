"""Statements for people: readable in a terminal that reorders right-to-left text and in one that does not."""

import os
from datetime import datetime

import click

from schemas import StatementEvent

# Isolates (Unicode UAX #9) keep an Arabic phrase from reordering the fields beside it.
_RLI, _PDI = "\u2067", "\u2069"
_MAX_CONTENT = 160
CLASS_COLOURS = {
    "neutral": "white",
    "asserted": "cyan",
    "doubted": "yellow",
    "denied": "red",
    "demanded": "magenta",
    "warned": "yellow",
    "praised": "green",
    "condemned": "red",
    "promised": "green",
    "threatened": "red",
    "expected": "blue",
    "asked": "blue",
}
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSAFE = dict.fromkeys([*_CONTROLS, *_DIRECTIONS])


def isolate(text: str) -> str:
    """Text as one right-to-left unit; control characters, which could rule the terminal, are left out."""
    return f"{_RLI}{text.replace(chr(10), ' ').translate(_UNSAFE)}{_PDI}"


def use_colour() -> bool:
    """Colours only on a terminal, and not where NO_COLOR asks for none (no-color.org)."""
    return not os.environ.get("NO_COLOR") and click.get_text_stream("stdout").isatty()


def statement_line(event: StatementEvent, at: datetime, *, colour: bool) -> str:
    """time  actor  verb  «content»  source."""
    content = event.content.text
    if len(content) > _MAX_CONTENT:
        content = content[:_MAX_CONTENT].rsplit(" ", 1)[0] + " …"
    quoted = f"«{content}»" if event.type == "direct" else content
    verb = isolate(event.cue.text)
    actor = isolate(event.actor.name)
    if colour:
        actor = click.style(actor, bold=True)
        verb = click.style(verb, fg=CLASS_COLOURS[event.cue.cue_class])
    source = isolate(event.article.source or event.article.article_id)
    return f"{at:%H:%M:%S}  {actor} | {verb} | {isolate(quoted)} | {source}"
