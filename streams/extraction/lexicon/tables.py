"""Reading the lexicon's TSV files: comments begin with #, cells are separated by tabs."""

from collections.abc import Iterator
from importlib.resources import files


class LexiconError(ValueError):
    """A lexicon file that cannot be read; the text names file and line."""


def rows(name: str, columns: int) -> Iterator[tuple[str, ...]]:
    """The rows of a file of this folder, padded with empty cells up to `columns`.

    Raises:
        LexiconError: a row has more cells than the file's header explains.
    """
    for _, cells in read_rows(name, (files(__package__) / name).read_text(encoding="utf-8"), columns, str(columns)):
        yield cells


def read_rows(name: str, text: str, columns: int, expected: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(number of the line, cells) of each row of a text, padded with empty cells up to `columns`.

    Raises:
        LexiconError: a row has more cells; the text names `name`, the line and what is `expected`.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = tuple(cell.strip() for cell in line.split("\t"))
        if len(cells) > columns:
            raise LexiconError(f"{name}:{number}: {len(cells)} cells, expected {expected}: {line[:60]}")
        yield number, cells + ("",) * (columns - len(cells))


def columns(text: str, many: int) -> list[list[str]]:
    """The columns of a large table of `many` cells a line, behind its comment.

    All lines are read at once: there are two hundred thousand at every start.

    >>> columns("# word, number\\na\\t1\\nb\\t2\\n", 2)
    [['a', 'b'], ['1', '2']]
    """
    while text.startswith("# "):
        _, _, text = text.partition("\n")
    cells = text.rstrip("\n").replace("\n", "\t").split("\t")
    return [cells[n::many] for n in range(many)]


def cell_forms(cell: str) -> list[str]:
    """The forms listed in a cell, separated by spaces; a dash stands for none."""
    return [form for form in cell.split() if form != "-"]
