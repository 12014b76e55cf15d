"""Noun phrases as far as attribution needs them: what may head a source, and where its phrase ends."""

from streams.extraction.adjacent import begins_another, is_general
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.lexicon import Lexicon, SourceKind
from streams.extraction.text import has_pronoun, stems
from streams.extraction.tokens import LINE, MARK, NUMBER, WORD
from streams.extraction.words.context import WordsInContext

_MAX_PHRASE = 24
_ATTACHED = frozenset(["li_prep", "la_prep", "la_emph", "bi_prep"])
_RARER = 3  # times that a word must be rarer than its rest for its first letter to be a particle
_EDGES = frozenset(["complementizer", "relative", "subordinator", "negation", "auxiliary"])
_NEW_CLAUSE = frozenset(["pronoun", "complementizer", "relative"])


class Phrases:
    """Questions about noun phrases of one document. Entities are token ranges with their type."""

    def __init__(
        self, doc: Document, lexicon: Lexicon, words: WordsInContext, entities: tuple[EntityMention, ...]
    ) -> None:
        """`words` tells frequent words, so that a particle is told from a root, and verbs in their context."""
        self._doc, self._lexicon = doc, lexicon
        self._words, self._in_context = words.clusters, words
        self._categories = words.categories
        self._heads = lexicon.titles, lexicon.organizations, lexicon.unnamed
        self._entities = {e.first: (e.last, e.type) for e in entities}
        self._whole = ("بن", "بو", *lexicon.words_of["on_behalf"])  # no preposition begins such words
        self._attached = {e.first: e.skip for e in entities}
        self._ends: dict[tuple[int, int], int] = {}
        self._prepositions: dict[int, str] = {}
        self._ending: dict[int, str] = {e.last: e.type for e in entities}
        self._within = frozenset(i for e in entities for i in range(e.first + 1, e.last))

    def head_kind(self, i: int) -> SourceKind | None:
        """What kind of source a phrase beginning at token i may be, None where it cannot be told to be one."""
        if i >= len(self._doc.tokens) or self._doc.kinds[i] is not WORD:
            return None
        entity = self._entities.get(i)
        if entity is not None:
            return "person" if entity[1] == "PER" else "organization"
        return self._lexicon.facts(self._doc.norms[i]).heads

    def is_verb(self, i: int) -> bool:
        """Whether token i is likeliest a verb where it stands."""
        return self._categories[i].removeprefix("w+").startswith("verb")

    def is_noun(self, i: int) -> bool:
        """Whether token i, a frequent word, is likeliest a common noun where it stands, and within no name."""
        free = i not in self._entities and i not in self._within and self._doc.kinds[i] is WORD
        return free and self._categories[i] == "noun" and self._doc.norms[i] in self._words

    def is_conjoined(self, i: int) -> bool:
        """Whether و is attached to token i, as its reading in context and the frequency of the rest have it."""
        norm, rank = self._doc.norms[i], self._words.rank
        joined = self._categories[i].startswith("w+") and i not in self._entities
        return joined and rank(norm) > _RARER * rank(norm[1:])

    def name_type(self, i: int) -> str:
        """The type of the entity that begins at token i, "" for none."""
        return self._entities[i][1] if i in self._entities else ""

    def name_ending(self, i: int) -> str:
        """The type of the entity that ends before token i, "" for none."""
        return self._ending.get(i, "")

    def is_within_name(self, i: int) -> bool:
        """Whether an entity that begins before token i goes on with it."""
        return i in self._within

    def is_head_word(self, norm: str) -> bool:
        """Whether the word as it is written can head a source (`وزارة`, not `والبعض`)."""
        return any(norm in heads for heads in self._heads)

    def end(self, i: int, limit: int) -> int:
        """Token after the noun phrase that begins at i, at most `limit`.

        The phrase holds titles, adjectives, names, coordinated names and an apposition between commas; it ends before
        a time, a place, the occasion (`في مؤتمر صحفي`), a relative clause, a verb of saying.
        """
        key = i, min(limit, i + _MAX_PHRASE, len(self._doc.tokens))
        if key not in self._ends:
            self._ends[key] = self._end(*key)
        return self._ends[key]

    def _end(self, i: int, limit: int) -> int:
        doc, lexicon = self._doc, self._lexicon
        j = i
        while j < limit:
            norm, kind = doc.norms[j], doc.kinds[j]
            to_whom = self.is_addressee(j) and self.head_kind(i) != "document" and not self.is_envoy(i, j)
            if j > i and (to_whom or (self.attached(j) == "ب" and not self._is_institution(j))):
                break  # an addressee or a matter: `مصدر لوكالة الأناضول`, `هدد المجلس بعواقب`
            entity = self._entities.get(j)
            if entity is not None:
                j = min(entity[0], limit)
                goes_on = self._goes_on_after_name if entity[1] == "PER" else self._goes_on_after_place
                if j < limit and (not goes_on(j) or (entity is self._entities.get(i) and self._is_place(j))):
                    break
                continue
            if kind is LINE:
                break
            if kind is MARK:
                after = self._after_mark(j, i, limit)
                if after == j:
                    break
                j = after
                continue
            if kind is NUMBER:
                j += 1
                continue
            if self._is_edge(j) or (j > i and self._is_cue_word(norm)):
                break
            if lexicon.is_a(norm, "preposition") and not self._belongs(j, i):
                break
            if j > i and begins_another(doc, lexicon, self._categories, self.head_kind, i, j):
                break
            j += 1
        while j > i and ((doc.kinds[j - 1] is MARK and doc.norms[j - 1] in "،,-–:؛(") or self._is_dangling(j - 1)):
            j -= 1
        return j

    def attached(self, j: int) -> str:
        """The preposition attached to token j, as far as its reading in context tells it from a root; "" for none."""
        if j not in self._prepositions:
            self._prepositions[j] = self._attached_to(j)
        return self._prepositions[j]

    def _attached_to(self, j: int) -> str:
        norm = self._doc.norms[j]
        if norm in ("ل", "ب", "لـ", "بـ"):
            return norm[0]
        if norm[:1] not in ("ل", "ب"):
            return ""
        if self.to_medium(j):
            return norm[0]  # `قال لعنب بلدي`
        if j in self._entities:
            return norm[0] if self._attached[j] else ""
        if self._lexicon.is_a(norm[1:], "letter") and self._lexicon.is_a(self._doc.norm_at(j + 1), "letter"):
            return norm[0]  # `لبي بي سي`, `لسي إن إن`
        if j + 1 in self._within and norm[1:] in self._words:
            return norm[0]
        if len(norm) < 4 or norm.startswith(self._whole):
            return ""
        word = self._in_context[j]
        if word.known:
            share = sum(r.probability for r in word.readings if r.preposition in _ATTACHED)
            return norm[0] if share > 0.5 and norm not in self._lexicon.organizations else ""  # not of `لجان`
        to = norm.startswith("لل") and self.name_ending(j) == "PER"  # `سامي الحداد للعربي الجديد`
        rarer = self._words.rank(norm) > _RARER * self._words.rank(norm[1:])
        return norm[0] if to or (rarer and not self.is_head_word(norm)) else ""

    def is_addressee(self, j: int) -> bool:
        """Whether token j says to whom (`لنظيره`, `سامي الحداد للأناضول`), not whose (`المدير العام للتعليم`)."""
        return self.attached(j) == "ل" and (self.name_ending(j) == "PER" or not self._is_institution(j))

    def to_medium(self, j: int) -> bool:
        """`سامي الحداد للجزيرة نت`, `لرويترز`: whether token j says to which medium, which is part of no title."""
        norm = self._doc.norms[j]
        return norm[:1] == "ل" and not {norm[1:], "ا" + norm[1:]}.isdisjoint(self._lexicon.words_of["medium"])

    def is_envoy(self, first: int, last: int) -> bool:
        """Whether [first, last) holds a title behind which ل says to or for whom: `المبعوث القطري لإسرائيل`."""
        return self.holds("envoy", first, last)

    def holds(self, construction: str, first: int, last: int) -> bool:
        """Whether one of these tokens is a word of a construction, articles and particles aside."""
        words = self._lexicon.words_of[construction]
        return any(stem in words for norm in self._doc.norms[first:last] for stem in stems(norm))

    def is_team(self, i: int) -> bool:
        """`فريق الرئيس`: whether token i is no rank but those who work for somebody."""
        return self._doc.norms[i] in self._lexicon.words_of["team"] and self._doc.norm_at(i + 1).startswith("ال")

    def _is_institution(self, j: int) -> bool:
        """`الباحث بجامعة القاهرة`, `المدير العام للتعليم`: the institution of a title, unless it is a medium."""
        words = (*stems(self._doc.norms[j]), self._doc.norms[j][1:])  # `لحزب` is too short for `stems`
        kinds = [self._lexicon.organizations[w] for w in words if w in self._lexicon.organizations]
        if "media" in kinds or self.to_medium(j):
            return False
        if self._doc.norms[j].startswith("لل"):
            return not any(w in self._lexicon.unnamed for w in stems(self._doc.norms[j]))
        return bool(kinds)

    def _is_dangling(self, i: int) -> bool:
        return self._lexicon.is_a(self._doc.norms[i], "preposition") and not self._doc.norms[i].startswith(("ل", "ب"))

    def _is_edge(self, j: int) -> bool:
        norm, lexicon = self._doc.norms[j], self._lexicon
        closed = not _EDGES.isdisjoint(lexicon.facts(norm).roles)
        return closed or norm in lexicon.words_of["edge"] or self.is_date(j) or self.is_wish(j)

    def is_wish(self, j: int) -> bool:
        """Whether token j tells how a source stays unnamed: `مسؤول رفض الكشف عن هويته`."""
        behind = self._doc.norm_at(j + 1) in self._lexicon.words_of["wish"]
        return behind and bool(self._lexicon.cue_readings(self._doc.norms[j]))

    def is_time(self, norm: str) -> bool:
        """Whether a word is a date or a time of day."""
        return self._lexicon.facts(norm).time

    def is_date(self, j: int) -> bool:
        """Whether token j is one where it stands."""
        return self.is_time(self._doc.norms[j]) and not is_general(self._doc, self._lexicon, j)

    def _goes_on_after_name(self, j: int) -> bool:
        """After a name only its title, another name or a mark go on: `حسن روحاني الرئيس الإيراني`, `ميركل وماكرون`."""
        if self._doc.kinds[j] is not WORD or j in self._entities:
            return True
        norm = self._doc.norms[j]
        if norm in self._lexicon.nationalities:
            return True
        if norm.startswith("و") and self.head_kind(j) is not None:
            return True
        if norm.startswith("ال") and norm[2:] in self._lexicon.titles:
            return not self._is_title_of_another(j)
        return norm in self._lexicon.words_of["one_of"]

    def _is_title_of_another(self, j: int) -> bool:
        """`التقت ميركل الرئيس ماكرون`: a title behind a name that another name follows."""
        for k in range(j + 1, min(j + 6, len(self._doc.tokens))):
            if self._doc.kinds[k] is not WORD:
                return False
            if self.name_type(k) == "PER":
                return True
        return False

    def _goes_on_after_place(self, j: int) -> bool:
        """`واشنطن بتخلي بيونغ يانغ`, `إيران السعي إلى`: after an institution or place only adjectives and و."""
        doc = self._doc
        if doc.kinds[j] is not WORD or j in self._entities or doc.norms[j].startswith("و"):
            return True
        if self._lexicon.is_a(doc.norms[j], "preposition"):
            return True  # `_belongs` decides
        return doc.norms[j].startswith("ال") and self._categories[j] not in ("noun", "w+noun")

    def _is_place(self, j: int) -> bool:
        """`اتهمت روسيا الولايات المتحدة`: behind a country another one is no part of its name."""
        return self.name_type(j) in ("LOC", "ORG") and not self._doc.norms[j].startswith("و")

    def _is_cue_word(self, norm: str) -> bool:
        """A verb or participle of saying, or its noun with the article (`جدد الوزير الروسي التأكيد`)."""
        readings = self._lexicon.cue_readings(norm)
        return bool(readings) and any(
            (r.form == "noun" and r.entry.clause >= 3)
            if norm.startswith("ال")
            else (r.form in ("past", "present", "participle") and r.entry.clause >= 2 and r.prefix in ("", "و", "ف"))
            for r in readings
        )

    def _belongs(self, j: int, head: int) -> bool:
        """Whether the preposition at j goes on with the phrase that begins at `head`."""
        doc, lexicon = self._doc, self._lexicon
        norm = doc.norms[j]
        if norm not in self._lexicon.words_of["within"] or j + 1 >= len(doc.tokens):
            return False
        following = doc.norms[j + 1]
        bare = following[2:] if following.startswith("ال") else following
        # `الوكالة في تقريرها`: the occasion may carry its owner's pronoun
        occasion = {following, bare, bare.removesuffix("ها"), bare.removesuffix("هم"), bare.removesuffix("ه")}
        if not occasion.isdisjoint(lexicon.occasions) or self.is_time(following):
            return False
        if not _NEW_CLAUSE.isdisjoint(lexicon.facts(following).roles):
            return False
        previous = doc.norms[j - 1] if j > head else ""
        if norm == "من":
            return lexicon.is_a(previous.removeprefix("ال"), "quantity") or self.head_kind(head) in ("unnamed", "group")
        if norm == "في":
            # a name ends its phrase: `قال سامي الخطيب في الرياض إن`
            named = any(self.name_type(k) == "PER" for k in range(head, j))
            return not named and self.head_kind(head) is not None
        if norm == "علي":  # `المشرف العام على البرنامج`
            return self.holds("over", head, j)
        return norm == "لدي" or (norm == "عن" and j > head and self.holds("in_charge", j - 1, j))

    def _after_mark(self, j: int, head: int, limit: int) -> int:
        """Where the phrase goes on after the mark at j, or j if it ends there."""
        doc = self._doc
        mark = doc.norms[j]
        q = doc.quotation_of[j]
        if q >= 0 and doc.quotations[q].open == j and doc.quotations[q].balanced:
            close = doc.quotations[q].close
            return close + 1 if close - j <= 7 and close < limit else j
        if mark == "(":
            for k in range(j + 1, min(j + 9, limit)):
                if doc.norms[k] == ")":
                    return k + 1
            return j
        if mark == "#" or (mark in "/-–" and 0 < j < limit - 1 and doc.tokens[j].start - doc.tokens[j - 1].end <= 0):
            return j + 1  # `وزير الخارجية #عادل_الجبير`
        # an apposition: `رئيس الوزراء الإسرائيلي، بنيامين نتنياهو،`; not so `انتقد الوزير، سامي الحداد، زميله`
        paused = mark in "،," and j > head and j + 1 < limit and self.head_kind(j + 1) == "person"
        if paused and not has_pronoun(doc.tokens[j + 1].form.written):
            return j + 1
        initial = len(doc.norms[j - 1]) == 1 and doc.tokens[j - 1].end == doc.tokens[j].start
        return j + 1 if mark == "." and initial and j + 1 < limit else j
