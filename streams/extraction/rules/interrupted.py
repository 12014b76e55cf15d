"""Quotations that their attribution interrupts: `"لن نقبل بالقرار"، قال الوزير، "وسنطعن فيه"` is one content."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from streams.extraction.document import Document
from streams.extraction.rules.content import Content, make_content
from streams.extraction.rules.cue import Cue
from streams.extraction.tokens import WORD

_BETWEEN = frozenset("،,-–—")


def reported(doc: Document, contents: Iterable[Content]) -> Sequence[int]:
    """For each token how many contents hold it."""
    changes = [0] * (len(doc.tokens) + 1)
    for content in contents:
        changes[content.first] += 1
        changes[content.last] -= 1
    return list(accumulate(changes))


def with_beginning(doc: Document, cue: Cue, content: Content, told: Sequence[int]) -> Content:
    """The content with the quotation that ends right before its cue, if nobody reports that (see `reported`).

    Not before a verb with و, which begins a statement of its own: `"…"، وقال الوزير: "…"`.
    """
    quoted = doc.quotation_of[content.first] >= 0 and content.first > cue.at
    if not quoted or cue.reading.prefix or cue.reading.form not in ("past", "present"):
        return content
    edge = cue.first - 1
    while edge > 0 and doc.norms[edge] in _BETWEEN:
        edge -= 1
    q = doc.quotation_of[edge] if edge > 0 else -1
    if q < 0 or doc.quotations[q].close != edge or q in (doc.quotation_of[cue.at], doc.quotation_of[content.first]):
        return content
    first = doc.quotations[q].open
    if first > 0 and doc.kinds[first - 1] is WORD:
        return content  # `في فيلم "الممر"، قال أحمد عز: "…"`
    begun = make_content(doc, first + 1, edge, 0)
    if begun is None or any(told[begun.first : begun.last]):
        return content
    return content._replace(spans=(*begun.spans, *content.spans))
