"""Attributions that follow or head their content: `…، بحسب رويترز`, `وبحسب مصادر، فإن …`, `…، كما قال كيري`."""

from typing import NamedTuple

from streams.extraction.content import Content, clause_end, make_content
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.tokens import Kind

# What things accord with without saying anything: `وفق خطة`, `بحسب القانون`, `حسب الحاجة`.
_SILENT = frozenset(
    """قانون القانون قوانين القوانين خطه الخطه اتفاق الاتفاق دستور الدستور نظام النظام الانظمه انظمه جدول معايير المعايير
    شروط الشروط ضوابط الضوابط قواعد القواعد العاده عاده الحاجه حاجه الطلب طلب نوع حجم مبدا مباديء اسس الاسس اليه اليات
    الاليات منهج رويه الرويه استراتيجيه الاستراتيجيه برنامج البرنامج الشريعه احكام الاحكام الماده ماده المواد مقتضيات
    المقتضيات صيغه توقيت التوقيت ترتيب الترتيب اهميه درجه ظروف الظروف الاصول اصول سعر اسعار عدد نسبه مواصفات المواصفات
    تعبيره تعبيرها تعبيرهم قوله قولها قولهم وصفه وصفها رايه رايها البيان كلامه متطلبات المتطلبات اللوايح لوايح التعليمات
    الموعد موعد القدره الامكان الاولويه اولويات مصلحه""".split()
)


class Attribution(NamedTuple):
    """Content and mention of a prepositional or as-said cue; `content` None where it attributes an earlier statement."""

    content: Content | None
    mention: tuple[int, int]


def find_attribution(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, taken: list[tuple[int, int]]
) -> Attribution | None:
    """What a preposition or `كما قال` attributes and to whom.

    `taken` are the contents found before in the sentence as token ranges; one that reaches to the cue is what the cue
    attributes once more, then `content` is None.
    """
    sentence = doc.sentences[doc.sentence_of[cue.index]]
    first, mention = _mention(doc, lexicon, phrases, cue, sentence.last)
    if mention is None:
        return None
    if cue.index - sentence.first <= 1 and cue.construction == "preposition":
        content = _following(doc, lexicon, mention[1], sentence.last)
        return Attribution(content, mention) if content else None
    edge = first - 1
    while edge > sentence.first and doc.kinds[edge] is Kind.MARK and doc.norms[edge] in "،,-–؛":
        edge -= 1
    start = sentence.first
    for a, b in taken:
        if b >= edge and a <= edge:
            return Attribution(None, mention)
        if sentence.first <= a <= edge:
            start = max(start, b)
    while start <= edge and doc.kinds[start] is not Kind.WORD and doc.kinds[start] is not Kind.NUMBER:
        if doc.quotation_of[start] >= 0:
            break
        start += 1
    content = make_content(doc, start, edge + 1, 0)
    return Attribution(content, mention) if content else None


def _mention(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, limit: int
) -> tuple[int, tuple[int, int] | None]:
    """(first token of the attribution, the mention behind it)."""
    i = cue.index + 1
    first = cue.index
    if cue.construction == "as_said":
        first = cue.index - 1
    if i < limit and doc.norms[i] in ("ما", "لما", "ل"):
        i += 1
    if i < limit and any(r.form in ("past", "present") for r in lexicon.cue_readings(doc.norms[i])):
        i += 1  # بحسب ما أعلنت الوزارة، حسبما أفاد المصدر
    if i < limit and doc.norms[i] in ("عن", "الي", "به", "ب", "عنه", "في"):
        i += 1
    if i >= limit:
        return first, None
    norm = doc.norms[i]
    if norm in _SILENT or norm.removeprefix("ل") in _SILENT or "ا" + norm[1:] in _SILENT:
        return first, None
    last = phrases.end(i, limit)
    return first, (i, last) if last > i else None


def _following(doc: Document, lexicon: Lexicon, j: int, limit: int) -> Content | None:
    """`وبحسب مصادر أمنية، فإن المهاجم قتل`: what follows the mention; a relative clause or an aside in between."""
    k = j
    for n in range(j, min(limit, j + 25)):
        norm = doc.norms[n]
        if lexicon.is_a(norm, "complementizer") and norm.startswith("ف"):
            k = n
            break
        if norm in ("،", ",") and k == j:
            k = n + 1
    if k < limit and doc.norms[k] in ("فان", "ان"):
        k += 1
    return make_content(doc, k, clause_end(doc, lexicon, k, limit, ()), 0) if k < limit else None
