"""Titles that stand with a person's name: `وزير الخارجية الروسي سيرغي لافروف`, `محمد ولي، المتحدث باسم الوزارة،`."""

from collections.abc import Callable, Container, Sequence

from streams.extraction.actors.drafts import bare
from streams.extraction.actors.offices import is_address, is_courteous, is_definite, is_titled
from streams.extraction.adjacent import is_general
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.text import has_pronoun, stems
from streams.extraction.tokens import COMMAS, WORD

# Where a mention ends that begins at a token, by rule ends before a second one and may go on up to a third.
MentionEnd = Callable[[int, int, int], int]

_REACH = 9  # words of a title before a name, courtesies aside
_APPOSITION = 8  # words of a title after it
_QUOTES = '"«»“”'
_ASIDE = {"-": "-", "–": "–", "(": ")"}  # what opens an apposition beside a pause, and closes it
_NO_TITLE = ("relative", "complementizer", "subordinator", "negation", "auxiliary")


def title_start(doc: Document, lexicon: Lexicon, phrases: Phrases, name: int, named: Container[int]) -> int:
    """First token of the title before the name at token `name`, or `name` where there is none.

    `named` holds all tokens of names: `التقت المستشارة ميركل الرئيس ماكرون`, her title is not his.
    """
    best = name
    sentence = doc.sentences[doc.sentence_of[name]].first
    courtesies = pause = 0  # how many of them stand right before the name, and the pause before them
    for j in range(name - 1, max(sentence, name - 2 * _REACH) - 1, -1):
        norm = doc.norms[j]
        courtesies += courtesies == name - 1 - j and is_courteous(lexicon, doc.norms, j)
        if pause and (j - 1 if norm in COMMAS else j) in named:
            return pause + 1  # `رامي الخوري، أمير المنطقة، والدكتور سامي الحداد`
        if j in named or name - j - courtesies > _REACH:
            break
        if _is_to_whom(lexicon, norm, doc.norms[j - 1] if j > sentence else ""):
            return j  # `قدم نائب الملك شكره لسمو الشيخ سامي الحداد`
        if doc.kinds[j] is not WORD:
            if norm in '"»«#' or (norm in "،,/." and name - 1 - j <= courtesies):
                if norm in COMMAS and j < name - 1:
                    pause = j  # `قائد القاعدة، العميد سامي الحداد`
                continue
            break
        if any(lexicon.is_a(norm, c) for c in _NO_TITLE):
            break
        if j < name - 1 and lexicon.is_a(norm, "honorific"):
            break  # `نقل سموه تحيات الملك سامي الحداد`
        if norm in lexicon.calendar and not is_general(doc, lexicon, j):
            break
        over = norm == "علي" and phrases.holds("over", max(sentence, j - 2), j)  # `المشرف العام على المركز`
        if lexicon.is_a(norm, "preposition") and norm not in lexicon.words_of["in_title"] and not over:
            break
        attached = is_definite(lexicon, norm) and stems(norm)[-1] in lexicon.titles  # `للرئيس سامي الحداد`
        if attached or bare(norm) in lexicon.titles or norm in lexicon.titles:
            if norm in lexicon.unnamed and norm not in lexicon.words_of["deputy"] and best < name:
                break  # `متحدث باسم الرئيس مون`: the spokesman is somebody else
            if _has_object(doc, lexicon, j, name):
                break  # `رفض القاضي مزاعم أمبروز`
            if not pause or phrases.end(j, pause) == pause:
                best = j
        elif (norm.startswith("و") or j == name - 1) and phrases.is_verb(j) and not is_definite(lexicon, norm):
            break  # `حضر المدير وأكد سامي الحداد`; elsewhere what is read as a verb is rather a noun (`أوضاع الجالية`)
    return best


