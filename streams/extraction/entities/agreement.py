"""The entities of one article agree with each other, and attached particles stay outside the names."""

from collections import Counter

from schemas import EntityType
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention

_ATTACHED = ("وب", "ول", "وك", "فب", "فل", "و", "ف", "ب", "ل", "ك")


def agree(doc: Document, mentions: tuple[EntityMention, ...]) -> tuple[EntityMention, ...]:
    """The mentions with one type a name (the most frequent in the article) and particles split off.

    A particle is split off where the article, or the rest of the word, shows the name without it:
    `ترامب … وترامب`, `بالسعودية`, `للأمم المتحدة`.
    """
    plain = Counter(doc.norms)
    out = []
    votes: dict[str, Counter[EntityType]] = {}
    for m in mentions:
        skip = _attached(doc.norms[m.first], plain)
        m = m._replace(skip=_original_length(doc, m.first, skip))
        out.append(m)
        votes.setdefault(_key(doc, m, skip), Counter())[m.type] += 1
    return tuple(
        m._replace(type=max(sorted(votes[key]), key=votes[key].__getitem__))
        for m in out
        for key in [_key(doc, m, _attached(doc.norms[m.first], plain))]
    )


def _key(doc: Document, m: EntityMention, skip: int) -> str:
    words = list(doc.norms[m.first : m.last])
    words[0] = words[0][skip:]
    if skip and words[0].startswith("ل") and doc.norms[m.first][:skip].endswith("ل"):
        words[0] = "ا" + words[0]
    return " ".join(words)


def _attached(norm: str, plain: Counter[str]) -> int:
    """Number of letters of attached particles at the head of a name's first word."""
    for particle in _ATTACHED:
        if norm.startswith(particle):
            rest = norm[len(particle) :]
            if len(rest) < 3:
                continue
            if rest.startswith("ال") and len(rest) > 4:
                return len(particle)
            if particle.endswith("ل") and rest.startswith("ل") and len(rest) > 4:
                return len(particle)  # لل: the article's alef is not written after ل
            if plain[rest] and plain[rest] >= plain[norm]:
                return len(particle)
    return 0


def _original_length(doc: Document, token: int, letters: int) -> int:
    """Length in the original text of the first `letters` normalized letters of a token."""
    if not letters:
        return 0
    text = doc.tokens[token].form.text
    seen = 0
    for n, c in enumerate(text):
        if c.isalpha() and c != "\u0640":
            if seen == letters:
                return n
            seen += 1
    return 0
