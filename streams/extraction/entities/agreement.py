"""The entities of one article agree with each other, and attached particles stay outside the names."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from types import MappingProxyType

from schemas import EntityType
from streams.extraction.document import INITIAL, Document
from streams.extraction.entities import EntityMention
from streams.extraction.quotations import OPENING
from streams.extraction.text import length_of
from streams.extraction.tokens import ANNE, WORD

_ATTACHED = ("وب", "ول", "وك", "فب", "فل", "و", "ف", "ب", "ل", "ك")
_RARER = 3  # how many times rarer a whole word must be than its rest for its first letter to be a particle
_ARTICLE = "ال"
_TO_THE, _TO_GOD = "لل", "لله"
_GOD = "الله"  # ends a name behind another word (`مصطفى صنع الله`)
_FATHER_OF = frozenset(["ابو", "ام"])  # a byname, before the name proper
_NEVER_A_NAME = 100  # rank of a word up to which it is none, if it is not listed as one
_RARE = 10**6  # rank of a word that is not among the frequent ones
_COMMON = 1500  # rank of a word up to which it is more often a word than a name
_NO_WORDS: Mapping[str, int] = MappingProxyType({})  # then only the article itself tells


def agree(
    doc: Document,
    mentions: tuple[EntityMention, ...],
    words: Mapping[str, int] = _NO_WORDS,
    names: Container[str] = frozenset(),
    category: Callable[[int], str] | None = None,
) -> tuple[EntityMention, ...]:
    """The mentions with one type a name (the most frequent in the article), as long as elsewhere, particles split off.

    A particle is split off where the article, the rest of the word or the frequency of both (`words` maps normalized
    words to their rank) tells it: `ترامب … وترامب`, `بالسعودية`, `للأمم المتحدة`, `بباريس`; not in `كاليفورنيا`. What
    is one of the `names` of people keeps its first letter: `كيلي`, `وينستون`. Where a token's `category` is known it
    tells و: `وإلكاي غوندوغان` is joined, who stands behind a verb (`قالت وطن دحلة`) is not.
    """
    mentions = tuple(_whole_names(doc, tuple(_parted(doc, _joined(doc, mentions, names)))))
    inner = {n for m in mentions if m.type == "PER" for n in doc.norms[m.first + 1 : m.last]}
    mentions = tuple(sorted([*mentions, *_short_forms(doc, mentions, words)]))
    taken = {i for m in mentions for i in range(m.first, m.last)}
    people_end = {m.last for m in mentions if m.type == "PER"}
    out: list[tuple[EntityMention, str]] = []
    votes: dict[str, Counter[EntityType]] = {}
    for m in mentions:
        norm = doc.norms[m.first]
        joined = _is_joined(doc, m, taken, words, names, category)
        # `بادي` after `راجح بادي`: no particle stands within a name
        apart = m.type == "PER" and m.first > 0 and doc.norms[m.first - 1] in "،,:-–" and norm[:1] in "بكف"
        # `وقالت فلورانس بارلي`: a subject has no ف before it, behind its verb
        apart |= m.type == "PER" and norm[:1] == "ف" and category is not None and _is_behind_verb(m.first, category)
        whole = joined is False or apart or (m.type == "PER" and norm in inner)
        skip = 1 if joined else 0 if whole else _attached(doc, m, words, names)
        if not skip and m.first in people_end and m.type == "ORG" and norm[:1] == "ل" and norm not in words:
            skip = 1  # `قال سامي الحداد لسبوتنيك`
        alef = skip > 0 and norm[skip - 1] == "ل" and _lost_its_alef(norm[skip:], words)
        if skip:
            m = m._replace(skip=length_of(skip, doc.tokens[m.first].form.text), alef=alef)
        key = " ".join([("ا" if alef else "") + norm[skip:], *doc.norms[m.first + 1 : m.last]])
        votes.setdefault(key, Counter())[m.type] += 1
        out.append((m, key))
    chosen = {key: max(sorted(of_key), key=of_key.__getitem__) for key, of_key in votes.items()}
    return tuple([m if m.type == chosen[key] else m._replace(type=chosen[key]) for m, key in out])


def _initials(doc: Document, first: int) -> int:
    """The first of two initials or more before the name at token `first`, else `first`."""
    begin = first
    while begin >= 2 and doc.norms[begin - 1] == "." and 2 <= len(doc.norms[begin - 2]) <= INITIAL:
        if doc.tokens[begin - 2].end != doc.tokens[begin - 1].start or doc.kinds[begin - 2] is not WORD:
            break
        if begin < first and doc.tokens[begin - 1].end != doc.tokens[begin].start:
            break  # the stop of a sentence
        begin -= 2
    return begin if first - begin >= 4 else first


def _joined(doc: Document, mentions: tuple[EntityMention, ...], names: Container[str]) -> tuple[EntityMention, ...]:
    """People's names that were cut: at a hyphen, behind initials or a first name.

    `باير هاردنغ-رولز`, `جي.آي. باراتا`, `كييز` `فان دونجين`, `آن هيدالغو`.

    Two names beside each other are two people's where the first is a family name of the article: `وحذر صالحي ترامب`.
    """
    families = {
        doc.norms[m.last - 1]
        for m in mentions
        if m.type == "PER" and m.last - m.first > 1 and doc.norms[m.first] not in _FATHER_OF
    }
    out: list[EntityMention] = []
    for m in sorted(mentions):
        if m.type == "PER":
            last = m.last
            while _is_hyphened(doc, last):
                last += 1
            last += last < len(doc.norms) and doc.norms[last] == _GOD and doc.norms[last - 1] != _GOD
            begin = m.first - (doc.norm_at(m.first - 1) == ANNE)
            m = m._replace(first=_initials(doc, begin), last=last)
        before = out[-1] if out else None
        if before is not None and before.last > m.first:
            out[-1] = before._replace(last=max(before.last, m.last))  # the hyphen joined it
            continue
        first = doc.norms[before.first] if before is not None else ""
        if (
            before is not None
            and before.type == m.type == "PER"
            and before.last == m.first
            and (first in _FATHER_OF or _is_first_name(doc, before, names))
            and doc.norms[m.first - 1] not in families
            and not doc.norms[m.first].startswith(("و", "ل", "ب"))
        ):
            out[-1] = before._replace(last=m.last)
        else:
            out.append(m)
    return tuple(out)


def _is_first_name(doc: Document, m: EntityMention, names: Container[str]) -> bool:
    """Whether a person's name is a single one of the known names, or a double one: `كييز`, `دي-آن`."""
    double = m.last == m.first + 3 and _is_hyphened(doc, m.first + 1)
    return double or (m.last == m.first + 1 and doc.norms[m.first] in names)