def _is_to_whom(lexicon: Lexicon, norm: str, before: str) -> bool:
    """Whether a title begins with the ل of a word: `شكره لسمو الأمير`, `تصريحات لوزير الصحة`.

    Not where it goes on with one that stands `before`: `النائب الثاني لرئيس الوزراء`.
    """
    title = lexicon.titles.get(norm[1:]) if norm[:1] == "ل" and len(norm) > 3 else None
    if title is None or title.kind == "kin" or norm in lexicon.titles:
        return False
    return not (is_definite(lexicon, before) or before in lexicon.titles)


def _has_object(doc: Document, lexicon: Lexicon, title: int, name: int) -> bool:
    """Whether a noun that is no part of it stands behind a title with the article: not in `اللواء ركن سامي الحداد`."""
    norm, behind = doc.norms[title], doc.norms[title + 1]
    if title + 1 == name or not norm.startswith("ال"):
        return False
    goes_on = bare(behind) in lexicon.titles or behind in lexicon.words_of["grade"]
    return not (is_definite(lexicon, behind) or goes_on or lexicon.is_a(behind, "preposition"))


def title_after(
    doc: Document, lexicon: Lexicon, phrases: Phrases, i: int, people: Container[int], end: MentionEnd
) -> tuple[int, int] | None:
    """The title that follows a name ending before token i, as tokens; `people` holds the first tokens of names.

    It goes on to where a mention of its bearer would end, up to the next comma: `مدير أمن القاهرة`, of which the rules
    see the first word only; dashes and parentheses hold all of it (`سامي الحداد -وكيل الجامعة-`).
    """
    closing: tuple[str, ...] = COMMAS
    if i < len(doc.tokens) and (doc.norms[i] in COMMAS or doc.norms[i] in _ASIDE):
        closing = (*COMMAS, _ASIDE.get(doc.norms[i], ""))
        i += 1
    if i >= len(doc.tokens) or doc.kinds[i] is not WORD:
        return None
    if bare(doc.norms[i]) not in lexicon.titles or i in people or doc.norms[i].startswith("نظير"):
        return None
    sentence = doc.sentences[doc.sentence_of[i]].last
    limit = next((k for k in range(i, sentence) if doc.norms[k] in closing), sentence)
    rule = phrases.end(i, min(limit, i + _APPOSITION))
    if rule <= i or any(k in people for k in range(i, rule)):
        return None  # `سامي الحداد ووزير المالية نبيل الخطيب`: the title is the next one's
    last = end(i, rule, limit)
    last = rule if any(k in people for k in range(i, last)) else last
    # `دعا ظريف، الرئيس الأمريكي، دونالد ترامب، إلى الحذر`: the same, as some papers set commas
    return None if last == limit and limit + 1 in people else (i, last)


def is_office(doc: Document, lexicon: Lexicon, first: int, last: int) -> bool:
    """Whether [first, last) tells an office, ranks aside: `الرئيس السابق`, `وزير النفط`, not `صاحب السمو`, `الشيخ`."""
    return any(_is_post(lexicon, doc.norms, i) for i in range(first, last))


def _is_post(lexicon: Lexicon, norms: Sequence[str], i: int) -> bool:
    title = lexicon.titles.get(bare(norms[i]))
    rank = not {norms[i], bare(norms[i])}.isdisjoint(lexicon.words_of["rank"]) or is_address(lexicon, norms, i)
    return title is not None and title.kind == "office" and not rank


