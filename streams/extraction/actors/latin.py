"""Names in Latin letters: as the text gives them in parentheses, else part by part from a table of Wikidata's."""

from pathlib import Path

from streams.extraction.document import Document
from streams.extraction.lexicon.tables import columns
from streams.extraction.text import name_key

TABLE = Path(__file__).parent.parent / "models" / "latin.tsv"
_OPEN, _CLOSE = "(", ")"
_LONGEST = 6  # words within the parentheses


class LatinNames:
    """How the parts of names are written in Latin letters."""

    def __init__(self, parts: dict[str, str]) -> None:
        """`parts` maps keys (`name_key`) of one or two words."""
        self._parts = parts

    @classmethod
    def load(cls) -> "LatinNames":
        """The shipped table, made by `training.latin`."""
        keys, latin = columns(TABLE.read_text(encoding="utf-8"), 2)
        return cls(dict(zip(keys, latin, strict=True)))

    def spell(self, name: str) -> str | None:
        """The name in Latin letters, None where a part of it is not known.

        >>> LatinNames.load().spell("أحمد الحداد"), LatinNames.load().spell("عبد الله حداد")
        ('Ahmed Al-Haddad', 'Abdullah Haddad')
        >>> LatinNames.load().spell("سيرغي لافروف") is None
        True
        """
        words = name_key(name).split()
        out = []
        n = 0
        while n < len(words):
            both = self._parts.get(" ".join(words[n : n + 2])) if n + 1 < len(words) else None
            if both is not None:
                out.append(both)
                n += 2
            elif words[n] in self._parts:
                out.append(self._parts[words[n]])
                n += 1
            else:
                return None
        return " ".join(out) or None


def latin_behind(doc: Document, i: int) -> str | None:
    """The Latin name in parentheses at token i: `سيرغي لافروف (Sergei Lavrov)`."""
    if doc.norm_at(i) != _OPEN:
        return None
    last = i + 1
    while last <= i + _LONGEST and doc.norm_at(last)[:1].isalpha() and doc.norm_at(last).isascii():
        last += 1
    return doc.text(i + 1, last) if last > i + 1 and doc.norm_at(last) == _CLOSE else None
