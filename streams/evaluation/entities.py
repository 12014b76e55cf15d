"""An entity engine beside annotated names: exact spans on the annotators' own tokens."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from streams.evaluation.conll import TaggedSentence
from streams.extraction.document import Document, read
from streams.extraction.entities import EntityMention
from streams.extraction.entities.bio import TYPES, spans

Find = Callable[[Document], tuple[EntityMention, ...]]
Span = tuple[int, int, str]  # tokens [first, last) of an article, type


@dataclass(slots=True)
class Counts:
    """Spans in the annotation, spans found, and how many of them are equal."""

    gold: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """
        >>> Counts(gold=4, found=2, right=1).f1
        0.3333333333333333
        """
        return 2 * self.right / (self.gold + self.found) if self.gold + self.found else 0.0

    def add(self, other: "Counts") -> None:
        """Add another's counts."""
        self.gold += other.gold
        self.found += other.found
        self.right += other.right


@dataclass(slots=True)
class Score:
    """Counts by type; `unscored` are annotated types that the engine does not give, with their number."""

    types: dict[str, Counts]
    unscored: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    tokens: int = 0

    @property
    def micro(self) -> Counts:
        """The counts of all types together."""
        total = Counts()
        for counts in self.types.values():
            total.add(counts)
        return total


def score(articles: Iterable[Sequence[TaggedSentence]], find: Find, types: Set[str]) -> Score:
    """Compare the names that an engine finds with the annotated ones; `types` are those that the engine can give.

    >>> sentence = TaggedSentence(("قال", "سامي", "الحداد"), ("O", "B-PERS", "I-PERS"))
    >>> from streams.extraction.entities import EntityMention
    >>> score([[sentence]], lambda doc: (EntityMention(1, 3, "PER"),), {"PER"}).micro
    Counts(gold=1, found=1, right=1)
    """
    result = Score({t: Counts() for t in ("PER", "LOC", "ORG", "MISC") if t in types})
    for sentences in articles:
        tokens = [token for s in sentences for token in s.tokens]
        gold = set(_annotated(sentences))
        found = set(found_spans(sentences, find))
        result.sentences += len(sentences)
        result.tokens += len(tokens)
        result.unscored.update(t for *_, t in gold if t not in result.types)
        for name, counts in result.types.items():
            of_gold = {s for s in gold if s[2] == name}
            of_found = {s for s in found if s[2] == name}
            counts.add(Counts(len(of_gold), len(of_found), len(of_gold & of_found)))
    return result


def _annotated(sentences: Sequence[TaggedSentence]) -> Iterator[Span]:
    at = 0
    for s in sentences:
        for first, last, name in spans(s.tags):
            yield at + first, at + last, TYPES.get(name, name)
        at += len(s.tags)


def found_spans(sentences: Sequence[TaggedSentence], find: Find) -> Iterator[Span]:
    """What the engine finds, on the file's tokens. The engine reads them as a text, a sentence a line.

    It may split a token, and leaves attached particles outside a name, where annotators took the token whole: a name
    covers every token that it has a character of. Of two names in one token the first one counts.

    >>> sentence = TaggedSentence(("وبالأردن", "أمس"), ("B-LOC", "O"))
    >>> list(found_spans([sentence], lambda doc: (EntityMention(0, 1, "LOC", 3),)))
    [(0, 1, 'LOC')]
    """
    starts: list[int] = []
    end = 0
    for s in sentences:
        for token in s.tokens:
            starts.append(end)
            end += len(token) + 1  # a blank after it, or the end of the line
    doc = read("\n".join(" ".join(s.tokens) for s in sentences))
    free = 0
    for mention in find(doc):
        begin, stop = doc.tokens[mention.first].start + mention.skip, doc.tokens[mention.last - 1].end
        first = max(free, bisect_right(starts, begin) - 1)
        last = bisect_right(starts, stop - 1)
        if first < last:
            yield first, last, mention.type
            free = last