def whose_name(
    doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, people: Sequence[EntityMention]
) -> EntityMention | None:
    """Of the names of `people` in a mention that begins at token `first` the one of whom it stands for.

    A name at the head, courtesies aside (`السيد أندرو بريمبرغ أحد مستشاري الرئيس دونالد ترامب`), else the last, titles
    stand before it, but not that of whose it is (`السيد محمد اللبار أستاذ التاريخ بجامعة محمد الخامس`). None where
    all are of others: `حكومة نتنياهو`, `خصوم كلينتون`, `متحدث باسم الرئيس مون`, `مصادر مقربة من الرئيس علي صالح`.
    """
    people = [e for n, e in enumerate(people) if not (n and _is_byname(doc, people[n - 1], e))]
    heads = all(map(lexicon.is_honorific, doc.norms[first : people[0].first]))
    named = people[0] if heads or _speaks_to(doc, lexicon, phrases, people) else people[-1]
    if named is not people[0] and is_of_another(doc, lexicon, phrases, first, named.first):
        named = people[0]
    first = _behind_pause(doc, lexicon, first, named.first)
    if named.first == first:
        return named
    head, norm = phrases.head_kind(first), doc.norms[first]
    unnamed = head == "unnamed" and not norm.startswith("ال") and norm not in lexicon.words_of["deputy"]
    # `عضو المكتب السياسي سامي الحداد`: behind another word with ال it is an adjective
    offices = (i for i in range(first + 1, named.first) if not doc.norms[i - 1].startswith("ال"))
    close = phrases.holds("near_to", first, named.first)  # `مصدر مقرب من الفرنسي ميشال بلاتيني`
    of_somebody = unnamed and (close or any(_is_post(lexicon, doc.norms, i) for i in offices))
    if head in ("organization", "document", "group") or of_somebody or phrases.is_team(first):
        return None
    return None if is_of_another(doc, lexicon, phrases, first, named.first) else named


def _behind_pause(doc: Document, lexicon: Lexicon, first: int, named: int) -> int:
    """Where the title that stands before the name at token `named` begins: behind the last pause of a mention.

    `مستشار خادم الحرمين الشريفين، أمير منطقة مكة المكرمة الأمير سامي الحداد`, who is no adviser's somebody.
    """
    pauses = (i + 1 for i in range(named - 1, first, -1) if doc.norms[i] in COMMAS)
    behind = next(pauses, first)
    return behind if is_titled(lexicon, doc.norms[behind]) or behind == named else first


def _speaks_to(doc: Document, lexicon: Lexicon, phrases: Phrases, people: Sequence[EntityMention]) -> bool:
    """`تيريزا ماي لنظيرها الإسرائيلي بنيامين نتانياهو`: whether those behind the first are spoken to."""
    between = range(people[0].last, people[-1].first)
    titled = (doc.norms[i][:1] == "ل" and doc.norms[i][1:] in lexicon.titles for i in between)
    return any(titled) or any(phrases.attached(i) == "ل" for i in between)


def _is_byname(doc: Document, before: EntityMention, e: EntityMention) -> bool:
    """`محمود عباس (أبو مازن)`: whether a name is another one of who is named before it."""
    return e.first == before.last + 1 and doc.norms[before.last] == "("


def _is_kin_of_another(doc: Document, lexicon: Lexicon, head: int) -> bool:
    """Whether the word at `head` tells a relation to whoever is named behind it; a pronoun tells whose it is."""
    title, spelt = lexicon.titles.get(doc.norms[head]), doc.tokens[head].form.written
    return title is not None and title.kind == "kin" and not has_pronoun(spelt) and not spelt.endswith("ي")


def _is_complement(doc: Document, lexicon: Lexicon, phrases: Phrases, before: int) -> bool:
    """`المصادر القريبة من فوكييه`, `مدير أعمال مادونا`: whether the word at `before` has the name behind it."""
    norm = doc.norms[before]
    own = has_pronoun(doc.tokens[before].form.written)  # `مدير العلاقات بها سامي الحداد`
    if (lexicon.is_a(norm, "preposition") and not own) or norm in lexicon.words_of["led"]:
        return True
    titled = (
        norm in lexicon.titles
        or bare(norm) in lexicon.titles
        or any(norm in lexicon.words_of[c] for c in ("called", "grade", "one_of"))
    )
    of_its_own = is_definite(lexicon, norm) or own
    return phrases.is_noun(before) and not (titled or of_its_own or norm[:1] in "بل")


