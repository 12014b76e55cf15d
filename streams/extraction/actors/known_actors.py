"""Actors known beforehand: who stands behind the different spellings and short names that outlets use.

The shipped file lists those whom Arabic news quotes most; an operator's own file of the same columns adds to it and
wins over it. Within an article, who is who is decided by the article alone (`registry.py`); what is known here gives
the same id to the same actor over articles.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from schemas import ActorKind
from schemas.codec import not_utf8
from streams.extraction.lexicon.tables import LexiconError, read_rows
from streams.extraction.text import name_key

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).parent.parent / "lexicon" / "known_actors.tsv"
_COLUMNS = ("name", "kind", "latin", "variants", "alone")
_KINDS: dict[str, ActorKind] = {"person": "person", "organization": "organization", "group": "group"}


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
        """The shipped actors, and those of an operator's own file; a short name that gets lost there is logged.

        Raises:
            KnownActorsError: a file that cannot be read, or a row that says what it must not.
        """
        shipped, added = list(_read(SHIPPED)), list(_read(own)) if own is not None else []
        _tell_of_shared(own, shipped, added)
        return cls([*shipped, *added])

    def find(self, kind: ActorKind, name: str) -> KnownActor | None:
        """The actor that is called so, whatever the spelling of hamza, alef, yaa and taa."""
        return self._found.get((kind, name_key(name)))


def _tell_of_shared(own: Path | None, shipped: Iterable[KnownActor], added: Iterable[KnownActor]) -> None:
    """Log each short name that an own row claims and another actor too: it stands for neither."""
    owners: dict[tuple[ActorKind, str], dict[str, str]] = {}  # of each short name: the actors by their keys
    mine = {(a.kind, name_key(a.name)): a for a in added}
    for a in [*(a for a in shipped if (a.kind, name_key(a.name)) not in mine), *mine.values()]:
        for short in a.alone:
            owners.setdefault((a.kind, name_key(short)), {})[name_key(a.name)] = a.name
    claimed = {(a.kind, name_key(short)): short for a in mine.values() for short in a.alone}
    for key, short in claimed.items():
        if len(owners[key]) > 1:
            names = " and ".join(owners[key].values())
            logger.warning("%s: %s alone stands for nobody: %s claim it; leave it to one of them", own, short, names)


def _read(path: Path) -> Iterator[KnownActor]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as e:
        raise KnownActorsError(f"{path}: cannot be read: {e.strerror}") from e
    except UnicodeDecodeError as e:
        raise KnownActorsError(f"{path}: {not_utf8(e, str(path))}") from e
    try:
        for number, cells in read_rows(str(path), text, len(_COLUMNS), ", ".join(_COLUMNS)):
            name, kind, latin, variants, alone = cells
            if not name or kind not in _KINDS:
                wanted = f"a name and one of {', '.join(_KINDS)}"
                raise KnownActorsError(f"{path}:{number}: expected {wanted}, got {name!r} and {kind!r}")
            yield KnownActor(name, _KINDS[kind], latin or None, _listed(variants), _listed(alone))
    except LexiconError as e:
        raise KnownActorsError(str(e)) from e


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in cell.split("|") if name.strip())