def _parted(doc: Document, mentions: tuple[EntityMention, ...]) -> Iterator[EntityMention]:
    """Two who were taken for one person: `التقى كانغ وبومبيو`, each named elsewhere, `هبة مريف للأناضول`."""
    known = {doc.norms[m.last - 1] for m in mentions if m.type == "PER"}
    for m in mentions:
        inner = range(m.first + 1, m.last) if m.type == "PER" else ()
        at = next((i for i in inner if doc.norms[i][:1] == "و" and doc.norms[i][1:] in known), m.last)
        to = next((i for i in inner if doc.norms[i].startswith(_TO_THE) and doc.norms[i] != _TO_GOD), m.last)
        yield m._replace(last=min(at, to))
        if to < at:
            yield m._replace(first=to, type="ORG")
        elif at < m.last:
            yield m._replace(first=at)


def _is_hyphened(doc: Document, i: int) -> bool:
    """Whether token i is a hyphen between letters, or the word right behind one."""
    if not 0 < i < len(doc.tokens) - 1 or doc.tokens[i - 1].end != doc.tokens[i].start:
        return False
    if doc.norms[i] == "-":
        return doc.tokens[i].end == doc.tokens[i + 1].start and doc.kinds[i + 1] is WORD
    return doc.norms[i - 1] == "-" and doc.kinds[i] is WORD


def _whole_names(doc: Document, mentions: tuple[EntityMention, ...]) -> Iterator[EntityMention]:
    """A name that goes on as a longer one of the article does is that one: `اللجنة الوطنية` before `للمعادن`."""
    longer: dict[str, set[tuple[tuple[str, ...], EntityType]]] = {}
    for m in mentions:
        if m.last - m.first > 1:
            longer.setdefault(doc.norms[m.first], set()).add((doc.norms[m.first : m.last], m.type))
    end = 0
    for m in sorted(mentions):
        if m.first < end:
            continue
        names = sorted(longer.get(doc.norms[m.first], ()), key=lambda name: (-len(name[0]), name))
        for words, kind in names:
            if len(words) > m.last - m.first and doc.norms[m.first : m.first + len(words)] == words:
                m = m._replace(last=m.first + len(words), type=kind)
                break
        end = m.last
        yield m


