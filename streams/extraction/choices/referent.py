"""Referents: whom a description stands for (`الصحيفة`, `التقرير`, `الوزير الروسي`), or that it is an actor of its own.

The rules of `actors/registry.py` resolve a description to one actor or to none. Whoever spoke before and whom the
encoder links the cue to may be meant as well (`الصحيفة` behind several of them), and `التقارير الأولية` speak for
nobody else: which of these it is, is learned from the annotated articles (`streams.extraction.training.referent`).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.extraction.actors.drafts import ActorDraft, bare
from streams.extraction.actors.issuers import issuer_within
from streams.extraction.actors.naming import can_be
from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.choices.antecedent import Antecedents, Spoken
from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.places import Candidate
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue
from streams.extraction.text import normalize, without_conjunction
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import SAYS, link_step

_SPEAKERS = 5  # statements before whose actors may be meant
_ENDINGS = ("ون", "ين", "ان", "ات", "ه")
_KNOWN = ("all", "head", "some", "none")
_WHOLE = 3  # words of an office from which on it is told once more rather than another's
_SURE = 0.6  # probability from which on a description is another's: taken for nobody else it is incomplete, not wrong
_LINKED = -3.0  # log of a link from which on the word that it leads to is looked at


class Described(NamedTuple):
    """A description [first, last) beside its cue, and whom the rules take it for."""

    cue: Cue
    first: int
    last: int
    by_rule: ActorDraft | None


class Referents:
    """The choice of whom descriptions of one article stand for."""

    def __init__(
        self,
        doc: Document,
        lexicon: Lexicon,
        phrases: Phrases,
        words: WordsInContext,
        registry: ActorRegistry,
        antecedents: Antecedents,
        model: LinearModel,
    ) -> None:
        """`antecedents` knows where the article mentions whom."""
        self._doc, self._lexicon, self._phrases, self._words = doc, lexicon, phrases, words
        self._registry, self._antecedents, self._model = registry, antecedents, model

    def best(
        self, cue: Cue, mention: tuple[int, int], spoken: Sequence[Spoken], by_rule: ActorDraft | None
    ) -> ActorDraft | None:
        """Whom the description [first, last) beside a cue stands for, None where it is an actor of its own."""
        described = Described(cue, *mention, by_rule)
        others = [] if self.is_settled(described) else self.candidates(described, spoken)
        if not others:
            return by_rule
        n = chosen([self._model.score(features) for features in self.evidence(described, others)])
        if n:
            return self._antecedents.actor(others[n - 1], spoken)
        return by_rule if self._refers_back(described) else None  # `المتحدث ذاته` is no new one

    def _refers_back(self, described: Described) -> bool:
        """`المتحدث ذاته` behind somebody with a name; `المصدر ذاته` may stand for whoever the article is from."""
        if described.by_rule is None or described.by_rule.kind != "person":
            return False
        return not self._lexicon.words_of["same"].isdisjoint(self._doc.norms[described.first : described.last])

    def is_settled(self, described: Described) -> bool:
        """Whether the rules know better: `الجزائر` is a name, `السيد ساتيش` too, `سموه` a person named before."""
        norms, lexicon = self._doc.norms, self._lexicon
        first, last = described.first, described.last
        courtesy = lexicon.is_a(norms[first], "honorific")
        if courtesy or self._phrases.name_type(first) or norms[first] in lexicon.words_of["latter"]:
            return True
        if self._is_whole_role(described) or self._tells_issuer(described):
            return True
        return any(
            lexicon.is_honorific(norms[i])
            and not (bare(norms[i + 1]) in lexicon.titles or norms[i + 1] in lexicon.words_of["same"])
            for i in range(first, last - 1)
        )

    def _tells_issuer(self, described: Described) -> bool:
        """`بيان وزارة الدفاع`, `تقرير للحكومة`: the document says itself whose it is."""
        _, first, last, draft = described
        is_document = draft is not None and self._phrases.head_kind(first) == "document"
        return is_document and issuer_within(self._doc, self._lexicon, self._phrases, first, last) is not None

    def _is_whole_role(self, described: Described) -> bool:
        """`سمو نائب خادم الحرمين الشريفين` behind somebody with a name who is just that."""
        draft, norms = described.by_rule, self._doc.norms[described.first : described.last]
        if draft is None or draft.role is None or not draft.named or draft.kind != "person":
            return False
        office = [n for n in norms if not self._lexicon.is_honorific(n)]
        return len(office) >= _WHOLE and office == [normalize(word) for word in draft.role.split()]

    def candidates(self, described: Described, spoken: Sequence[Spoken]) -> list[Candidate]:
        """Whom it may stand for, beside itself."""
        found: dict[int, Candidate] = {}
        if described.by_rule is not None:
            found[id(described.by_rule)] = Candidate(described.by_rule)
        for ago, statement in enumerate(reversed(spoken[-_SPEAKERS:])):
            found.setdefault(id(statement.actor), Candidate(statement.actor)).turns.append(ago)
        linked = self._linked(described)
        if linked is not None:
            found.setdefault(id(linked.draft) if linked.draft is not None else -1, linked)
        head = self._phrases.head_kind(described.first)
        others = [c for c in found.values() if c.draft is None or can_be(self._lexicon, head, c.draft)]
        for candidate in others:
            candidate.kind = self._antecedents.kind(candidate)
            candidate.link = self._antecedents.link(candidate, described.cue)
        return others

    def _linked(self, described: Described) -> Candidate | None:
        """Whom the encoder links the cue to, outside of the description."""
        at, log = self._words.links.best_beside(SAYS, described.cue.at, described.first, described.last)
        if log < _LINKED:
            return None
        place = next((p for p in self._antecedents.places(self._doc.sentence_of[at]) if p.first <= at < p.last), None)
        if place is None or (place.first < described.last and described.first < place.last):
            return None
        between = self._doc.norms[described.last : place.first]
        if not self._lexicon.words_of["seen_by"].isdisjoint(between):
            return None  # `وثيقة اطلعت عليها رويترز`
        draft = self._registry.known(place.first, place.last)
        return Candidate(draft, [place])

    def evidence(self, described: Described, others: Sequence[Candidate]) -> Iterator[Iterator[str]]:
        """The evidence for the description itself, then for each of the `others`, as feature names."""
        what = self._what(described)
        known = [self._known(what, c) for c in others]
        best = link_step(max(c.link for c in others))
        yield self._of_itself(described, what, others, known, best)
        for candidate, called in zip(others, known, strict=True):
            yield self._of_another(described, what, candidate, called, best)

    def _of_itself(
        self, described: Described, what: "_What", others: Sequence[Candidate], known: Sequence[str], best: int
    ) -> Iterator[str]:
        """For the description as an actor of its own; `known` tells how much of it each of the others is called."""
        ruled = described.by_rule is not None
        own = self._words.links.together(SAYS, described.cue.at, range(described.first, described.last))
        closest = min(known, key=_KNOWN.index)
        spoke = next((f"{c.kind},{called}" for c, called in zip(others, known, strict=True) if 0 in c.turns), "")
        yield f"own,{what.kind},{what.definite},{what.many}"
        yield f"own,{what.kind},{what.definite},ruled={ruled}"
        yield f"own,head={what.head}"
        yield f"own,again={what.again},ruled={ruled}"
        yield f"own,link={link_step(own)},best={best}"
        yield f"own,best={best},{what.kind},{what.definite}"
        yield f"own,best={best},ruled={ruled}"
        yield f"own,known={closest},{what.kind},{what.definite}"
        yield f"own,known={closest},{what.many},ruled={ruled}"
        yield f"own,spoke={spoke},{what.kind},{what.definite}"

    def _of_another(
        self, described: Described, what: "_What", candidate: Candidate, called: str, best: int
    ) -> Iterator[str]:
        """For one of the others, who is `called` so many of its words."""
        ago, by_rule = min(candidate.turns, default=-1), candidate.draft is described.by_rule
        link, draft = link_step(candidate.link), candidate.draft
        near = draft.last_before(described.first) if draft is not None else candidate.places[0].first
        far = 9 if near < 0 else min(8, (described.first - near) // 16)
        yield f"rule={by_rule},{what.kind}"
        yield f"rule={by_rule},head={what.head}"
        yield f"rule={by_rule},{what.definite},{what.many}"
        yield f"rule={by_rule},{called}"
        yield f"rule={by_rule},link={link}"
        yield f"rule={by_rule},ago={min(ago, 2)},{what.again}"
        yield f"rule={by_rule},far={far}"
        yield f"link={link},{what.kind}"
        yield f"link={link},best={best}"
        yield f"link={link},ago={min(ago, 1)}"
        yield f"ago={ago},{what.kind}"
        yield f"ago={ago},{what.definite},{called}"
        yield f"ago={ago},{what.again}"
        yield f"ago={min(ago, 1)},{candidate.kind},{what.kind},{what.definite}"
        yield f"kind={candidate.kind},{what.kind},{what.definite}"
        yield f"kind={candidate.kind},{called},{by_rule}"
        yield f"kind={candidate.kind},head={what.head}"
        yield f"known={called},{what.kind},{what.many}"
        yield f"known={called},{what.definite},{what.again}"
        yield f"known={called},link={link}"
        yield f"far={far},{called}"
        if draft is not None:
            yield f"named={draft.named},{what.kind},{what.definite}"
            yield f"gender={self._agrees(described.first, draft)},{what.kind}"
            yield f"mentions={min(len(draft.positions), 4)},{min(ago, 1)}"

    def _what(self, described: Described) -> "_What":
        """What the description itself tells."""
        doc, first, last = self._doc, described.first, described.last
        lexicon = self._lexicon
        norms = list(doc.norms[first:last])
        particle = self._phrases.attached(first)
        if particle and len(norms[0]) > 3:
            norms[0] = ("ال" + norms[0][2:]) if norms[0].startswith(particle + "ل") else norms[0][1:]
        norms[0] = without_conjunction(norms[0])
        again = any(n in lexicon.words_of["same"] or lexicon.is_a(n, "pronoun") for n in norms)
        telling = [n for n in norms if n not in lexicon.words_of["same"] and not lexicon.is_a(n, "pronoun")] or norms
        kind = self._phrases.head_kind(first) or "other"
        stems = frozenset(_stem(n) for n in telling if n.isalpha())
        return _What(kind, bare(telling[0]), telling[0].startswith("ال"), again, min(len(telling), 5), stems)

    def _known(self, what: "_What", candidate: Candidate) -> str:
        """How many words of the description the candidate is called by."""
        if candidate.draft is not None:
            names = {_stem(n) for n in (*candidate.draft.titles, *candidate.draft.words)}
        else:
            names = {_stem(n) for p in candidate.places for n in self._doc.norms[p.first : p.last]}
        shared = len(what.stems & names)
        if shared == len(what.stems):
            return "all"
        return "head" if _stem(what.head) in names else "some" if shared else "none"

    def _agrees(self, first: int, draft: ActorDraft) -> str:
        """Whether the description's gender can be the actor's."""
        gender = self._registry.gender(first)
        return "?" if gender is None or draft.feminine is None else "yes" if gender == draft.feminine else "no"


def chosen(scores: Sequence[float]) -> int:
    """Of a description, which is the first, and the others that it may stand for the one that is taken.

    >>> chosen([0.0, 0.1]), chosen([0.0, 2.0])
    (0, 1)
    """
    shares = LinearModel.shares(scores)
    n = max(range(1, len(shares)), key=shares.__getitem__)
    return n if shares[n] >= _SURE else 0


class _What(NamedTuple):
    """A description: its head's kind and word, whether it is definite and refers back, its words and their stems."""

    kind: str
    head: str
    definite: bool
    again: bool
    many: int
    stems: frozenset[str]


def _stem(norm: str) -> str:
    """A normalized word without its article and its plural or feminine ending: `المتمردون` and `متمردين` are alike.

    >>> _stem("المتمردون"), _stem("متمردين"), _stem("الصحيفه")
    ('متمرد', 'متمرد', 'صحيف')
    """
    word = bare(norm)
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) > len(e) + 2), "")
    return word.removesuffix(ending)
