"""Proposals: each cue with a content and a mention, found by rules with generous recall."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas import CueClass
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.content import Content, find_content
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.linked import Linked, linked_content
from streams.extraction.rules.nominal import find_nominals
from streams.extraction.rules.opening import Opening, find_bare, find_openings
from streams.extraction.rules.preceding import Reported, find_heading, find_medium, find_trailing, heads, told_of
from streams.extraction.rules.source import Source, find_source
from streams.extraction.text import normalize
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.signs import CORE_CUE, EXTENDED_CUE

WORDS = ("complementizer", "quotation", "colon")  # open what is reported as words
_LOOK_BACK = 50  # statements; more than any sentence of news holds


@dataclass(frozen=True, slots=True)
class Proposal:
    """A statement as the rules see it. `opener` says what opens its content, `via` is the relaying medium's mention.

    `evidence` are names of what speaks for or against it beside what `choices.acceptance` finds.
    """

    cue: Cue
    content: Content
    mention: tuple[int, int] | None
    opener: str
    via: tuple[int, int] | None = None
    evidence: tuple[str, ...] = ()


def presentation(lexicon: Lexicon, proposal: Proposal) -> CueClass:
    """How the cue presents what it reports: `نوه بالجهود` praises, `نوه إلى أن` only says."""
    entry = proposal.cue.reading.entry
    says = normalize(entry.lemma) in lexicon.words_of["attention"] and proposal.opener in WORDS
    return "neutral" if says else entry.cue_class


class Proposer:
    """Proposes statements of one document. What does not depend on which cues report is found out once a cue."""

    def __init__(self, doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext) -> None:
        self._where = doc, lexicon, phrases
        self._words = words
        self._openings: dict[int, list[Opening]] = {}
        self._sources: dict[tuple[int, Opening], Source] = {}
        self._seen: dict[int, Linked | None] = {}

    def propose(
        self, cues: tuple[Cue, ...], chosen: Mapping[int, int] | None = None, ends: frozenset[int] | None = None
    ) -> tuple[Proposal, ...]:
        """Proposals for every cue with a content behind it, in order; several where it can be read in several ways.

        Once it is known which cues report and what, `chosen` maps their tokens to the first tokens of their contents:
        then there is one proposal a cue, and none for cues between a cue and its content, which are part of the same
        report (`وتابع قائلا: …`). `ends` are the tokens of the cues before which contents end, those of all `cues` if
        not given.
        """
        indices = frozenset(c.at for c in cues) if ends is None else ends
        found: list[Proposal] = []
        reported_until = -1
        for cue in cues:
            if self.trails(cue) or (chosen is not None and cue.at < reported_until):
                continue
            wanted = None if chosen is None else chosen.get(cue.at)
            ways = self._ways(cue, cues, indices, wanted)
            if chosen is not None:
                ways = [p for p in ways if p.content.first == wanted][:1]
                reported_until = max([reported_until, *(p.content.first for p in ways)])
            found += ways
        return tuple(found if chosen is not None else _beside_rivals(self._words, found))

    def trails(self, cue: Cue) -> bool:
        """Whether a cue follows its content."""
        return cue.construction == "as_said" or (cue.construction == "preposition" and not heads(*self._where, cue))

    def trailing(self, cue: Cue, others: Sequence[Proposal], ends: frozenset[int]) -> Iterator[Proposal]:
        """All ways to read a cue that follows its content, where `others` are the statements before it.

        It may stand before its content after all: `…، كما دعا الوزير الحكومة إلى الحوار`, `…، وبحسب شهود فإن …`.
        """
        taken = [
            Reported(p.cue.at, p.content.first, p.content.last, p.opener, p.mention) for p in self.beside(cue, others)
        ]
        for way in find_trailing(*self._where, cue, taken, ends):
            yield Proposal(cue, way.content, way.mention, "preceding", evidence=way.evidence)
        linked = self._linked(cue)
        if linked is not None and linked.opener == "preceding":
            yield replace(linked, evidence=("linked",))
        ahead = cue if cue.construction == "preposition" else cue._replace(construction="verb")
        before = self._where[0].norm_at(cue.first - 1)
        for p in self._ways(ahead, (ahead,), ends, None):
            yield replace(p, evidence=(f"after all={before}", f"after all={before},{p.opener}"))

    def medium(self, cue: Cue) -> tuple[int, int] | None:
        """Whom a cue names that follows what another one reports."""
        return find_medium(*self._where, cue)

    def beside(self, cue: Cue, others: Sequence[Proposal]) -> list[Proposal]:
        """Those of the statements before a cue that report something in the sentence that it tells of."""
        doc = self._where[0]
        first, last = told_of(doc, cue), doc.sentences[doc.sentence_of[cue.at]].last
        return [p for p in others[-_LOOK_BACK:] if first <= p.content.first < last]

    def _ways(self, cue: Cue, cues: tuple[Cue, ...], indices: frozenset[int], wanted: int | None) -> list[Proposal]:
        """All ways to read a cue with what follows it; `wanted` is the content's first token."""
        if cue.construction == "preposition":
            way = find_heading(*self._where, cue, indices)
            if way is not None:
                return [Proposal(cue, way.content, way.mention, "heading")]
            linked = self._linked(cue)
            return [linked] if linked is not None and linked.opener == "linked" else []
        openings = self._openings_of(cue)
        if any(_reports_by_noun(cue, opening, cues) for opening in openings):
            return []
        clauses = (self._clause(cue, opening, indices) for opening in openings)
        found = {p.content.first: p for p in clauses if p is not None}
        if wanted is None or wanted not in found:
            for content, mention in find_nominals(*self._where, self._words, cue, indices):
                found.setdefault(content.first, Proposal(cue, content, mention, "nominal"))
        if wanted is None or wanted not in found:
            linked = self._linked(cue)
            if linked is not None and not (found and self._is_anothers(linked, indices)):
                found.setdefault(linked.content.first, linked)
        return list(found.values())

    def _is_anothers(self, linked: Proposal, indices: frozenset[int]) -> bool:
        """Whether a verb nearer to its complementizer takes it: `وقال الباحث الذي أكد أن الدراسة شملت ألف شخص إن …`."""
        doc, lexicon, _ = self._where
        that = linked.content.first - 1
        between = range(linked.cue.at + 1, that)
        return lexicon.is_a(doc.norm_at(that), "complementizer") and any(j in indices for j in between)

    def _linked(self, cue: Cue) -> Proposal | None:
        """What the encoder sees, whatever the rules propose."""
        if cue.at not in self._seen:
            self._seen[cue.at] = linked_content(*self._where, self._words, cue)
        way = self._seen[cue.at]
        if way is None:
            return None
        return Proposal(cue, way.content, way.mention, "linked" if way.content.first > cue.at else "preceding")

    def _openings_of(self, cue: Cue) -> list[Opening]:
        """What may open its content."""
        known = self._openings.get(cue.at)
        if known is None:
            known = self._openings[cue.at] = list(find_openings(*self._where, cue))
            bare = find_bare(*self._where, cue) if not known else None
            if bare is not None:
                known.append(bare)
        return known

    def _clause(self, cue: Cue, opening: Opening, indices: frozenset[int]) -> Proposal | None:
        if cue.reading.entry.clause == 0:
            return None
        if cue.construction == "noun" and opening.zone_end - cue.at > 8:
            return None
        doc, lexicon, phrases = self._where
        content = find_content(doc, lexicon, cue, opening, indices)
        if content is None:
            return None
        source = self._sources.get((cue.at, opening))
        if source is None:
            source = self._sources[cue.at, opening] = find_source(doc, lexicon, phrases, cue, opening)
        return Proposal(cue, content, source.mention, opening.kind, source.via)


