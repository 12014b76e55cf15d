"""Issuers: a document speaks for whoever issued it (`بيان لوزارة الداخلية`, `تقرير أعده علماء`, `تقرير المنظمة`)."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from streams.extraction.actors.drafts import bare
from streams.extraction.actors.offices import is_definite
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.quotations import OPENING

_MEDIUM = "media"
_NEAR = 40  # places before a token that are looked at; more would take a long article's square
_REACH = 24  # words between a document and the verb that tells who issued it


class Issuer(NamedTuple):
    """The phrase [first, last) of who issued a document; `attached`: ل stands before its first word."""

    first: int
    last: int
    attached: bool


def issuer_within(doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, last: int) -> Issuer | None:
    """The issuer whom the phrase [first, last) of a document tells: `البيان الصادر السبت عن الفاتيكان`.

    None where it tells another thing: what it is about (`دراسة عن السوق العقارية`), where it appeared (`تقارير
    إخبارية في بريطانيا`, but `تقرير في صحيفة الغد`) or is made (`استطلاع لدى الخروج من مراكز الاقتراع`).
    """
    heads = lexicon.organizations
    for i in range(first + 1, last):
        norm = doc.norms[i]
        if lexicon.is_a(norm, "made"):
            return maker_at(doc, lexicon, phrases, i)
        if norm in lexicon.words_of["seen_by"]:
            return None
        if lexicon.is_a(norm, "preposition") and not _leads(doc, lexicon, i):
            return None
        attached = norm[:1] == "ل" and (norm[1:] in heads or (norm[1:2] == "ل" and norm[2:] in heads))
        attached |= phrases.attached(i) == "ل" and phrases.name_type(i) in ("ORG", "LOC")  # `تقرير للأمم المتحدة`
        other = lexicon.is_a(norm, "quantity") or norm in lexicon.words_of["another"]  # `دراسة أخرى`
        spoken_by = phrases.head_kind(i) not in (None, "document") and not other
        if attached or (spoken_by and not _is_adjective(doc, lexicon, phrases, first, i)):
            end = phrases.end(i, last)
            if end > i:
                return Issuer(i, end, attached)
    return None


def _is_adjective(doc: Document, lexicon: Lexicon, phrases: Phrases, document: int, i: int) -> bool:
    """`تقارير إعلامية`, `بيان صحفي صادر عن`, but `تقرير رئيسة الوزراء`: whether token i describes the document."""
    described = i == document + 1 and doc.norms[i].endswith(("ي", "ه")) and not doc.norms[i].startswith("ال")
    # `تقارير صحفية اليوم`, `تقارير صحفية الأسبوع الماضي`
    dated = phrases.is_date(i + 1) or bare(doc.norm_at(i + 1)) in lexicon.calendar
    definite = is_definite(lexicon, doc.norm_at(i + 1)) and not dated
    governs = definite or phrases.name_type(i + 1) != ""
    named = phrases.head_kind(i) not in ("person", "unnamed") or phrases.name_type(i) != ""
    return described and not (governs or named)


def maker_at(doc: Document, lexicon: Lexicon, phrases: Phrases, i: int) -> Issuer | None:
    """Who made the document before token i: `أجراها باحثون في جامعة ديوك`, `صادر عن البنك`, `الصادر السبت عن البنك`."""
    if i + 1 >= len(doc.tokens) or not lexicon.is_a(doc.norms[i], "made"):
        return None
    limit = doc.sentences[doc.sentence_of[i]].last
    first = i + 1
    while first < limit and phrases.is_date(first):
        first += 1
    first += doc.norm_at(first) in lexicon.words_of["made_by"]
    first += doc.norm_at(first) in OPENING or doc.norm_at(first) == "#"
    if first >= limit or phrases.head_kind(first) is None:
        return None
    last = phrases.end(first, limit)
    return Issuer(first, last, attached=False) if last > first else None


def told_before(doc: Document, before: int, document: str) -> list[int]:
    """Where a document is told of, of the last places before a token, the nearest first."""
    found = (doc.places_before(word, before, _NEAR) for word in (document, document + "ا"))
    return sorted(chain.from_iterable(found), reverse=True)[:_NEAR]


def publisher(doc: Document, lexicon: Lexicon, phrases: Phrases, told: Iterable[int]) -> Issuer | None:
    """Who issued the document that was told of at these tokens, the nearest first."""
    for i in told:
        issuer = _publisher_at(doc, lexicon, phrases, i)
        if issuer is not None or not doc.norms[i].startswith("ال"):
            return issuer  # `قال الوزير في بيان`: another document
    return None


def _publisher_at(doc: Document, lexicon: Lexicon, phrases: Phrases, i: int) -> Issuer | None:
    """Who issued the document that token i tells of: `أصدرت المنظمة أمس بيانا`, `نشر المكتب الوطني تقريرا عن النمو`."""
    for j in range(i - 2, max(doc.sentences[doc.sentence_of[i]].first, i - _REACH) - 1, -1):
        norm = doc.norms[j]
        if {norm, norm.removeprefix("و")} & lexicon.words_of["issuing"]:
            if phrases.head_kind(j + 1) not in ("organization", "person"):
                return None
            own = bare(doc.norms[i]).removesuffix("ا") in lexicon.words_of["own"]
            if own and lexicon.organizations.get(doc.norms[j + 1]) == _MEDIUM:
                return None  # `نشرت مجلة الطب دراسة`: others made it
            last = phrases.end(j + 1, i)
            return Issuer(j + 1, last, attached=False) if last > j + 1 else None
    return None


def _leads(doc: Document, lexicon: Lexicon, i: int) -> bool:
    """Whether a preposition leads to who issued a document: `بيان من الوزارة`, `مقال في صحيفة الغد`."""
    norm, behind = doc.norms[i], i + 1
    behind += lexicon.is_a(doc.norm_at(behind), "quantity")  # `تقارير في بعض وسائل الإعلام`
    return norm == "من" or (norm == "في" and lexicon.organizations.get(doc.norm_at(behind)) == _MEDIUM)
