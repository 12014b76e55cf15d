"""Antecedents: who a cue without a subject of its own stands for (`وأضاف أن`, `مؤكدة أن`, `قوله إن`).

Whoever spoke before, and whoever this sentence and the two before it talk about, are candidates; which one it is, is
learned from the annotated articles (`streams.extraction.training.antecedent`): who spoke last, who is the sentence's
subject, how near, and whether gender and number agree.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.byline import byline_end
from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.choices.network import FORM, OneOf, Scorer, logs
from streams.extraction.choices.places import Candidate, Place, Places, agreement
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import NEAR, SAYS, link_step
from streams.extraction.words.signs import ACTOR

_SENTENCES = 3  # this one and two before it
_SPEAKERS = 5  # who spoke last, and up to four before
_RIVALS = 2  # that are told beside the one chosen
_MENTIONS = 4  # of a candidate, the last, in which signs of it are looked for
_KIND = OneOf(("person", "organization", "group", "unnamed", "other"))
_AGREES = OneOf(("yes", "no"))
_MENTIONED = 2  # tokens of a mention that a link may lead to
_NEAR = np.array([-1, 0, 1])
_RIVALRY = [0, 2, 13, 14]  # of a candidate's own numbers: statements ago, tokens ago, sign of a speaker, link
_NOWHERE = 400  # tokens, for a candidate that is mentioned nowhere near
_PEOPLE = 3  # of those named last, wherever


class Spoken(NamedTuple):
    """A statement whose actor is known: its cue, its content's tokens [first, last), the actor."""

    cue: Cue
    first: int
    last: int
    explicit: bool
    actor: ActorDraft


class Antecedent(NamedTuple):
    """Who a cue stands for, how probable that is among all candidates, and the likeliest others by name."""

    actor: ActorDraft
    share: float
    rivals: tuple[tuple[str, float], ...] = ()