def _reports_by_noun(cue: Cue, opening: Opening, cues: tuple[Cue, ...]) -> bool:
    """`نقلت رويترز عن مصدر قوله إن`: the cue is قوله, what stands before it only tells who relayed it."""
    return cue.reading.entry.lemma == "نقل" and any(
        cue.at < other.at < opening.zone_end and other.construction == "noun" and other.reading.possessive
        for other in cues
    )


def _beside_rivals(words: WordsInContext, found: Sequence[Proposal]) -> Iterator[Proposal]:
    """The same, with the nearest other cues before one content as evidence: `وتابع قائلا`, but `وختم حديثه قائلا`."""
    cues_of: dict[int, list[Cue]] = {}
    for p in found:
        cues_of.setdefault(p.content.first, []).append(p.cue)
    for p in found:
        cues = cues_of[p.content.first]
        n = cues.index(p.cue)
        evidence = [
            name
            for where, rivals in (("before", cues[max(0, n - 1) : n]), ("behind", cues[n + 1 : n + 2]))
            for rival in rivals
            for name in (
                f"rival {where}={rival.reading.entry.lemma}",
                f"rival {where}={rival.reading.entry.lemma},{p.cue.reading.entry.lemma}",
                f"rival {where} sign={_sign(words, rival)},{_sign(words, p.cue)}",
            )
        ]
        yield replace(p, evidence=(*p.evidence, *evidence)) if evidence else p


def _sign(words: WordsInContext, cue: Cue) -> int:
    return max(words.sign(cue.at, CORE_CUE), words.sign(cue.at, EXTENDED_CUE))
