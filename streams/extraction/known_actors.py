"""Actors known beforehand: who stands behind the different spellings and short names that outlets use.

The shipped file lists those whom Arabic news quotes most; an operator's own file of the same columns adds to it and
wins over it. Within an article, who is who is decided by the article alone (`actors.py`); what is known here gives the
same id to the same actor over articles.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from schemas import ActorKind
from streams.extraction.text import name_key

SHIPPED = Path(__file__).parent / "lexicon" / "known_actors.tsv"
_COLUMNS = ("name", "kind", "latin", "variants", "alone")
_KINDS = ("person", "organization", "group")


class KnownActorsError(ValueError):
    """A file of known actors that cannot be used; the text names file and line, and what was expected."""


class KnownActor(NamedTuple):
    """An actor: canonical name, Latin spelling, other spellings, and short names that mean nobody else."""

    name: str
    kind: ActorKind
    latin: str | None = None
    variants: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


class KnownActors:
    """Looks actors up by what an article calls them.

    >>> two = [KnownActor("صالح مطلق", "person", alone=("مطلق",)), KnownActor("علي مطلق", "person", alone=("مطلق",))]
    >>> known = KnownActors([*two, KnownActor("بنيامين نتنياهو", "person", variants=("بنيامين نتانياهو",))])
    >>> known.find("person", "بنيامين نتانياهو").name
    'بنيامين نتنياهو'
    >>> known.find("person", "مطلق") is None
    True
    """

    def __init__(self, actors: Iterable[KnownActor]) -> None:
        """Later actors win over earlier ones of one name; a short name of two different actors stands for neither."""
        by_name = {(a.kind, name_key(a.name)): a for a in actors}
        alone = Counter(key for a in by_name.values() for key in {(a.kind, name_key(short)) for short in a.alone})
        self._found = {(a.kind, name_key(v)): a for a in by_name.values() for v in a.variants}
        for a in by_name.values():
            shorts = ((a.kind, name_key(short)) for short in a.alone)
            self._found |= {key: a for key in shorts if alone[key] == 1 and key not in by_name}
        self._found |= by_name

    @classmethod
    def load(cls, own: Path | None = None) -> "KnownActors":
        """The shipped actors, and those of an operator's own file.

        Raises:
            KnownActorsError: a file that cannot be read, or a row that says what it must not.
        """
        return cls([*_read(SHIPPED), *(_read(own) if own is not None else ())])

    def find(self, kind: ActorKind, name: str) -> KnownActor | None:
        """The actor that is called so, whatever the spelling of hamza, alef, yaa and taa."""
        return self._found.get((kind, name_key(name)))


def _read(path: Path) -> Iterator[KnownActor]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise KnownActorsError(f"{path}: cannot be read: {e}") from e
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) > len(_COLUMNS):
            raise KnownActorsError(f"{path}:{number}: {len(cells)} cells, expected {', '.join(_COLUMNS)}: {line[:60]}")
        name, kind, latin, variants, alone = (*cells, "", "", "", "", "")[: len(_COLUMNS)]
        kinds = [k for k in get_args(ActorKind) if k == kind and k in _KINDS]
        if not name or not kinds:
            wanted = f"a name and one of {', '.join(_KINDS)}"
            raise KnownActorsError(f"{path}:{number}: expected {wanted}, got {name!r} and {kind!r}")
        yield KnownActor(name, kinds[0], latin or None, _listed(variants), _listed(alone))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in cell.split("|") if name.strip())
