"""Actors: which mentions of an article stand for the same person or institution, and what they are called.

One registry an article: names come from the entities and their titles, descriptions (`الوزير الروسي`, `الصحيفة`) are
resolved to the nearest actor before them whose titles contain their words.
"""

from streams.extraction.actors.drafts import ActorDraft, DraftIndex, Refer, Words, as_ruled, bare
from streams.extraction.actors.issuers import issuer_within, maker_at, publisher, told_before
from streams.extraction.actors.latest import Named
from streams.extraction.actors.latin import latin_behind
from streams.extraction.actors.naming import Naming, can_be
from streams.extraction.actors.offices import is_courtesy, is_titled, office_of, take_role
from streams.extraction.actors.titles import MentionEnd, is_office, title_after, title_start, whose_name
from streams.extraction.byline import is_tag
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.eulogies import praised_at
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.tokens import WORD

_SOURCE = "المصدر"
_NEAR = 40  # names or phrases before a place that are looked at; more would take a long article's square
_TELLING = 3  # words of a title that stand for the person even before the name is given


class ActorRegistry:
    """The actors of one article."""

    def __init__(
        self,
        doc: Document,
        lexicon: Lexicon,
        phrases: Phrases,
        entities: tuple[EntityMention, ...],
        mention_end: MentionEnd,
    ) -> None:
        """Read all named people with titles; `(Sami Haddad)` behind a name spells it."""
        self._mention_end = mention_end
        self._doc, self._lexicon, self._phrases = doc, lexicon, phrases
        entities = tuple(e for e in entities if not (latin_behind(doc, e.first - 1) or is_tag(doc, lexicon, e.first)))
        self._entities = {e.first: e for e in entities}
        self._naming = Naming(doc, lexicon, phrases, self._entities)
        self.gender = self._naming.gender
        self._people = frozenset(e.first for e in entities if e.type == "PER")
        self._in_names = frozenset(i for e in entities if e.type == "PER" for i in range(e.first, e.last))
        self._index = DraftIndex()
        self._end_of: dict[int, int] = {}  # where phrases end that begin at a token, found out once
        self._of_entity: dict[EntityMention, ActorDraft] = {}
        for e in sorted(entities, key=lambda e: -(e.last - e.first)):  # full names before family names
            if e.type == "PER":
                self._of_entity[e] = self._add_person(e)
        self._named = Named(self._entities, self._of_entity)
        self.people_before = self._named.people_before

    def _add_person(self, e: EntityMention) -> ActorDraft:
        doc = self._doc
        words = self._naming.words(e.first, e.last, e.skip)
        name = doc.name(e.first, e.last)[e.skip :]
        draft = self._index.person(words, e.first, given=self._naming.is_given(e.first, words))
        if draft is None:
            draft = self._index.add(ActorDraft(name, "person", words, named=True))
            if len(words) > 1 and words[0].endswith("ه") and words[0] not in self._lexicon.masculine_names:
                draft.feminine = True  # رندة, فاطمة; أسامة and حمزة are men
        elif len(words) > len(draft.words):
            self._index.rename(draft, name, words)
        draft.mentioned(e.first, name)
        if draft.name == name:
            draft.name_latin = draft.name_latin or latin_behind(doc, e.last)
        first = e.first if e.skip else title_start(doc, self._lexicon, self._phrases, e.first, self._in_names)
        if first < e.first:
            self._add_title(draft, first, e.first)
            draft.aliases[doc.text(first, e.last)] += 1
        after = title_after(doc, self._lexicon, self._phrases, e.last, self._people, self._mention_end)
        if after is not None and not (after[0] == e.last and is_office(doc, self._lexicon, first, e.first)):
            draft.aliases[doc.text(*after)] += 1
            self._add_title(draft, *after, replace=draft.role is None or is_courtesy(self._lexicon, draft.role))
        return draft

    def _add_title(self, draft: ActorDraft, first: int, last: int, *, replace: bool = True) -> None:
        doc = self._doc
        words = [bare(doc.norms[i]) for i in range(first, last) if doc.kinds[i] is WORD]
        self._index.add_titles(draft, words)
        genders = [self._lexicon.titles[w].gender for w in words[:1] if w in self._lexicon.titles]
        if genders and draft.feminine is None:
            draft.feminine = genders[0] == "f"  # `المتحدثة باسم الوزارة`: who says `وقالت` later on
        if replace:
            take_role(self._lexicon, draft, office_of(doc, self._lexicon, self._phrases, first, last))

    def resolve(
        self,
        first: int,
        last: int,
        previous: ActorDraft | None,
        feminine: bool | None = None,
        *,
        attached: bool = False,
        refer: Refer = as_ruled,
    ) -> ActorDraft:
        """The actor that the mention [first, last) stands for.

        `previous` spoke last, `feminine` is how its verb has it, `attached` whether ل belongs to the cue (`وفقا لـ`).
        `refer` decides on a description whom the rules take for somebody, or for nobody else.
        """
        first += self._doc.norms[first] in self._lexicon.words_of["testimony"] and first + 1 < last  # `رواية الجيران`
        draft = self._praised(first) or self._resolve_named(first, last, feminine) or self._publisher(first, last)
        if draft is None and not self._naming.is_shared(first, last):
            draft = refer(self._resolve_description(first, last, previous))
        attached = attached and self._doc.norms[first].startswith("ل")
        draft = draft or self._called(self._naming.telling(first, last)) or self._add(first, last, attached=attached)
        draft.mentioned(first, self._doc.text(first, last).strip())
        return draft

    def known(self, first: int, last: int) -> ActorDraft | None:
        """The actor that a phrase stands for if the article has one already; nothing is remembered of it."""
        if self._phrases.head_kind(first) == "document":
            return None
        return self._person(self._named_in(first, last), first) or self._resolve_description(first, last, None)

    def _praised(self, first: int) -> ActorDraft | None:
        name = praised_at(self._doc.norms, first)
        if name is None:
            return None
        return next(self._index.with_words((name,)), None) or self._index.add(
            ActorDraft(name, "person", (name,), named=True)
        )

    def _named_in(self, first: int, last: int) -> EntityMention | None:
        """The name of whoever the mention [first, last) stands for, None where it names nobody, or several."""
        people = [e for i in range(first, last) if (e := self._entities.get(i)) and e.type == "PER" and e.last <= last]
        several = self._naming.is_joint(people)
        return whose_name(self._doc, self._lexicon, self._phrases, first, people) if people and not several else None

    def _person(self, e: EntityMention | None, before: int, feminine: bool | None = None) -> ActorDraft | None:
        """Who is named so, as seen from token `before`."""
        if e is None:
            return None
        words = self._naming.words(e.first, e.last, e.skip)
        return self._index.person(words, before, feminine, given=self._naming.is_given(e.first, words))

    def _resolve_named(self, first: int, last: int, feminine: bool | None = None) -> ActorDraft | None:
        """Who is named in the mention [first, last), which may tell a title of his."""
        e = self._named_in(first, last)
        draft = self._person(e, first, feminine)
        if draft is not None and e is not None and first < e.first:
            told = self._phrases.head_kind(first) == "person" or is_titled(self._lexicon, self._doc.norms[first])
            # not in `سامي الحداد شقيق رامي الحداد`
            self._add_title(draft, first, e.first, replace=told and self._people.isdisjoint(range(first, e.first)))
        return draft

    def _resolve_description(self, first: int, last: int, previous: ActorDraft | None) -> ActorDraft | None:
        lexicon = self._lexicon
        norms = self._naming.telling(first, last)
        if not norms:
            return previous
        if norms[0] in lexicon.words_of["latter"]:
            if not norms[0].endswith("ه"):
                return self._named.person_before(first) or previous
            e = self._named.feminine_before(first, self.gender)
            return previous if e is None else self.known(e.first, e.last) or self._add(e.first, e.last)
        if lexicon.is_a(norms[0], "honorific"):  # `وقال سموه`, `وأضاف معاليه`
            return self._honoured(first, previous)
        head = norms[0]
        same = self._state(first, last) or self._called(norms)
        if same is not None:
            return same
        kind = self._naming.kind_of(first)
        behind = enumerate(self._doc.norms[first + 1 : last], first + 1)  # `بيان صادر عن الوزارة`, `تقرير سنوي لمنظمة`
        by = (lexicon.is_a(n, "made") or self._phrases.attached(i) == "ل" for i, n in behind)
        if kind == "document" and (not head.startswith("ال") or len(norms) <= 2 or any(by)):
            issuer = self._issuer(first, last)
            if issuer is not None:
                self._index.add_titles(issuer, [bare(head)])  # `تقرير للمنظمة`: then التقرير is hers
                return issuer
        if not head.startswith("ال") and not (head in lexicon.titles and len(norms) >= 2):
            return None
        # الوزير الروسي: the nearest actor before whose titles hold all of these words, else, as a lead often has it
        # (`جدد وزير الخارجية الروسي …. وقال وزير الخارجية الروسي سيرغي لافروف`), the next one to be named with them
        # `الشرطة` is not `الإعلام والشرطة`
        words = {bare(n) for n in norms}
        courteous = {bare(n) for n in norms if lexicon.is_honorific(n)}
        place = self._phrases.name_type(first) == "LOC"  # `الصين` is not `وكالة أنباء الصين`
        institutions = lexicon.organizations if place else {}
        holders = [
            d
            for d in self._index.with_titles(words - courteous or words)
            if can_be(lexicon, kind, d) and f"و{head}" not in d.words and d.words[0] not in institutions
        ]
        if previous is not None and previous in holders:
            return previous  # not another minister whom it names since: `قال الجبير … مع الوزير شتاينماير. ورأى الوزير`
        before = [(at, d) for d in holders if (at := d.last_before(first)) >= 0]
        if before:
            return max(before, key=lambda x: x[0])[1]
        if kind in ("organization", "document"):
            fuller = None if place else self._first_named(first, tuple(map(bare, norms)))
            if fuller is not None or kind == "organization" or previous is None:
                return fuller
            if previous.kind != "person":
                return previous
            return None if bare(head) in lexicon.words_of["own"] else self._owner(first, bare(head)) or previous
        again = head.startswith("ال") and len(norms) < last - first
        if previous is not None and (again or head == _SOURCE):
            return previous  # `وأوضح المصدر ذاته` behind an institution
        if previous is not None and previous.kind == "person" and {*norms} <= lexicon.words_of["speaking"]:
            return previous  # `وأضاف المتحدث` behind `محمد فقيهي، أستاذ القانون`
        if len(norms) < _TELLING:
            return None
        return min((d for d in holders if d.named and d.kind == "person"), key=lambda d: d.positions[0], default=None)

    def _state(self, first: int, last: int) -> ActorDraft | None:
        """`وقالت موسكو`: the state for which a capital speaks, where the article names it."""
        e = self._naming.state_of(first, last)
        return None if e is None else self.of_entity(e) or self._add(e.first, e.last)

    def _called(self, words: Words) -> ActorDraft | None:
        """Who is called by just these words, people aside."""
        return next((d for d in self._index.with_words(words) if d.kind != "person"), None)

    def _issuer(self, first: int, last: int) -> ActorDraft | None:
        """For whom the document [first, last) speaks, None where it is not told."""
        doc, lexicon, phrases = self._doc, self._lexicon, self._phrases
        issuer = issuer_within(doc, lexicon, phrases, first, last) or maker_at(doc, lexicon, phrases, last)
        if issuer is None:
            return None
        if issuer.attached or phrases.head_kind(issuer.first) == "organization":
            return self._resolve_named(*issuer[:2]) or self._organization(*issuer)
        return self._resolve_named(*issuer[:2]) or self.known(*issuer[:2]) or self._add(*issuer[:2])

    def _publisher(self, first: int, last: int) -> ActorDraft | None:
        """`أصدرت المنظمة بيانا … وجاء في البيان`: who issued the document that was told of last."""
        doc, head = self._doc, self._doc.norms[first]
        plain = head.startswith("ال") and len(self._naming.telling(first, last)) == 1
        if not plain or self._naming.kind_of(first) != "document":
            return None
        issuer = publisher(doc, self._lexicon, self._phrases, told_before(doc, first, bare(head)))
        return None if issuer is None else self.known(*issuer[:2]) or self._add(*issuer[:2])

    def _owner(self, before: int, document: str) -> ActorDraft | None:
        """`أصدرت النقابة بيانا … وشدد البيان`: the institution that spoke where the document was told of last."""
        doc = self._doc
        for i in told_before(doc, before, document):
            first = doc.sentences[doc.sentence_of[i]].first
            spoken = ((d.last_before(i), d) for d in self._index.drafts[-_NEAR:] if d.kind != "person")
            at, draft = max(spoken, key=lambda x: x[0], default=(-1, None))
            if at >= first:
                return draft
        return None

    def _first_named(self, before: int, words: Words) -> ActorDraft | None:
        """`اللجنة` after `لجنة التدقيق البيئي`, `الدراسة` after `دراسة حديثة`: the nearest fuller phrase before."""
        doc = self._doc
        for i in self._doc.places_before(words[0], before, _NEAR):
            entity = self._entities.get(i)
            last = entity.last if entity else self._end(i)
            if not self._people.isdisjoint(range(i + 1, last)) or doc.norm_at(i + 1).startswith("و"):
                continue  # `الشرطة` is not `الشرطة والمسلحون`, `الصحيفة` no part of `مدير الصحيفة سامي الحداد`
            if not entity and doc.norms[i].startswith("ال") and not doc.norm_at(i + 1).startswith("ال"):
                continue  # `ونشر البيان أسماء المعتقلين`: an adjective would have its ال too
            if last - i > len(words) and set(words[1:]) <= {bare(n) for n in doc.norms[i + 1 : last]}:
                issuer = self._issuer(i, last) if self._phrases.head_kind(i) == "document" else None
                draft = issuer or self._called(self._naming.telling(i, last)) or self._add(i, last)
                self._index.add_titles(draft, words)
                return draft
        return None

    def _end(self, first: int) -> int:
        """Where a phrase ends that no statement names as its source: `دراسة حديثة` in `نشرت دراسة حديثة أمس`."""
        known = self._end_of.get(first)
        if known is None:
            limit = self._doc.sentences[self._doc.sentence_of[first]].last
            rule = self._phrases.end(first, limit)
            known = self._end_of[first] = self._mention_end(first, rule, limit) if rule > first else rule
        return known

    def _honoured(self, first: int, previous: ActorDraft | None) -> ActorDraft | None:
        """`سموه`: who spoke last or was named last, of those who are called so (`سمو الأمير`) where there are some."""
        honour = self._doc.norms[first].removesuffix("ه").removesuffix("ت")
        called = (honour, honour + "ه", *(self._lexicon.words_of["highness"] if honour == "سمو" else ()))
        people = [d for word in called for d in self._index.with_titles({word}) if d.kind == "person"]
        if previous is not None and previous.kind == "person" and (previous in people or not people):
            return previous
        nearest = max(people, key=lambda d: d.last_before(first), default=None)
        return nearest if nearest is not None and nearest.last_before(first) >= 0 else self._named.person_before(first)

    def of_entity(self, e: EntityMention) -> ActorDraft | None:
        """The actor that an entity names, None where it names none."""
        known = self._of_entity.get(e)
        if known is not None:
            return known
        return next((d for d in self._index.with_words(self._naming.words(e.first, e.last, e.skip)) if d.named), None)

    def _organization(self, first: int, last: int, attached: bool) -> ActorDraft:
        text, words = self._naming.organization(first, last, attached=attached)
        known = next(self._index.with_words(words), None)
        if known is None and len(words) == 1 and words[0].startswith("ال"):
            known = self._first_named(first, (bare(words[0]),))  # `بلاغ للجنة` behind `لجنة التدقيق البيئي`
        return known or self._index.add(ActorDraft(text, "organization", words, named=True))

    def _add(self, first: int, last: int, *, attached: bool = False) -> ActorDraft:
        return self._index.add(self._naming.new(first, last, attached=attached))
