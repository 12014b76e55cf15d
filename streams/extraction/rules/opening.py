"""What opens a content: a complementizer, a quotation, a colon, or nothing (`ويقول الزهراني تشهد المطابخ زحاما`)."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue, stands_beside
from streams.extraction.text import has_pronoun
from streams.extraction.tokens import LINE, MARK, PAUSES

Opener = Literal["complementizer", "quotation", "colon", "bare", "nominal", "heading", "preceding", "linked"]

_REACH = 45  # tokens between a cue and what opens its content; longer gaps in annotated articles are of another kind
_SHORTEST = 4  # tokens of a content without opening
_NAME = 7  # tokens of a quotation that may be a name
_TERM = 2  # tokens up to which a quotation with another opening behind it is only a name
PREPOSITIONS = {"ila": "الي", "an": "عن", "min": "من", "ala": "علي", "fi": "في"}  # as cues.tsv names them


class Opening(NamedTuple):
    """Where a content begins: `zone_end` ends the zone between cue and opener, where the speaker may stand.

    `first` is the content's first token, `skip` the letters of it that are an attached preposition.
    """

    kind: Opener
    zone_end: int
    first: int
    skip: int = 0


def find_openings(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue) -> Iterator[Opening]:
    """What may open the clause or quotation that a cue reports, the nearest first; nothing where nothing does.

    `قال الوزير أمس إن …`, `وأضاف: «…»`, `وأكد لصحيفة «الوطن» أن …`, `نقلت رويترز عن مصدر قوله إن …`.
    Behind a short quotation, which may be a name, another opening is looked for (`قال القاضي "هذه جريمة خطيرة"، وفقا
    لشبكة "سي إن إن"`).
    So it is behind a complementizer in a relative clause, which may end before it (`ويعتقد الباحثون، الذين أعدوا
    الدراسة أن …`).
    """
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    inside = doc.quotation_of[cue.at]
    limit = min(sentence.last, cue.at + _REACH)
    relative = governed = False  # whether a relative clause is open, and whether a verb in it takes the next أن
    j = cue.at + 1
    while j < limit:
        norm = doc.norms[j]
        if doc.kinds[j] is MARK:
            at_mark = _at_mark(doc, lexicon, phrases, j, inside, limit)
            if at_mark.opening is not None:
                yield at_mark.opening
            if at_mark.further is None:
                return
            if norm in PAUSES:
                relative = governed = False
            j = at_mark.further
            continue
        roles = lexicon.facts(norm).roles
        if "complementizer" in roles:
            # `قال السائق الذي اندفع إنه هرب`: after قال only إن opens, in a relative clause it would be أن
            if relative and cue.reading.entry.lemma == "قال" and doc.tokens[j].form.text.startswith("إ"):
                relative = governed = False
            coordinated = relative and norm.startswith("و")
            if governed and not coordinated:
                governed = False  # the verb takes this one, not the next
            elif doc.norms[j - 1].lstrip("و") not in lexicon.words_of["before_an"] and not coordinated:
                yield _after_complementizer(doc, lexicon, j, inside)
                if not relative:
                    return
                governed = True
        elif "relative" in roles:
            relative, governed = True, False
        elif relative:
            governed = governed or _takes_clause(lexicon, norm)
        elif j > cue.at + 1 and _is_other_cue(doc, lexicon, phrases, j):
            return
        j += 1


class _AtMark(NamedTuple):
    """What a mark may open, and the token from which on another opening is looked for; None where there is none."""

    opening: Opening | None
    further: int | None


def _at_mark(doc: Document, lexicon: Lexicon, phrases: Phrases, j: int, inside: int, limit: int) -> _AtMark:
    """What the mark at token j opens; `inside` is the quotation in which the cue stands, -1 for none."""
    q = doc.quotation_of[j]
    if q >= 0 and q != inside and doc.quotations[q].open == j:
        return _at_quotation(doc, lexicon, phrases, j, limit)
    if q >= 0 and q == inside and doc.quotations[q].close == j:
        return _AtMark(None, None)
    if doc.norms[j] == ":":
        return _AtMark(_after_colon(doc, lexicon, j), None)
    ends = doc.norms[j] in PAUSES and _new_clause(doc, lexicon, phrases, j + 1, limit)
    return _AtMark(None, None if ends else j + 1)


def _at_quotation(doc: Document, lexicon: Lexicon, phrases: Phrases, j: int, limit: int) -> _AtMark:
    """A quotation opens a content unless it is a name; one that is short may be one after all."""
    _, close, balanced = doc.quotations[doc.quotation_of[j]]
    is_name = _is_name(doc, lexicon, j, close, limit)
    opens = not is_name or (close - j > _TERM and phrases.head_kind(j - 1) != "organization")
    settled = not is_name and (close - j > _NAME or not balanced)
    return _AtMark(Opening("quotation", j, j + 1) if opens else None, None if settled else close + 1)


def find_bare(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue) -> Opening | None:
    """`ويقول عبدالعزيز الزهراني تشهد المطابخ زحاما`: a verb of saying, its subject, and the content without opening."""
    entry = cue.reading.entry
    if cue.construction != "verb" or entry.clause < 3 or "quote" not in entry.governs:
        return None
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    i = cue.at + 1
    if i < sentence.last and phrases.head_kind(i) is not None:
        i = phrases.end(i, sentence.last)
    zone_end = i
    while i < sentence.last and doc.kinds[i] is MARK and doc.norms[i] in PAUSES:
        i += 1
    return (
        Opening("bare", zone_end, i, governed(doc, lexicon, phrases, cue, i))
        if sentence.last - i >= _SHORTEST
        else None
    )


def governed(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, i: int) -> int:
    """Characters of an attached ب at token i that belongs to the cue: `أفادت الشرطة باعتقال خمسة`, `أشاد بما تحقق`.

    Not of `بأنه`, which belongs to the content as a whole.
    """
    norm = doc.norms[i]
    attached = (phrases.attached(i) == "ب" and not lexicon.is_a(norm, "complementizer")) or norm == "بما"
    return int("bi" in cue.reading.entry.governs and attached and len(norm) > 1)


def _is_other_cue(doc: Document, lexicon: Lexicon, phrases: Phrases, j: int) -> bool:
    """A word that reports by itself; not how a source stays unnamed (`قال مسؤول طلب عدم ذكر اسمه إن`)."""
    norm = doc.norms[j]
    if phrases.is_wish(j) or doc.norm_at(j - 1) in lexicon.words_of["wish"]:
        return False
    return any(
        r.entry.clause >= 3
        and (r.form in ("past", "present") or (r.form == "participle" and stands_beside(norm) and r.prefix == ""))
        and r.entry.lemma != "قال"  # `وتابع قائلا:` and `مضيفا بالقول` are one statement
        for r in lexicon.cue_readings(norm)
        if r.prefix in ("", "و", "ف")
    )


def _takes_clause(lexicon: Lexicon, norm: str) -> bool:
    """Whether a verb may take the أن that follows it: `الباحث الذي أكد أن`, but `الباحثون الذين أعدوا الدراسة أن`.

    One that has its object does not: `التقرير الذي نشرته الصحيفة أن`.
    """
    readings = () if has_pronoun(norm) else lexicon.cue_readings(norm)
    return any(r.entry.clause and r.form in ("past", "present") for r in readings)


def _new_clause(doc: Document, lexicon: Lexicon, phrases: Phrases, j: int, limit: int) -> bool:
    if j >= limit:
        return True
    norm = doc.norms[j]
    return lexicon.is_a(norm, "subordinator") or _is_other_cue(doc, lexicon, phrases, j)


def _is_name(doc: Document, lexicon: Lexicon, open_: int, close: int, limit: int) -> bool:
    """Whether a quotation is a name (`صحيفة «الوطن»`) because the opener proper still follows it.

    Not a name: `قال «نعم» إن` does not occur; a quotation of more than five words never is one.
    """
    if close - open_ > 6 or close >= limit:
        return False
    for k in range(close + 1, min(close + (9 if close - open_ > 4 else 25), limit)):
        if doc.kinds[k] is MARK and doc.norms[k] in ".؟!":
            return False
        if lexicon.is_a(doc.norms[k], "complementizer") or doc.norms[k] == ":":
            return True
        if doc.quotation_of[k] >= 0:
            return True
    return False


def _after_colon(doc: Document, lexicon: Lexicon, j: int) -> Opening | None:
    k = j + 1
    while k < len(doc.tokens) and doc.kinds[k] is LINE:
        k += 1
    if k >= len(doc.tokens):
        return None
    q = doc.quotation_of[k]
    if q >= 0 and doc.quotations[q].open == k:
        return Opening("quotation", j, k + 1)
    if doc.norms[k] in lexicon.words_of["outside"]:
        after = _after_complementizer(doc, lexicon, k, -1)
        return after._replace(zone_end=j)
    return Opening("colon", j, k)


def _after_complementizer(doc: Document, lexicon: Lexicon, j: int, inside: int) -> Opening:
    """أن alone stays outside the content, أنه belongs to it; a quotation may begin right after."""
    zone_end = j - 1 if doc.norms[j - 1] in PREPOSITIONS.values() else j
    first = j + 1 if doc.norms[j].lstrip("وف") in lexicon.words_of["outside"] else j
    if first < len(doc.tokens) and first > j:
        if doc.norms[first] == ":" and first + 1 < len(doc.tokens):
            first += 1
        q = doc.quotation_of[first]
        if q >= 0 and q != inside and doc.quotations[q].open == first:
            return Opening("quotation", zone_end, first + 1)
    return Opening("complementizer", zone_end, first)