def _short_forms(
    doc: Document, mentions: tuple[EntityMention, ...], words: Mapping[str, int]
) -> Iterator[EntityMention]:
    """`ودعا المعولي الشركات` after `ناصر المعولي`: a family name alone is its bearer, unless it is a common word.

    `وفقا للغامدي`, `وللغامدي`: particles may stand before it, where that makes no common word.
    """
    last_words = ((doc.norms[m.last - 1], m) for m in mentions if m.type == "PER")
    telling = [(name, m) for name, m in last_words if len(name) > 3 and words.get(name, _COMMON) >= _COMMON]
    found = {i for name, m in telling if m.last - m.first > 1 for i in doc.places(name)}
    found |= {i for name, _ in telling for word in _with_li(name) if word not in words for i in doc.places(word)}
    taken = {i for m in mentions for i in range(m.first, m.last)} if found else set()
    return (EntityMention(i, i + 1, "PER") for i in sorted(found - taken))


def _with_li(name: str) -> list[str]:
    """The words that ل makes of a name: `للغامدي`, `ولميركل`."""
    words = [f"ل{name}"]
    if name.startswith(_ARTICLE):
        words.append(_TO_THE + name.removeprefix(_ARTICLE))
    return [particle + word for word in words for particle in ("", "و")]


def _is_joined(
    doc: Document,
    m: EntityMention,
    taken: Container[int],
    words: Mapping[str, int],
    names: Container[str],
    category: Callable[[int], str] | None,
) -> bool | None:
    """Whether the و at the head of a name is a conjunction, as its place tells it; None where it does not."""
    norm, before = doc.norms[m.first], m.first - 1
    if norm[:1] != "و" or category is None:
        return None
    if before >= 0 and doc.norms[before] in OPENING:
        return False  # `قالت "واي نو"`
    if m.type != "PER":
        return None
    known = before >= 0 and before not in taken and doc.norms[before] in words
    if known and _is_behind_verb(m.first, category):
        return False  # `قال وارين ميتشل`: its subject stands behind a verb
    return True if category(m.first) == "w+noun_prop" and norm not in names else None


def _is_behind_verb(i: int, category: Callable[[int], str]) -> bool:
    return i > 0 and category(i - 1).removeprefix("w+").startswith("verb")


def _attached(doc: Document, m: EntityMention, words: Mapping[str, int], names: Container[str]) -> int:
    """Number of letters of attached particles at the head of a name's first word."""
    norm = doc.norms[m.first]
    is_person, shortest = m.type == "PER", 2 if m.last - m.first > 1 else 3
    for particle in _ATTACHED:
        rest = norm.removeprefix(particle)
        if rest == norm or len(rest) < shortest:
            continue
        common = words.get(rest, _RARE) < _NEVER_A_NAME
        if is_person and rest not in names and common:
            continue  # `بهي الدين`: no `هي`
        met_everywhere = common and not rest.startswith(_ARTICLE)
        if is_person and particle != "و" and norm in names and (met_everywhere or rest not in names):
            continue  # `باسم التميمي` beside `اسم`, `بان كي مون` beside `أن`
        if len(doc.places(rest)) >= len(doc.places(norm)):
            return len(particle)
        if particle[-1] in "بلك" and rest[0] == "و" and words.get(rest[1:], _RARE) < words.get(rest, _RARE):
            continue  # `بوروسيا دورتموند`: no و stands behind another particle
        whole = particle == "ف" or (particle == "ب" and norm in words and m.last - m.first > 1)
        if is_person and whole and not rest.startswith(_ARTICLE) and rest not in names and not doc.places(rest):
            continue  # `فليبي لويز`, `بروس ريديل`: nobody in the article is called the rest
        known = rest in names or rest in words
        strange = rest not in names and not known and norm[1] in "يو"
        if is_person and (particle == "ك" or norm in names or strange):
            continue  # كمران, whom nobody is like; كيلي, ويلبر
        if is_person and particle == "ل" and rest in names and norm not in words:
            return 1  # `لبيث ماكارلي`
        if len(rest) >= 4 and particle.endswith("ل") and rest.startswith("ل"):
            return len(particle)  # للأمم: the article's alef is not written after ل
        if len(rest) > 4 and rest.startswith(_ARTICLE):
            if known or (norm not in words and not is_person):
                return len(particle)  # بالسعودية; not باليرمو, فالتيري
            continue
        if rest in words and (norm not in words or words[norm] > _RARER * words[rest]):
            return len(particle)
        if words and particle == "و" and norm not in words:
            return len(particle)  # few names begin with و, and those are known
    return 0


def _lost_its_alef(rest: str, words: Mapping[str, int]) -> bool:
    """Whether what follows a split ل is a word with the article: `للأمم` is ل and الأمم, `للبنان` is ل and لبنان."""
    if not rest.startswith("ل"):
        return False
    never = len(words)
    return words.get("ا" + rest, never) <= words.get(rest, never)