def is_of_another(doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, named: int) -> bool:
    """`محامي نجيب`, `رئيسة الحكومة التي تتهم … سكريبال`: whose name it is that follows is somebody else."""
    head = doc.norms[first]
    if all(doc.kinds[i] is not WORD for i in range(first + 1, named)):  # `محامي "كريستيانو رونالدو"`
        if head[:1] in ("ل", "ب") and head[1:] in lexicon.titles:
            head = head[1:]  # `وفقا لمستشاري ماكرون`
        title = lexicon.titles.get(head)
        if has_pronoun(doc.tokens[first].form.written):
            return False  # `محاميها سامي الحداد`
        several = head.endswith("و") and not phrases.name_type(first)  # `منتقدو دوتيرتي`
        bound = (several or phrases.is_noun(first)) if title is None else title.kind != "honorific"
        return bound and not is_definite(lexicon, head) and head not in lexicon.words_of["rank"]
    before = named - 1
    while before > first and doc.norms[before] in _QUOTES:
        before -= 1
    if _is_complement(doc, lexicon, phrases, before) or phrases.attached(named) == "ل":
        return True
    if doc.kinds[before] is WORD and _is_kin_of_another(doc, lexicon, first):
        return True  # `والدة الشهيد سامي الحداد`, but `والده الراحل سامي الحداد`
    if before == first + 1 and head in lexicon.words_of["one_of"] and not doc.norms[before].startswith("ال"):
        return True  # `أحد مستشاري الحريري`, but `أحد المتهمين سامي الحداد`
    if doc.norms[before] in lexicon.words_of["called"]:
        return False
    for_another = head.startswith("ال") or head in lexicon.words_of["deputy"]
    between = doc.norms[first + 1 : before]
    whole = bool(between) and all(n.startswith("ال") and bare(n) not in lexicon.titles for n in between)
    whole = whole or all(is_courteous(lexicon, doc.norms, i) for i in range(first, before))  # `صاحب الجلالة الملك`
    if doc.norms[before] in lexicon.words_of["holder"] and not (for_another or whole):
        return True  # `نجل الرئيس حسني مبارك`, but `خادم الحرمين الشريفين الملك سلمان`
    if doc.norms[before].removeprefix(phrases.attached(before)) in lexicon.organizations:
        return True  # `مديرة حملة هيلاري كلينتون`, `أستاذ بجامعة محمد الخامس`
    while before > first and doc.norms[before].startswith("ال") and bare(doc.norms[before]) in lexicon.titles:
        if bare(doc.norms[before]) in lexicon.organizations:
            break  # `المتحدث باسم المؤسسة سامي الحداد`, where it is no foundress
        before -= 1
    if doc.norms[before] in lexicon.words_of["on_behalf"]:
        return True  # `المتحدث باسم ميركل`, `المتحدث باسم الرئيس مون`
    relative = any(lexicon.is_a(doc.norms[i], "relative") for i in range(first + 1, named))
    return relative or any(_is_predicate(doc, lexicon, phrases, first, i) for i in range(first + 1, named))


def _is_predicate(doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, i: int) -> bool:
    """Whether token i is a verb that tells what the mention from `first` on did: `مسؤول اتهم سامي الحداد`.

    What looks like one is a noun with the article, in quotation marks or a name, behind a preposition and behind a
    noun that it is the complement of (`الأجهزة`, `"سابك"`, `من أصول`, `مدير أمن تبوك`).
    """
    norm, before = doc.norms[i], doc.norms[i - 1]
    if norm.startswith("ال") or doc.quotation_of[i] >= 0 or phrases.is_within_name(i) or phrases.name_type(i):
        return False
    in_construct = not (is_definite(lexicon, before) or phrases.name_ending(i) or doc.kinds[i - 1] is not WORD)
    in_construct = in_construct and not (i == first + 1 and phrases.head_kind(first) == "unnamed")
    return phrases.is_verb(i) and not (in_construct or lexicon.is_a(before, "preposition"))
