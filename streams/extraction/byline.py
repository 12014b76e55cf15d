"""The byline at the head of an article: who wrote it speaks in none of its statements."""

from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.tokens import LINE

_LONGEST = 14  # tokens
_DASHES = frozenset("-–—")


def byline_end(doc: Document, phrases: Phrases) -> int:
    """Token behind the byline, 0 for an article without.

    `قاسم الخبراني- سبق- الرياض: يعاني السكان …`, `محمد السريعي – عين اليوم` in a line of its own: no verb, a dash.
    """
    begin = next((i for i, kind in enumerate(doc.kinds) if kind is not LINE), 0)
    dashed = False
    for i, norm in enumerate(doc.norms[begin : begin + _LONGEST], begin):
        if norm == ":" or doc.kinds[i] is LINE:
            return i + 1 if dashed else 0
        named = phrases.is_within_name(i) or doc.norm_at(i - 1) in _DASHES  # `- سبق-` is a paper
        if phrases.is_verb(i) and not named:
            return 0
        dashed = dashed or norm in _DASHES
    return 0


def is_tag(doc: Document, lexicon: Lexicon, i: int) -> bool:
    """Whether token i stands in a line of the words that an article is filed under: `سمات الأرجنتين ايمار ميسي`.

    Names follow each other there without being one.
    """
    return doc.norms[doc.sentences[doc.sentence_of[i]].first] in lexicon.words_of["tags"]
