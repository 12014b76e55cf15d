"""Contents: where the reported words begin after their cue, and where they end."""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from schemas import StatementType
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.tokens import Kind

Opener = Literal["complementizer", "quotation", "colon", "bare", "nominal", "preceding"]

_REACH = 45  # tokens between a cue and what opens its content; longer gaps in train are annotation of another kind
_SHORTEST = 4  # tokens of a content without opening
_NAME = 7  # tokens of a quotation that may be a name
_PAUSES = frozenset("،,؛;")
_TRAILING = frozenset("،,؛;.:!؟?…-–()")
_AN = frozenset(["ان", "بان"])
_AN_AFTER_TIME = frozenset(["قبل", "بعد", "منذ", "دون", "لحين", "الا", "حتي", "بمجرد", "شريطه", "بشرط", "مع"])
_BUT = frozenset(["لكن", "ولكن", "لكنه", "لكنها", "لكنهم", "ولكنه", "ولكنها", "كما", "غير", "الا"])
_NARRATOR = frozenset(["بينما", "فيما"])
_ATTRIBUTING = frozenset(["بحسب", "حسب", "وفق", "وفقا", "طبقا", "حسبما", "نقلا", "وفقما"])
_PREPOSITIONS = {"ila": "الي", "an": "عن", "min": "من", "ala": "علي", "fi": "في"}


class Opening(NamedTuple):
    """Where a content begins: `zone_end` ends the zone between cue and opener, where the speaker may stand.

    `first` is the content's first token, `skip` the characters of it that are an attached preposition.
    """

    kind: Opener
    zone_end: int
    first: int
    skip: int = 0


class Content(NamedTuple):
    """A content as code-point spans and as token range [first, last)."""

    spans: tuple[tuple[int, int], ...]
    first: int
    last: int
    type: StatementType
    skip: int = 0


def find_openings(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue) -> Iterator[Opening]:
    """What may open the clause or quotation that a cue reports, the nearest first; nothing where nothing does.

    `قال الوزير أمس إن …`, `وأضاف: «…»`, `وأكد لصحيفة «الوطن» أن …`, `نقلت رويترز عن مصدر قوله إن …`.
    Behind a short quotation, which may be a name, another opening is looked for.
    """
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    inside = doc.quotation_of[cue.at]
    limit = min(sentence.last, cue.at + _REACH)
    relative = False
    j = cue.at + 1
    while j < limit:
        norm, kind = doc.norms[j], doc.kinds[j]
        q = doc.quotation_of[j]
        if kind is Kind.MARK:
            if q >= 0 and q != inside and doc.quotations[q].open == j:
                close = doc.quotations[q].close
                if not _is_name(doc, lexicon, j, close, limit):
                    yield Opening("quotation", j, j + 1)
                    if close - j > _NAME or not doc.quotations[q].balanced:
                        return
                j = close + 1
                continue
            if q >= 0 and q == inside and doc.quotations[q].close == j:
                return
            if norm == ":":
                opening = _after_colon(doc, j)
                if opening is not None:
                    yield opening
                return
            if norm in _PAUSES:
                relative = False
                if _new_clause(doc, lexicon, j + 1, limit):
                    return
        elif lexicon.is_a(norm, "complementizer"):
            # `قال السائق الذي اندفع إنه هرب`: after قال only إن opens, in a relative clause it would be أن
            if relative and cue.reading.entry.lemma == "قال" and doc.tokens[j].form.text.startswith("إ"):
                relative = False
            if doc.norms[j - 1].lstrip("و") not in _AN_AFTER_TIME and not relative:
                yield _after_complementizer(doc, j, inside)
                return
        elif lexicon.is_a(norm, "relative"):
            relative = True
        elif not relative and j > cue.at + 1 and _is_other_cue(lexicon, norm):
            return
        j += 1


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
    while i < sentence.last and doc.kinds[i] is Kind.MARK and doc.norms[i] in _PAUSES:
        i += 1
    return Opening("bare", zone_end, i) if sentence.last - i >= _SHORTEST else None


def _is_other_cue(lexicon: Lexicon, norm: str) -> bool:
    return any(
        r.entry.clause >= 3
        and (
            r.form in ("past", "present")
            or (r.form == "participle" and norm.endswith(("ا", "ه", "ين")) and r.prefix == "")
        )
        and r.entry.lemma != "قال"  # `وتابع قائلا:` and `مضيفا بالقول` are one statement
        for r in lexicon.cue_readings(norm)
        if r.prefix in ("", "و", "ف")
    )