class Antecedents:
    """Candidates of one article's cues."""

    def __init__(
        self,
        doc: Document,
        lexicon: Lexicon,
        phrases: Phrases,
        words: WordsInContext,
        registry: ActorRegistry,
        ends: MentionEnds,
        model: Scorer,
    ) -> None:
        """`registry` knows the people of the document already."""
        self._words = words
        self._ends = ends
        self._model = model
        self._doc, self._lexicon, self._phrases, self._registry = doc, lexicon, phrases, registry
        self._places = Places(doc, lexicon, phrases, words)
        self._begin = byline_end(doc, phrases)

    def best(self, cue: Cue, spoken: Sequence[Spoken]) -> Antecedent | None:
        """Who the cue stands for, None where there is nobody."""
        found = self.candidates(cue, spoken)
        if not found:
            return None
        evidence = (self.features(cue, c, found, spoken) for c in found)
        shares = LinearModel.shares(self._model.scores(evidence, self.numbers(cue, found, spoken)))
        n = max(range(len(found)), key=shares.__getitem__)
        others = sorted(((shares[k], k) for k in range(len(found)) if k != n), reverse=True)[:_RIVALS]
        rivals = tuple((self.name(found[k]), share) for share, k in others)
        return Antecedent(self.actor(found[n], spoken), shares[n], rivals)

    def name(self, candidate: Candidate) -> str:
        """What the candidate is called, or would be."""
        if candidate.draft is not None:
            return candidate.draft.name
        return self._doc.text(candidate.places[0].first, candidate.places[0].last)

    def actor(self, candidate: Candidate, spoken: Sequence[Spoken]) -> ActorDraft:
        """The candidate's actor; a phrase becomes one."""
        if candidate.draft is not None:
            return candidate.draft
        place = candidate.places[0]
        limit = self._doc.sentences[self._doc.sentence_of[place.first]].last
        last = self._ends.best(place.first, place.last, limit)
        return self._registry.resolve(place.first, last, spoken[-1].actor if spoken else None)

    def candidates(self, cue: Cue, spoken: Sequence[Spoken]) -> list[Candidate]:
        """All whom the cue may stand for; `spoken` are the statements before it that are nested in none."""
        here = self._doc.sentence_of[cue.at]
        found: dict[object, Candidate] = {}

        def of(draft: ActorDraft) -> Candidate:
            return found.setdefault(id(draft), Candidate(draft))

        for ago, statement in enumerate(reversed(spoken[-_SPEAKERS:])):
            of(statement.actor).turns.append(ago)
        for n in range(here, max(-1, here - _SENTENCES), -1):
            for place in self._places.of(n):
                if self._begin <= place.first < cue.at:
                    draft = self._registry.known(place.first, place.last)
                    candidate = of(draft) if draft else found.setdefault(place, Candidate(None))
                    candidate.places.append(place)
        for draft in self._registry.people_before(cue.at, _PEOPLE):
            if draft.last_before(cue.at) >= self._begin:
                of(draft)
        for candidate in found.values():
            candidate.kind = self.kind(candidate)
            candidate.agrees = self._agrees(cue, candidate)
            candidate.speaks = self._speaks(candidate, cue)
            candidate.link = self.link(candidate, cue)
        return list(found.values())

    def places(self, sentence: int) -> Sequence[Place]:
        """Where a sentence mentions whoever may speak."""
        return self._places.of(sentence)

    def features(
        self, cue: Cue, candidate: Candidate, rivals: Sequence[Candidate], spoken: Sequence[Spoken]
    ) -> Iterator[str]:
        """The evidence for one candidate among its rivals, as feature names."""
        doc = self._doc
        reading = cue.reading
        here = doc.sentence_of[cue.at]
        sentence = doc.sentences[here]
        form = reading.marked_form
        head = "first" if cue.at - sentence.first <= 1 else "later"
        draft, kind, agrees, speaks = candidate.draft, candidate.kind, candidate.agrees, candidate.speaks
        likeliest = max(r.link for r in rivals)
        link, best = link_step(candidate.link), link_step(likeliest)
        yield f"link={link},{form}"
        yield f"link={link},best={best}"
        yield f"link={link},{min(min(candidate.turns, default=-1), 1)},{head}"
        yield f"link={link},{agrees},{kind}"
        yield f"linked={candidate.link == likeliest},{link}"
        yield f"speaks={speaks},{kind}"
        yield f"speaks={speaks},{min(min(candidate.turns, default=-1), 1)},{form}"
        yield f"agrees={agrees},{kind}"
        yield f"agrees={agrees},{reading.form}"
        yield f"kind={kind},{form}"
        yield f"plural={reading.plural},{kind}"
        ago = min(candidate.turns, default=-1)
        if ago >= 0:
            statement = spoken[-1 - ago]
            far = here - doc.sentence_of[statement.cue.at]
            paragraphs = sentence.paragraph - doc.sentences[doc.sentence_of[statement.cue.at]].paragraph
            yield f"ago={ago},{form}"
            yield f"ago={ago},{head}"
            yield f"ago={ago},agrees={agrees}"
            yield f"ago={ago},far={min(far, 4)},{form}"
            yield f"ago={ago},paragraphs={min(paragraphs, 3)},{reading.form}"
            yield f"ago={ago},explicit={statement.explicit},{min(far, 2)}"
            yield f"ago={ago},lemma={reading.entry.lemma}"
            yield f"ago={ago},inside={statement.first <= cue.at < statement.last},{form}"
            yield f"turns={min(len(candidate.turns), 3)}"
        else:
            yield f"silent,{form},{head}"
            yield f"silent,lemma={reading.entry.lemma}"
            yield f"silent,spoken={min(len(spoken), 2)},{form}"
        yield from self._of_places(cue, candidate, spoken, form, head, ago)
        if draft is not None:
            yield f"named={draft.named},{kind}"
            yield f"mentions={min(len(draft.positions), 6)}"
            near = draft.last_before(cue.at)
            others = [r.draft for r in rivals if r is not candidate and r.draft is not None]
            between = sum(d.kind == draft.kind and d.last_before(cue.at) > near for d in others)
            yield f"between={min(between, 3)},{form}"
            yield f"between={min(between, 3)},{min(ago, 1)}"
            if draft.role:
                yield "role"
        else:
            yield "new"
        yield f"rivals={min(len(rivals), 5)},{min(ago, 1)}"

    def numbers(self, cue: Cue, found: Sequence[Candidate], spoken: Sequence[Spoken]) -> Any:
        """(n, d) of candidates: signs about the nearest mention and the cue, distances, turns, agreement, kind."""
        doc, at, many = self._doc, cue.at, len(found)
        here = doc.sentence_of[at]
        rows, mentions = [], []
        for candidate in found:
            draft = candidate.draft
            near = max((p.first for p in candidate.places), default=-1)
            last = max(near, draft.last_before(at) if draft is not None else -1)
            mentions.append(last if last >= 0 else at)
            ago = min(candidate.turns, default=_SPEAKERS)
            statement = spoken[-1 - ago] if ago < _SPEAKERS else None
            place = next((p for p in candidate.places if p.first == near), None)
            rows.append(
                [
                    ago,
                    len(candidate.turns),
                    at - last if last >= 0 else _NOWHERE,
                    here - doc.sentence_of[last] if last >= 0 else _SENTENCES,
                    at - statement.last if statement is not None else _NOWHERE,
                    here - doc.sentence_of[statement.cue.at] if statement is not None else _NOWHERE,
                    statement is not None and statement.explicit,
                    statement is not None and statement.first <= at < statement.last,
                    len(candidate.places),
                    place.order if place is not None else -1,
                    place is not None and place.oblique,
                    draft is not None and draft.named,
                    len(draft.positions) if draft is not None else 0,
                    candidate.speaks,
                    candidate.link,
                ]
            )
        own = np.array(rows, np.float32)
        rivals = own[:, _RIVALRY].min(0) - own[:, _RIVALRY]
        return np.concatenate(
            [
                logs(own),
                logs(rivals),
                self._words.around(np.array(mentions)[:, None] + _NEAR),
                np.repeat(self._words.around(at + _NEAR[None]), many, 0),
                _KIND(c.kind for c in found),
                _AGREES(c.agrees for c in found),
                np.repeat(FORM([cue.reading.form]), many, 0),
                np.full((many, 2), [at - doc.sentences[here].first <= 1, min(many, 12)], np.float32),
            ],
            1,
        ).astype(np.float32)

    def _of_places(
        self, cue: Cue, candidate: Candidate, spoken: Sequence[Spoken], form: str, head: str, ago: int
    ) -> Iterator[str]:
        """Where the last sentences mention the candidate."""
        doc = self._doc
        here = doc.sentence_of[cue.at]
        nearest: dict[int, Place] = {}
        for place in candidate.places:
            nearest.setdefault(here - doc.sentence_of[place.first], place)
        if not nearest:
            yield f"unmentioned,{form},{min(ago, 1)}"
        for back, place in nearest.items():
            role = "oblique" if place.oblique else "subject" if place.order == 0 else "other"
            begin = place.first - doc.sentences[here - back].first
            inside = doc.quotation_of[place.first] >= 0
            told = any(s.first <= place.first < s.last for s in spoken[-_SPEAKERS:])
            does = self._phrases.is_verb(place.first - 1) if place.first > 0 else False
            yield f"back={back},told={told},{form}"
            yield f"back={back},told={told},{min(ago, 1)}"
            yield f"back={back},does={does},{told},{form}"
            yield f"back={back},does={does},{told},{min(ago, 1)},{head}"
            yield f"back={back},{role},{form}"
            yield f"back={back},{role},{head},{min(ago, 1)}"
            yield f"back={back},order={min(place.order, 3)},{form}"
            yield f"back={back},begin={min(begin, 4)},{form}"
            yield f"back={back},inside={inside},{min(ago, 1)}"
            if back == 0:
                gap = cue.at - place.last
                yield f"gap={min(gap, 8)},{form}"
                yield f"after={self._doc.norm_at(place.last)},{min(gap, 4)},{form}"
            yield f"back={back},before={self._doc.norm_at(place.first - 1)}"

    def _speaks(self, candidate: Candidate, cue: Cue) -> int:
        """The strongest sign that a mention of the candidate is one of somebody who says something."""
        positions = candidate.draft.positions if candidate.draft is not None else []
        n = bisect_left(positions, cue.at)
        before = positions[max(0, n - _MENTIONS) : n]
        return max((self._words.sign(i, ACTOR) for i in [*(p.first for p in candidate.places), *before]), default=0)

    def link(self, candidate: Candidate, cue: Cue) -> float:
        """The log of the probability that the cue links to a mention of the candidate."""
        tokens = {i for p in candidate.places for i in range(p.first, p.last)}
        if candidate.draft is not None:
            positions = candidate.draft.positions
            near = positions[bisect_left(positions, cue.at - NEAR) : bisect_left(positions, cue.at + NEAR)]
            tokens.update(i + k for i in near for k in range(_MENTIONED))
        return self._words.links.together(SAYS, cue.at, tokens)

    def kind(self, candidate: Candidate) -> str:
        """What kind of source the candidate is, "other" where it cannot be told."""
        if candidate.draft is not None:
            return candidate.draft.kind
        return self._phrases.head_kind(candidate.places[0].first) or "other"

    def _agrees(self, cue: Cue, candidate: Candidate) -> str:
        draft = candidate.draft
        known = draft.feminine if draft is not None else self._registry.gender(candidate.places[0].first)
        return agreement(cue.reading, self._doc.norms[cue.at], candidate.kind, known)
