"""Where a word stands in an article, with or without its article and a particle."""

from streams.extraction.document import Document
from streams.extraction.drafts import bare

_PARTICLES = ("ل", "ب")


class WordPlaces:
    """Filled when first asked for: most articles never ask."""

    def __init__(self, doc: Document) -> None:
        """Nothing is looked up yet."""
        self._doc = doc
        self._of: dict[str, list[int]] = {}

    def of(self, word: str) -> list[int]:
        """Tokens of a normalized word, in order: `وفقا لبيان` and `البيان` are places of بيان."""
        if not self._of:
            for i, norm in enumerate(self._doc.norms):
                self._of.setdefault(bare(norm), []).append(i)
                if norm.startswith(_PARTICLES):  # where it is no particle the rest is no word that anybody asks for
                    self._of.setdefault(norm[1:], []).append(i)
        return self._of.get(word, [])
