"""Stable ids of actors and statements."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from schemas import Actor, ActorKind
from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.actors.known_actors import KnownActors
from streams.extraction.actors.latin import LatinNames
from streams.extraction.text import as_name, name_key, normalize
from streams.extraction.tokens import NUMBER, WORD, tokenize


class Identities:
    """Who an article's actors are over all articles: their ids, and their names in Latin letters."""

    def __init__(self, known: KnownActors, latin: LatinNames) -> None:
        """`known` beforehand, `latin` spellings of other people's names."""
        self._known, self._latin = known, latin

    @classmethod
    def load(cls, own: Path | None = None) -> "Identities":
        """What is shipped, and an operator's own file of known actors.

        Raises:
            KnownActorsError: the file cannot be used.
        """
        return cls(KnownActors.load(own), LatinNames.load())

    def actor(self, draft: ActorDraft, article_id: str) -> Actor:
        """The actor as statements carry it: called as in its article, with the id of who that is.

        Name and role are without tatweel and vowels, so that `الحـدّاد` and `الحداد` are not two names of one profile.
        """
        known = self._known.find(draft.kind, draft.name) if draft.named else None
        latin = draft.name_latin or (known.latin if known else None)
        if latin is None and draft.named and draft.kind == "person":
            latin = self._latin.spell(draft.name)
        return Actor(
            id=actor_id(draft.kind, known.name if known else draft.name, named=draft.named, article_id=article_id),
            name=as_name(draft.name),
            name_latin=latin,
            kind=draft.kind,
            role=draft.role,
        )


def actor_id(kind: ActorKind, name: str, *, named: bool, article_id: str) -> str:
    """`kind:normalized-name`; the same over articles and outlets for a named actor.

    An actor without a name (`مصدر أمني`, `وزير الخارجية`) is somebody else in every article: its id carries the
    article's hash.

    >>> actor_id("person", "سيرغي لافروف", named=True, article_id="a")
    'person:سيرغي-لافروف'
    >>> actor_id("unnamed", "مصدر أمني", named=False, article_id="a")
    'unnamed:مصدر-امني@ca978112ca1b'
    """
    words = [t.form.norm for t in tokenize(name) if t.form.kind in (WORD, NUMBER)]
    key = "-".join(name_key(" ".join(words)).split()) or "-"
    return f"{kind}:{key[:200]}" if named else f"{kind}:{key[:200]}@{_digest(article_id)[:12]}"


def statement_id(article_id: str, actor: str, cue: str, content: str, occurrence: int) -> str:
    """32 hexadecimal digits from article, actor, cue and normalized content.

    Offsets take no part, so a statement keeps its id when other paragraphs of its article change. `occurrence` counts
    statements of the article that are equal in all of that, from 0.
    """
    words = [t.form.norm for t in tokenize(content) if t.form.kind in (WORD, NUMBER)]
    parts: Sequence[str] = (article_id, actor, normalize(cue), " ".join(words), str(occurrence))
    return _digest("\0".join(parts))[:32]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
