"""Two noun phrases side by side: where a subject ends and the object of its verb begins."""

from collections.abc import Callable, Sequence

from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon, SourceKind
from streams.extraction.text import has_pronoun, stems

_DEFINITE_OR_JOINED = ("ال", "و", "ل", "ب")
_OF_MANY = ("ون", "ين")  # endings with ن, behind which no noun says whose


def begins_another(
    doc: Document,
    lexicon: Lexicon,
    categories: Sequence[str],
    head_kind: Callable[[int], SourceKind | None],
    first: int,
    j: int,
) -> bool:
    """Whether token j, a word, begins another phrase than the one that began at token `first` and reaches to it.

    Behind a word with the article a bare noun: `نفى المتحدث باسم الجيش صحة الأنباء`, `أجرى المركز دراسة`;
    behind an adjective with the article a noun with it: `حث الوزير الأميركي القادة على الحوار`;
    behind people in the plural a bare noun: `أعلن مسؤولون أمنيون مقتل الجنود`;
    behind a quoted name a noun with the article: `تبنى تنظيم "الدولة" الهجوم` (not so `قناة «الغد» الإخبارية`);
    somebody's title: `هنأ الرئيس الفرنسي نظيره الروسي`.
    """
    norm, before = doc.norms[j], doc.norms[j - 1]
    kind = head_kind(j)
    owned = has_pronoun(doc.tokens[j].form.written) and not norm.startswith("و")
    if kind == "person":
        return owned
    is_noun = categories[j] in ("noun", "noun_num") or (owned and categories[j] == "adj")  # `ختم الوزير حديثه`
    made = kind in ("organization", "document") and not norm.startswith(_DEFINITE_OR_JOINED)
    if (
        not is_noun
        or not (kind is None or made)
        or lexicon.is_a(norm, "preposition")
        or norm in lexicon.words_of["goes_on"]
    ):
        return False
    definite = norm.startswith("ال")
    if before in ("»", '"', "”"):
        return definite
    if before.startswith("ال"):
        return not definite or categories[j - 1] == "adj"
    people = head_kind(first) in ("group", "unnamed") and before.endswith(_OF_MANY)
    return people and not definite and (head_kind(j - 1) is not None or categories[j - 1] == "adj")


def is_general(doc: Document, lexicon: Lexicon, j: int) -> bool:
    """`مدير عام الشركة`, `أمين عام الحزب`: behind a title عام is no year."""
    if doc.norms[j] != "عام" or j == 0 or doc.norms[j - 1].startswith("ال"):
        return False
    return any(stem in lexicon.titles for stem in stems(doc.norms[j - 1]))
