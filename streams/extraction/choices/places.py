"""Where an article's sentences name whoever may be meant by a cue without a subject of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.document import Document
from streams.extraction.lexicon import CueReading, Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.source import is_oblique
from streams.extraction.tokens import NUMBER, WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.signs import ACTOR

_SEEN = 6  # step of a sign from which on a word is one of a mention


class Place(NamedTuple):
    """A noun phrase [first, last) that may head a source, in a sentence; `order` counts such phrases from 0."""

    first: int
    last: int
    order: int
    oblique: bool


@dataclass(slots=True, eq=False)
class Candidate:
    """Somebody whom the cue may stand for; `draft` is None for a phrase that is no actor yet.

    `agrees` tells whether gender and number of the cue can be its, `speaks` how strong a sign of a speaker it has,
    `link` the log of the probability that the encoder links the cue to it.
    """

    draft: ActorDraft | None
    places: list[Place] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)  # how many statements ago, 0 for the last
    kind: str = "other"
    agrees: str = "?"
    speaks: int = 0
    link: float = 0.0


class Places:
    """The noun phrases of one article that may head a source; found once a sentence."""

    def __init__(self, doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext) -> None:
        """Where the encoder sees an actor is one too, whatever the word."""
        self._doc, self._lexicon, self._phrases = doc, lexicon, phrases
        self._seen = words.where(ACTOR, _SEEN)
        self._places: dict[int, tuple[Place, ...]] = {}

    def of(self, n: int) -> tuple[Place, ...]:
        """Those of sentence n, in order."""
        if n not in self._places:
            self._places[n] = tuple(self._find_places(n))
        return self._places[n]

    def _find_places(self, n: int) -> Iterator[Place]:
        doc, phrases = self._doc, self._phrases
        sentence = doc.sentences[n]
        i, order = sentence.first, 0
        while i < sentence.last:
            seen = i in self._seen and doc.kinds[i] in (WORD, NUMBER)
            heads = doc.kinds[i] is WORD and not phrases.is_time(doc.norms[i]) and phrases.head_kind(i) is not None
            if seen or heads:
                last = phrases.end(i, sentence.last)
                while not heads and last < sentence.last and self._goes_on(last):
                    last += 1
                if last > i:
                    behind = i > sentence.first and self._lexicon.is_a(doc.norms[i - 1], "preposition")
                    yield Place(i, last, order, behind or is_oblique(doc, self._lexicon, phrases, i))
                    order += 1
                    i = last
                    continue
            i += 1

    def _goes_on(self, i: int) -> bool:
        """Whether token i goes on with the mention before it that the encoder sees, and begins no other."""
        another = self._phrases.name_type(i) or self._phrases.head_kind(i) is not None
        return i in self._seen and not another


def agreement(reading: CueReading, norm: str, kind: str, feminine: bool | None) -> str:
    """Whether gender and number of a cue can be those of a candidate: yes, no, ? where one is not known.

    `norm` is the cue (`قولها`), `kind` and `feminine` are the candidate's.
    """
    if reading.form == "preposition":
        return "?"
    many = norm.endswith("هم") if reading.form == "noun" else reading.plural
    if many:
        return "yes" if kind in ("group", "unnamed") else "no"
    wanted = norm.endswith("ها") if reading.form == "noun" else reading.feminine
    return "?" if feminine is None else "yes" if feminine == wanted else "no"