def _new_clause(doc: Document, lexicon: Lexicon, j: int, limit: int) -> bool:
    if j >= limit:
        return True
    norm = doc.norms[j]
    return lexicon.is_a(norm, "subordinator") or _is_other_cue(lexicon, norm)


def _is_name(doc: Document, lexicon: Lexicon, open_: int, close: int, limit: int) -> bool:
    """Whether a quotation is a name (`صحيفة «الوطن»`) because the opener proper still follows it.

    Not a name: `قال «نعم» إن` does not occur; a quotation of more than five words never is one.
    """
    if close - open_ > 6 or close >= limit:
        return False
    for k in range(close + 1, min(close + (9 if close - open_ > 4 else 25), limit)):
        if doc.kinds[k] is Kind.MARK and doc.norms[k] in ".؟!":
            return False
        if lexicon.is_a(doc.norms[k], "complementizer") or doc.norms[k] == ":":
            return True
        if doc.quotation_of[k] >= 0:
            return True
    return False


def _after_colon(doc: Document, j: int) -> Opening | None:
    k = j + 1
    while k < len(doc.tokens) and doc.kinds[k] is Kind.LINE:
        k += 1
    if k >= len(doc.tokens):
        return None
    q = doc.quotation_of[k]
    if q >= 0 and doc.quotations[q].open == k:
        return Opening("quotation", j, k + 1)
    if doc.norms[k] in _AN:
        after = _after_complementizer(doc, k, -1)
        return after._replace(zone_end=j)
    return Opening("colon", j, k)


def _after_complementizer(doc: Document, j: int, inside: int) -> Opening:
    """أن alone stays outside the content, أنه belongs to it; a quotation may begin right after."""
    zone_end = j - 1 if doc.norms[j - 1] in _PREPOSITIONS.values() else j
    first = j + 1 if doc.norms[j].lstrip("وف") in _AN else j
    if first < len(doc.tokens) and first > j:
        if doc.norms[first] == ":" and first + 1 < len(doc.tokens):
            first += 1
        q = doc.quotation_of[first]
        if q >= 0 and q != inside and doc.quotations[q].open == first:
            return Opening("quotation", zone_end, first + 1)
    return Opening("complementizer", zone_end, first)


def find_content(
    doc: Document, lexicon: Lexicon, cue: Cue, opening: Opening, cue_indices: Collection[int]
) -> Content | None:
    """The content from its opening to its end, None where nothing is left of it."""
    first = opening.first
    if first >= len(doc.tokens):
        return None
    if opening.kind == "quotation":
        q = doc.quotations[doc.quotation_of[first - 1]]
        last = q.close
        more = _goes_on(doc, lexicon, q.close + 1, cue_indices) if q.balanced else q.close
        if more > q.close + 1:
            return make_content(doc, first - 1, more, 0)
        return make_content(doc, first, last, 0)
    sentence = doc.sentences[doc.sentence_of[first]]
    inside = doc.quotation_of[cue.at]
    last = sentence.last
    if inside >= 0:
        last = min(last, doc.quotations[inside].close)
    last = clause_end(doc, lexicon, first, last, cue_indices)
    return make_content(doc, first, last, opening.skip)


def _goes_on(doc: Document, lexicon: Lexicon, j: int, cue_indices: Collection[int]) -> int:
    """Where a clause that began with a quotation ends: `أن «الوضع خطير» في البلاد`. At a pause, with the quotation."""
    if j >= len(doc.tokens) or doc.kinds[j] is not Kind.WORD or doc.tokens[j - 1].end == doc.tokens[j].start:
        return j
    if j in cue_indices or doc.norms[j].startswith("و"):
        return j
    if lexicon.is_a(doc.norms[j], "subordinator"):
        return j
    last = clause_end(doc, lexicon, j, doc.sentences[doc.sentence_of[j]].last, cue_indices)
    return last if last - j > 2 else j


