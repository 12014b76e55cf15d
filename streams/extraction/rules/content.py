"""Contents: the reported words, from what opens them to where they end."""

from collections.abc import Collection
from typing import NamedTuple

from schemas import StatementType
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.rules.cue import Cue, stands_beside
from streams.extraction.rules.opening import Opening
from streams.extraction.text import length_of, without_conjunction
from streams.extraction.tokens import LINE, NUMBER, PAUSES, WORD

_TRAILING = frozenset("،,؛;.:!؟?…-–()")


class Content(NamedTuple):
    """A content as code-point spans and as token range [first, last).

    `skip` are the letters of its first token that stay outside, being an attached preposition.
    """

    spans: tuple[tuple[int, int], ...]
    first: int
    last: int
    type: StatementType
    skip: int = 0


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
    if j >= len(doc.tokens) or doc.kinds[j] is not WORD or doc.tokens[j - 1].end == doc.tokens[j].start:
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
        if doc.kinds[j] is WORD and j > first:
            paused = doc.norms[j - 1] in PAUSES or doc.norms[j - 1] in "-–"
            if _ends_before(doc, lexicon, j, paused, cue_indices):
                return j
        j += 1
    return limit


def says_whose_words(doc: Document, lexicon: Lexicon, j: int) -> bool:
    """`إن الأزمة قابلة للحل، على حد تعبيره`: what stands before token j was the speaker's."""
    if doc.norms[j] != "علي" or doc.norms[j + 1 : j + 2] != ("حد",):
        return False
    return "own_words" in map(lexicon.silent.get, doc.norms[j + 2 : j + 3])


def _ends_before(doc: Document, lexicon: Lexicon, j: int, paused: bool, cue_indices: Collection[int]) -> bool:
    norm = doc.norms[j]
    if says_whose_words(doc, lexicon, j):
        return True
    if paused and norm in lexicon.words_of["meanwhile"]:
        return True
    if paused and norm in lexicon.words_of["but"] and j + 1 in cue_indices:
        return True  # `إن الأزمة قادمة، لكنه توقع أن`: the speaker's next statement
    if j not in cue_indices:
        return False
    bare = without_conjunction(norm)
    if bare in lexicon.words_of["attributing"] and (paused or bare in lexicon.words_of["unpaused"]):
        return True
    for r in lexicon.cue_readings(norm):
        if r.form == "participle" and r.prefix in ("", "و") and stands_beside(norm):
            return paused or norm.endswith("ا")
        if r.form in ("past", "present") and r.prefix == "و" and r.entry.clause >= 2:
            return True
        if r.form == "past" and paused and r.entry.clause >= 3:
            return True
    return False


def make_content(doc: Document, first: int, last: int, skip: int) -> Content | None:
    """The content of tokens [first, last) without outer marks; None where no word is left."""
    while last > first and doc.kinds[last - 1] is not WORD and doc.kinds[last - 1] is not NUMBER:
        is_trailing = doc.norms[last - 1] in _TRAILING or doc.kinds[last - 1] is LINE
        if not is_trailing and not _is_outer_quote(doc, first, last):
            break
        last -= 1
    while first < last and (doc.kinds[first] is LINE or doc.norms[first] in _TRAILING):
        first += 1
    if first >= last:
        return None
    if _is_wrapped(doc, first, last):
        first, last = first + 1, last - 1
        if first >= last:
            return None
    head = doc.tokens[first]
    start = head.start + length_of(skip, head.form.text)
    end = doc.tokens[last - 1 + _closes_bracket(doc, first, last)].end
    return Content(((start, end),), first, last, type_of(doc, first, last), skip)


def _closes_bracket(doc: Document, first: int, last: int) -> bool:
    """`وقعت اتفاقية التجارة (نافتا)`: whether what follows closes a bracket that the content opens."""
    if doc.norm_at(last) != ")":
        return False
    return doc.norms[first:last].count("(") > doc.norms[first:last].count(")")


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
    return j > 0 and doc.kinds[j - 1] is WORD and len(doc.norms[j - 1]) > 3
