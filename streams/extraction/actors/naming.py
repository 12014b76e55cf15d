"""Naming: what an actor is called, and of which kind it is, by the phrase that first stands for it."""

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise

from schemas import ActorKind
from streams.extraction.actors.drafts import ActorDraft, Words, bare
from streams.extraction.actors.offices import is_titled, office_of, without_li, without_open_marks
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.lexicon import Lexicon, SourceKind
from streams.extraction.phrases import Phrases
from streams.extraction.text import as_name, normalize, with_servants_joined
from streams.extraction.tokens import COMMAS, NUMBER, WORD

_FEWEST_NAMES, _MOST_NAMES = 2, 5  # of a person behind a title
_EDGES = ' "«»“”،,:;؛-–\n'


class Naming:
    """Names of one article's actors."""

    def __init__(
        self, doc: Document, lexicon: Lexicon, phrases: Phrases, entities: Mapping[int, EntityMention]
    ) -> None:
        """`entities` by their first token."""
        self._doc, self._lexicon, self._phrases, self._entities = doc, lexicon, phrases, entities

    def new(self, first: int, last: int, *, attached: bool = False) -> ActorDraft:
        """The actor that a phrase [first, last) names or describes; `attached`: its first ل belongs to the cue."""
        doc = self._doc
        first += doc.norms[first] in self._lexicon.words_of["same"] and first + 1 < last  # `ذات المصدر`
        last = self._behind_quoted_name(first, last)
        head = self.kind_of(first)
        inner = [e for i in range(first, last) if (e := self._entities.get(i))]
        kind = self._kind(head, first, last, inner)
        entity = self._entities.get(first)
        skip = entity.skip if entity is not None else 0
        text = ("ا" if entity is not None and entity.alef else "") + doc.name(first, last)[skip:].strip()
        if not skip and (attached or self._phrases.attached(first) == "ل"):
            text = without_li(self._lexicon, text)  # `وفقا لدبلوماسي`
        words = (normalize(text.split()[0]), *doc.norms[first + 1 : last])
        if not skip and self._is_joined(first, words[0]):
            text, words = text[1:], (words[0][1:], *words[1:])
        draft = ActorDraft(without_open_marks(text.strip(_EDGES)), kind, words)
        if kind == "person" and (name := self._behind_title(first, last)) is not None:
            draft = ActorDraft(doc.name(name, last), kind, doc.norms[name:last], named=True)
            draft.role = office_of(doc, self._lexicon, self._phrases, first, name)
            draft.titles = set(map(bare, doc.norms[first:name]))
            return draft
        draft.named = kind == "organization" or bool(inner and kind == "group")
        if kind == "person":
            draft.role = as_name(text)
        if kind != "group":
            draft.titles = set(map(bare, words))
        if kind == "organization":
            draft.feminine = self._is_feminine(first)
        return draft

    def organization(self, first: int, last: int, *, attached: bool) -> tuple[str, Words]:
        """The name [first, last) of an institution and its words; `attached`: it stands behind ل."""
        name = self._doc.name(first, last)
        name = without_li(self._lexicon, name) if attached else name
        return name, tuple(map(normalize, name.split()))

    def _behind_title(self, first: int, last: int) -> int | None:
        """`الكاتب الأردني، رحيل محمد غرايبة`: where the name begins of which nobody knew that it is one."""
        doc = self._doc
        name = next((k + 1 for k in range(last - 1, first, -1) if doc.norms[k] in COMMAS), last)
        if not _FEWEST_NAMES <= last - name <= _MOST_NAMES or is_titled(self._lexicon, doc.norms[name]):
            return None
        sound = all(doc.kinds[k] is WORD and not self._phrases.is_verb(k) for k in range(name, last))
        return name if sound and not doc.norms[name].startswith("ال") else None

    def _is_joined(self, first: int, word: str) -> bool:
        """Whether the first letter of the phrase's first word is a conjunction: `والبعض`, `فالبعض`; not in `وكالة`."""
        phrases, lexicon = self._phrases, self._lexicon
        if word[:1] not in ("و", "ف") or phrases.is_head_word(word) or lexicon.is_a(word, "quantity"):
            return False
        definite = word[1:].startswith("ال") and lexicon.facts(word[1:]).heads is not None
        return definite or phrases.is_conjoined(first)

    def kind_of(self, first: int) -> SourceKind | None:
        """What kind of source a description at token `first` is: `الفريق` is a rank, or a team named before.

        `أرقام البنك` is a document: it speaks for whoever made it; `يومية الصباح` is a paper, `تقارير يومية` are none.
        """
        kind = self._phrases.head_kind(first)
        if not self._phrases.name_type(first) and self._phrases.holds("figures", first, first + 1):
            return "document"
        if self._phrases.holds("daily", first, first + 1) or self._phrases.is_team(first):
            return "organization"
        head = bare(self._doc.norms[first])
        if kind != "person" or head not in self._lexicon.organizations:
            return kind
        entities = self._entities
        named = any(
            i <= first and (e := entities.get(i) or entities.get(i + 1)) and e.type == "ORG"
            for i in self._doc.places(head)
        )
        return "organization" if named else kind

    def _behind_quoted_name(self, first: int, last: int) -> int:
        """`مجلة "فرانس فوتبول" المختصة في كرة القدم`: what describes it is no name; `قناة «الغد» الإخبارية` is one."""
        q = self._doc.quotation_of[first + 1] if first + 1 < last else -1
        if q < 0 or self._phrases.head_kind(first) != "organization":
            return last
        open_, close, _ = self._doc.quotations[q]
        return close + 1 if open_ == first + 1 and close + 2 < last else last

    def _is_feminine(self, first: int) -> bool | None:
        """As a verb agrees: countries and cities are feminine, others as their head is; None if unknown."""
        entity = self._entities.get(first)
        if entity is not None and entity.type == "LOC":
            return True
        gender = self._lexicon.genders.get(bare(self._doc.norms[first]))
        return None if gender is None else gender == "f"

    def _kind(self, head: SourceKind | None, first: int, last: int, inner: list[EntityMention]) -> ActorKind:
        if head == "group" and bare(self._doc.norms[first]) in self._lexicon.words_of["authority"]:
            return "organization"
        norm = self._doc.norms[first]
        counted = any(self._lexicon.is_a(word, "quantity") for word in (norm, bare(norm)))
        of_many = counted and self._doc.norm_at(first + 1) == "من"
        if of_many and self._phrases.head_kind(first + 2) == "document":
            return "organization"  # `مجموعة من التقارير`
        one_of = norm in self._lexicon.words_of["one_of"]
        counts = (counted and not of_many and not one_of) or self._doc.kinds[first] is NUMBER
        of_them = not self._lexicon.words_of["of_them"].isdisjoint(self._doc.norms[first:last])
        if of_them and head is None and not inner:
            return "unnamed" if one_of else "group"
        if counts and head is None and not inner and last - first > 1:
            return self._kind(self.kind_of(first + 1), first + 1, last, inner)  # `10 شهود عيان`, `كل الخبراء`
        if head == "unnamed" or head == "group":
            return head
        people = [e for e in inner if e.type == "PER"]  # `كل من سامي الحداد ورامي الخوري`
        if people and (counted or head == "person") and self.is_joint(people):
            return "group"
        if self.is_shared(first, last):
            return "group"
        if self._entities.get(first) is None and self._is_dual(norm):
            return "group"
        if head == "person":
            return "person"
        if of_many and not one_of:
            return "group"  # `الكثير من سكان غزة`
        if one_of or norm in self._lexicon.words_of["another"]:
            # `أحد سكان حلب`, `وقال آخر إن`, but `آخر استطلاعات الرأي`
            return "organization" if self._phrases.head_kind(first + 1) == "document" else "unnamed"
        if head in ("organization", "document") or inner:
            return "organization"
        women = bare(norm)[:-2] + "ه" in self._lexicon.titles
        if (norm.endswith("ات") and women) or norm.endswith(("ون", "ين")):
            return "group"  # `المعلمات`, but `المعلومات`
        return "unnamed" if last - first > 3 else "organization"

    def _is_dual(self, norm: str) -> bool:
        """`المحاميان`, `الممثلتان`."""
        titles, word = self._lexicon.titles, bare(norm)
        men = norm.endswith(("ان", "ين")) and word not in titles and word[:-2] in titles
        return men or (norm.endswith(("تان", "تين")) and word[:-3] + "ه" in titles)

    def is_joint(self, people: list[EntityMention]) -> bool:
        """Several people of one cue: `ميركل وماكرون`, `وزير المالية محمد الجدعان ومحافظ البنك أحمد الخليفي`."""
        norms, titles = self._doc.norms, self._lexicon.titles

        def joins(word: str) -> bool:
            return word.startswith("و") and bare(word[1:]) in titles

        return any(
            (e.skip > 0 and norms[e.first].startswith("و"))  # not `محامي وائل الحداد`
            or norms[e.first - 1] == "و"
            or any(map(joins, norms[before.last : e.first]))
            for before, e in pairwise(people)
        )

    def is_shared(self, first: int, last: int) -> bool:
        """Whether another source stands beside: `المرصد وشهود`, `الشرطة والجيش`; not `وزارة الصحة والبيئة`."""
        doc, phrases = self._doc, self._phrases
        own = self._entities.get(first)
        begin = own.last if own is not None else first + 1
        alone = own is not None or doc.norms[first].startswith("ال")
        for i in range(begin, last):
            if self._lexicon.is_a(doc.norms[i], "preposition"):
                return False  # `سفير فرنسا لدى السعودية واليمن`
            if doc.norms[i][:1] != "و" or phrases.is_within_name(i):
                continue
            entity, rest = self._entities.get(i), doc.norms[i][1:]
            if entity is not None:
                return entity.skip > 0 and entity.type != "PER"
            joined = phrases.is_head_word(rest) or phrases.is_conjoined(i)
            kind = self._lexicon.facts(rest).heads if joined else None
            if joined and own is not None and any(rest in states for states in self._lexicon.capitals.values()):
                return True  # `السعودية وقطر`
            if kind in ("organization", "unnamed", "group") and (alone or not rest.startswith("ال")):
                return True
        return False

    def gender(self, first: int) -> bool | None:
        """Whether a verb agrees with a phrase in the feminine, as the phrase's head tells; None where it does not."""
        head = bare(self._doc.norms[first])
        if head in self._lexicon.titles:
            return self._lexicon.titles[head].gender == "f"
        return self._is_feminine(first)

    def state_of(self, first: int, last: int) -> EntityMention | None:
        """Where the article first names the state whose capital the phrase [first, last) is; None if it does not."""
        e = self._entities.get(first)
        words = self.words(first, last, e.skip if e is not None and e.last == last else 0)
        states = self._lexicon.capitals.get(" ".join(words), ())
        named = [self._states[state] for state in states if state in self._states]
        return named[0] if len(named) == 1 else None

    @cached_property
    def _states(self) -> dict[str, EntityMention]:
        """Where names first stand, as they are and without their adjective: `الولايات المتحدة الأمريكية`."""
        found: dict[str, EntityMention] = {}
        for e in self._entities.values():
            words = self.words(e.first, e.last, e.skip)
            found.setdefault(" ".join(words), e)
            if len(words) > 1 and words[-1] in self._lexicon.nationalities:
                found.setdefault(" ".join(words[:-1]), e)
        return found

    def is_given(self, first: int, words: Words) -> bool:
        """`الملك سلمان`: whether the only word of a name is whatever its bearer is called by himself."""
        return len(words) == 1 and first > 0 and self._doc.norms[first - 1] in self._lexicon.words_of["by_given_name"]

    def telling(self, first: int, last: int) -> Words:
        """The words of a phrase without those that only refer back: `المصدر نفسه`."""
        return tuple(n for n in self._doc.norms[first:last] if n not in self._lexicon.words_of["same"])

    def words(self, first: int, last: int, skip: int) -> Words:
        """The words of a name, of whose first `skip` letters are particles."""
        doc = self._doc
        rest = [n for i, n in enumerate(doc.norms[first + 1 : last], first + 1) if doc.kinds[i] in (WORD, NUMBER)]
        return tuple(with_servants_joined(" ".join([normalize(doc.tokens[first].form.text[skip:]), *rest])).split())


def can_be(lexicon: Lexicon, head: SourceKind | None, actor: ActorDraft) -> bool:
    """Whether a description with such a head can stand for an actor.

    `اللجنة` is not its chairman, `الشرطة` not `متحدث باسم الشرطة`.
    """
    kind = actor.kind
    if head in ("organization", "document"):
        speaks_for = head == "organization" and bare(actor.words[0]) in lexicon.unnamed
        return kind == "organization" or (kind == "unnamed" and not speaks_for)
    if head == "group":
        return kind in ("group", "unnamed", "organization")
    return head is None or kind in ("person", "unnamed")