def clause_end(doc: Document, lexicon: Lexicon, first: int, limit: int, cue_indices: Collection[int]) -> int:
    """Token after a reported clause: the next statement, a trailing attribution, the narrator's return or the limit.

    `إن الاتفاق قريب، مشيرا إلى …`, `أن العدد ارتفع، بحسب رويترز`, `أن الوضع هادئ، بينما تواصلت الغارات`.
    """
    j = first
    while j < limit:
        q = doc.quotation_of[j]
        if q >= 0 and doc.quotations[q].open == j and doc.quotations[q].balanced:
            j = doc.quotations[q].close + 1
            continue
        if doc.kinds[j] is Kind.WORD and j > first:
            paused = doc.norms[j - 1] in _PAUSES or doc.norms[j - 1] in "-–"
            if _ends_before(doc, lexicon, j, paused, cue_indices):
                return j
        j += 1
    return limit


def _ends_before(doc: Document, lexicon: Lexicon, j: int, paused: bool, cue_indices: Collection[int]) -> bool:
    norm = doc.norms[j]
    bare = norm[1:] if norm[:1] in "وف" and len(norm) > 3 else norm
    if bare in _ATTRIBUTING and (paused or bare in ("بحسب", "حسبما")) and j in cue_indices:
        return True
    if norm == "كما" and j + 1 in cue_indices and paused:
        return True
    if (
        norm == "علي"
        and doc.norms[j + 1 : j + 2] == ("حد",)
        and "own_words" in map(lexicon.silent.get, doc.norms[j + 2 : j + 3])
    ):
        return True  # `إن الأزمة قابلة للحل، على حد تعبيره`
    if paused and norm in _NARRATOR:
        return True
    if paused and norm in _BUT and j + 1 in cue_indices:
        return True  # `إن الأزمة قادمة، لكنه توقع أن`: the speaker's next statement
    if j not in cue_indices:
        return False
    for r in lexicon.cue_readings(norm):
        if r.form == "participle" and r.prefix in ("", "و") and norm.endswith(("ا", "ه", "ين")):
            return paused or norm.endswith("ا")
        if r.form in ("past", "present") and r.prefix == "و" and r.entry.clause >= 2:
            return True
        if r.form == "past" and paused and r.entry.clause >= 3:
            return True
    return False


def make_content(doc: Document, first: int, last: int, skip: int) -> Content | None:
    """The content of tokens [first, last) without outer marks; None where no word is left."""
    while last > first and doc.kinds[last - 1] is not Kind.WORD and doc.kinds[last - 1] is not Kind.NUMBER:
        is_trailing = doc.norms[last - 1] in _TRAILING or doc.kinds[last - 1] is Kind.LINE
        if not is_trailing and not _is_outer_quote(doc, first, last):
            break
        last -= 1
    while first < last and (doc.kinds[first] is Kind.LINE or doc.norms[first] in _TRAILING):
        first += 1
    if first >= last:
        return None
    if _is_wrapped(doc, first, last):
        first, last = first + 1, last - 1
        if first >= last:
            return None
    start, end = doc.tokens[first].start + skip, doc.tokens[last - 1].end
    return Content(((start, end),), first, last, type_of(doc, first, last), skip)


def _is_outer_quote(doc: Document, first: int, last: int) -> bool:
    q = doc.quotation_of[last - 1]
    return q >= 0 and doc.quotations[q].open < first and doc.quotations[q].close == last - 1


def _is_wrapped(doc: Document, first: int, last: int) -> bool:
    q = doc.quotation_of[first]
    return q >= 0 and doc.quotations[q].open == first and doc.quotations[q].close == last - 1


def type_of(doc: Document, first: int, last: int) -> StatementType:
    """direct: all of the content stands in quotation marks; mixed: part of it; indirect: none, or only a name."""
    q = doc.quotation_of[first]
    if q >= 0 and doc.quotations[q].open < first and doc.quotations[q].close >= last:
        return "direct"
    j = first
    while j < last:
        q = doc.quotation_of[j]
        if q >= 0 and doc.quotations[q].open >= first:
            if doc.quotations[q].close - doc.quotations[q].open > 3 or not _follows_noun(doc, j):
                return "mixed"
            j = doc.quotations[q].close
        j += 1
    return "indirect"


def _follows_noun(doc: Document, j: int) -> bool:
    """A short quotation right after a word is most often the name of what that word says: `حملة «البقاء»`."""
    return j > 0 and doc.kinds[j - 1] is Kind.WORD and len(doc.norms[j - 1]) > 3
