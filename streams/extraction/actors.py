"""Actors: which mentions of an article stand for the same person or institution, and what they are called.

One registry an article: names come from the entities and their titles, descriptions (`الوزير الروسي`, `الصحيفة`) are
resolved to the nearest actor before them whose titles contain their words.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas import ActorKind
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.text import normalize
from streams.extraction.tokens import Kind

_TITLE_REACH = 9  # words of a title before a name
_LATTER = frozenset(["الاخير", "الاخيره"])
_SAME = frozenset(["نفسه", "نفسها", "ذاته", "ذاتها"])


class PersonMention(NamedTuple):
    """A named person at tokens [first, last), the name itself at [name_first, last), titles before it."""

    first: int
    name_first: int
    last: int


@dataclass(slots=True)
class ArticleActorDraft:
    """An actor while its article is being read."""

    name: str
    kind: ActorKind
    words: tuple[str, ...]
    titles: set[str] = field(default_factory=set)
    role: str | None = None
    name_latin: str | None = None
    feminine: bool | None = None
    named: bool = False
    aliases: Counter[str] = field(default_factory=Counter)
    positions: list[int] = field(default_factory=list)


class ActorRegistry:
    """The actors of one article."""

    def __init__(
        self, doc: Document, lexicon: Lexicon, phrases: Phrases, entities: tuple[EntityMention, ...]
    ) -> None:
        """Read all named people of the document with their titles, in order."""
        self._doc, self._lexicon, self._phrases = doc, lexicon, phrases
        self._entities = {e.first: e for e in entities}
        self.drafts: list[ArticleActorDraft] = []
        self._of_entity: dict[EntityMention, ArticleActorDraft] = {}
        for e in sorted(entities, key=lambda e: -(e.last - e.first)):  # full names before family names
            if e.type == "PER":
                self._of_entity[e] = self._add_person(e)
        for draft in self.drafts:
            draft.positions.sort()

    # -- people ---------------------------------------------------------------------------------------------------

    def _add_person(self, e: EntityMention) -> ArticleActorDraft:
        doc = self._doc
        words = self._words(e.first, e.last, e.skip)
        draft = self._same_person(words, e.first)
        name = doc.body[doc.tokens[e.first].start + e.skip : doc.tokens[e.last - 1].end]
        if draft is None:
            draft = ArticleActorDraft(name, "person", words, named=True)
            self.drafts.append(draft)
        elif len(words) > len(draft.words):
            draft.name, draft.words = name, words
        draft.aliases[name] += 1
        draft.positions.append(e.first)
        first = self._title_start(e.first) if not e.skip else e.first
        if first < e.first:
            self._set_role(draft, doc.text(first, e.first).rstrip("،, "))
            draft.titles |= {_bare(n) for n in doc.norms[first : e.first]}
            draft.aliases[doc.text(first, e.last)] += 1
        self._apposition(e.last, draft)
        return draft

    def _title_start(self, name_first: int) -> int:
        """First token of the title before a name, or name_first. `وزير الخارجية الروسي سيرغي لافروف`."""
        doc, lexicon = self._doc, self._lexicon
        best = name_first
        j = name_first - 1
        sentence = doc.sentences[doc.sentence_of[name_first]].first
        while j >= max(sentence, name_first - _TITLE_REACH):
            norm = doc.norms[j]
            if doc.kinds[j] is not Kind.WORD:
                if not (norm in '،,/"»«' and j == name_first - 1 or norm in '"«»'):
                    break
                j -= 1
                continue
            if any(lexicon.is_a(norm, c) for c in ("relative", "complementizer", "subordinator", "negation", "auxiliary")):
                break
            if lexicon.is_a(norm, "preposition") and norm not in ("في", "من"):
                break
            if norm in lexicon.calendar:
                break
            if _bare(norm) in lexicon.titles or norm in lexicon.titles:
                if norm in lexicon.unnamed and best < name_first:
                    break  # `متحدث باسم الرئيس مون`: the spokesman is somebody else
                best = j
            j -= 1
        return best

    def _apposition(self, after: int, draft: ArticleActorDraft) -> None:
        """`محمد ولي، المتحدث باسم الوزارة،`: the title may follow the name."""
        doc, lexicon = self._doc, self._lexicon
        i = after
        if i < len(doc.tokens) and doc.norms[i] in ("،", ","):
            i += 1
        if i >= len(doc.tokens) or doc.kinds[i] is not Kind.WORD:
            return
        norm = doc.norms[i]
        if _bare(norm) not in lexicon.titles or i in self._entities or norm.startswith("نظير"):
            return
        last = self._phrases.end(i, min(len(doc.tokens), i + 8))
        if last > i and not any(k in self._entities and self._entities[k].type == "PER" for k in range(i, last)):
            title = doc.text(i, last)
            draft.titles |= {_bare(n) for n in doc.norms[i:last]}
            draft.aliases[title] += 1
            if draft.role is None:
                self._set_role(draft, title)

    @staticmethod
    def _set_role(draft: ArticleActorDraft, title: str) -> None:
        """Keep the fullest title; `نظيره` (his counterpart) is none."""
        if len(title) > len(draft.role or "") and not title.startswith("نظير"):
            draft.role = title

    def _same_person(self, words: tuple[str, ...], at: int) -> ArticleActorDraft | None:
        """The person whose full name holds these words; the family name alone is enough where only one has it."""
        found = []
        for draft in self.drafts:
            if draft.kind != "person":
                continue
            if draft.words == words:
                return draft
            if set(words) <= set(draft.words) or (len(words) > 1 and set(draft.words) <= set(words)):
                found.append(draft)
            elif len(words) == 1 and len(words[0]) > 3 and _close(words[0], draft.words[-1]):
                found.append(draft)
        if not found:
            return None
        # two people of one family name: the one named last before this place
        return max(found, key=lambda d: (max((p for p in d.positions if p <= at), default=-1), sum(d.aliases.values())))

    # -- resolution -----------------------------------------------------------------------------------------------

    def resolve(self, first: int, last: int, previous: ArticleActorDraft | None) -> ArticleActorDraft:
        """The actor that the mention [first, last) stands for; `previous` spoke last."""
        doc = self._doc
        text = doc.text(first, last).strip()
        draft = self._resolve_named(first, last)
        if draft is None:
            draft = self._resolve_description(first, last, previous)
        if draft is None:
            draft = self._new(first, last)
        draft.aliases[text] += 1
        draft.positions.append(first)
        return draft

    def _resolve_named(self, first: int, last: int) -> ArticleActorDraft | None:
        people = [e for i in range(first, last) if (e := self._entities.get(i)) and e.type == "PER" and e.last <= last]
        if not people or self._is_joint(first, last, people):
            return None
        # `أندرو بريمبرغ أحد مستشاري الرئيس دونالد ترامب`: a name at the head; else the last, titles stand before it
        named = people[0] if people[0].first == first else people[-1]
        words = self._words(named.first, named.last, named.skip)
        head = self._phrases.head_kind(first)
        if named.first > first and (
            head in ("organization", "document", "group")
            or (head == "unnamed" and not self._doc.norms[first].startswith("ال") and self._has_title(first + 1, named.first))
        ):
            return None  # `حكومة نتنياهو`, `خصوم كلينتون`, `متحدث باسم الرئيس مون` are not the person
        draft = self._same_person(words, first)
        if draft is not None and first < named.first:
            draft.titles |= {_bare(n) for n in doc_slice(self._doc, first, named.first)}
            if head == "person":
                self._set_role(draft, self._doc.text(first, named.first).rstrip("،, "))
        return draft

    def _has_title(self, first: int, last: int) -> bool:
        return any(_bare(n) in self._lexicon.titles for n in self._doc.norms[first:last])

    def _is_joint(self, first: int, last: int, people: list[EntityMention]) -> bool:
        """`ميركل وماكرون`: several people of one cue."""
        return len(people) > 1 and any(
            self._doc.norms[e.first].startswith("و") or self._doc.norms[e.first - 1] in ("،", ",", "و") for e in people[1:]
        )

    def _resolve_description(
        self, first: int, last: int, previous: ArticleActorDraft | None
    ) -> ArticleActorDraft | None:
        doc, lexicon = self._doc, self._lexicon
        norms = [n for n in doc.norms[first:last] if n not in _SAME]
        if not norms:
            return previous
        if norms[0] in _LATTER or norms[-1] in _LATTER and len(norms) == 1:
            return self._latest_other(first, previous)
        head = norms[0]
        bare = {_bare(n) for n in norms}
        # Same words as an actor we know.
        for draft in reversed(self.drafts):
            if draft.kind != "person" and draft.words == tuple(norms):
                return draft
        if not head.startswith("ال"):
            if _bare(head) in lexicon.occasions and lexicon.occasions[_bare(head)] == "document":
                return self._issuer(first, last, previous)
            definite = head in lexicon.titles and len(norms) >= 2
            if not definite:
                return None
        if lexicon.occasions.get(_bare(head)) == "document" and len(norms) <= 2:
            return self._issuer(first, last, previous)
        # الوزير الروسي: the nearest actor before whose titles hold all of these words
        best, best_at = None, -1
        for draft in self.drafts:
            at = max((p for p in draft.positions if p < first), default=-1)
            if at < 0:
                continue
            known = draft.titles | ({_bare(w) for w in draft.words} if draft.kind != "person" else set())
            if bare <= known and at > best_at:
                best, best_at = draft, at
        return best

    def _issuer(self, first: int, last: int, previous: ArticleActorDraft | None) -> ArticleActorDraft | None:
        """A document speaks for who issued it: `بيان لوزارة الداخلية`, else whoever spoke last (`وأضاف البيان`)."""
        doc = self._doc
        for i in range(first + 1, last):
            norm = doc.norms[i]
            skip = 0
            if norm.startswith("لل"):
                skip = 1
            elif norm[:1] == "ل" and norm[1:] in self._lexicon.organizations:
                skip = 1
            if skip or self._phrases.head_kind(i) in ("organization", "person"):
                end = self._phrases.end(i, last)
                if end > i:
                    named = self._resolve_named(i, end)
                    return named or self._organization(i, end, skip)
        if last - first <= 2 and doc.norms[first].startswith("ال"):
            return previous
        return None

    def _latest_other(self, before: int, previous: ArticleActorDraft | None) -> ArticleActorDraft | None:
        """الأخير: the person named last before this place."""
        found, at = previous, -1
        for draft in self.drafts:
            near = max((p for p in draft.positions if p < before), default=-1)
            if draft.kind == "person" and near > at:
                found, at = draft, near
        return found

    def of_entity(self, e: EntityMention) -> ArticleActorDraft | None:
        """The actor that an entity names, None where it names none."""
        known = self._of_entity.get(e)
        if known is not None:
            return known
        words = self._words(e.first, e.last, e.skip)
        return next((d for d in self.drafts if d.named and d.words == words), None)

    def subject_before(self, at: int) -> ArticleActorDraft | None:
        """Who is talked about before a cue without a subject where nobody has spoken yet: the actor named last."""
        near = [(max(before), n) for n, d in enumerate(self.drafts) if (before := [p for p in d.positions if p < at])]
        return self.drafts[max(near)[1]] if near else None

    # -- new actors -----------------------------------------------------------------------------------------------

    def _organization(self, first: int, last: int, skip: int) -> ArticleActorDraft:
        doc = self._doc
        text = doc.body[doc.tokens[first].start + skip : doc.tokens[last - 1].end]
        if skip and text.startswith("ل"):
            text = "ا" + text
        words = tuple(normalize(w) for w in text.split())
        for draft in self.drafts:
            if draft.words == words:
                return draft
        draft = ArticleActorDraft(text, "organization", words, named=True)
        self.drafts.append(draft)
        return draft

    def _new(self, first: int, last: int) -> ArticleActorDraft:
        doc, lexicon = self._doc, self._lexicon
        head = self._phrases.head_kind(first)
        inner = [e for i in range(first, last) if (e := self._entities.get(i))]
        kind: ActorKind
        if head == "unnamed":
            kind = "unnamed"
        elif head == "group":
            kind = "group"
        elif any(e.type == "PER" and e.first == first for e in inner) and self._is_joint(first, last, inner):
            kind = "group"
        elif head == "person":
            kind = "person"
        elif head in ("organization", "document") or inner:
            kind = "organization"
        else:
            norm = doc.norms[first]
            kind = "group" if norm.endswith(("ون", "ين", "ات")) else "unnamed" if last - first > 3 else "organization"
        text = doc.text(first, last).strip()
        words = tuple(doc.norms[first:last])
        if words[0].startswith("و") and head is not None and not self._phrases.is_head_word(words[0]):
            text, words = text[1:], (words[0][1:], *words[1:])  # `والبعض`: the conjunction is no part of the name
        draft = ArticleActorDraft(_clean(text), kind, words, titles={_bare(n) for n in words} if kind != "group" else set())
        draft.named = kind == "organization" or bool(inner and kind == "group")
        if kind == "person":
            draft.role = text
        self.drafts.append(draft)
        return draft

    def _words(self, first: int, last: int, skip: int) -> tuple[str, ...]:
        doc = self._doc
        head = normalize(doc.tokens[first].form.text[skip:])
        return (head, *(n for i, n in enumerate(doc.norms[first + 1 : last], first + 1) if doc.kinds[i] is Kind.WORD))


def doc_slice(doc: Document, first: int, last: int) -> tuple[str, ...]:
    """Normalized words of tokens [first, last) without marks."""
    return tuple(doc.norms[i] for i in range(first, last) if doc.kinds[i] is Kind.WORD)


def _bare(norm: str) -> str:
    if len(norm) > 4 and norm[0] == "و" and norm[1:3] == "ال":
        norm = norm[1:]
    return norm[2:] if norm.startswith("ال") and len(norm) > 4 else norm


def _clean(text: str) -> str:
    return text.strip(" \"«»“”،,:;؛-–\n")


def _close(a: str, b: str) -> bool:
    """Two spellings of one family name: نتنياهو and نتانياهو, ماكرون and ماكغون are not."""
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 5:
        return False
    skeleton = str.maketrans("", "", "اوي")
    return a.translate(skeleton) == b.translate(skeleton) and len(a.translate(skeleton)) >= 3
