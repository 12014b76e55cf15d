"""Attributions that follow or head their content: `…، بحسب رويترز`, `وبحسب مصادر، فإن …`, `…، كما قال كيري`."""

from collections.abc import Collection
from typing import NamedTuple

from streams.extraction.content import Content, clause_end, make_content
from streams.extraction.cue import Cue
from streams.extraction.document import Document
from streams.extraction.drafts import bare
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.tokens import MARK, NUMBER, WORD

_LEAD = 5  # tokens before وبحسب that still leave it at the head of its sentence
_SHORT = 7  # tokens of a clause that an attribution interrupts rather than follows
# Words that begin a clause of their own after a comma; what stands before them is the reporter's.
_RESUMING = frozenset(["وهو", "وهي", "وهم", "لكن", "ولكن", "لكنه", "لكنها", "لكنهم", "حيث", "اذ"])


class Attribution(NamedTuple):
    """Content and mention of such a cue; `content` is None where it attributes an earlier statement once more."""

    content: Content | None
    mention: tuple[int, int]


def find_attribution(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    cue: Cue,
    taken: list[tuple[int, int]],
    indices: Collection[int],
) -> Attribution | None:
    """What a preposition or `كما قال` attributes and to whom.

    `taken` are the contents found before in the sentence as token ranges; one that reaches to the cue is what the cue
    attributes once more, then `content` is None. `indices` are the tokens of all cues.
    """
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    heads = _heads(cue, sentence.first)
    first, mention = _mention(doc, lexicon, phrases, cue, sentence.last, heads=heads)
    if mention is None:
        return None
    if heads:
        content = _following(doc, lexicon, mention[1], sentence.last, indices)
        return Attribution(content, mention) if content else None
    edge = first - 1
    while edge > sentence.first and doc.kinds[edge] is MARK and doc.norms[edge] in "،,-–؛":
        edge -= 1
    start = sentence.first
    for a, b in taken:
        if b >= edge and a <= edge:
            return Attribution(None, mention)
        if sentence.first <= a <= edge:
            start = max(start, b)
    while start <= edge and doc.kinds[start] is not WORD and doc.kinds[start] is not NUMBER:
        if doc.quotation_of[start] >= 0:
            break
        start += 1
    start = _last_clause(doc, start, edge)
    content = make_content(doc, start, edge + 1, 0)
    if content is not None and edge - start < _SHORT and first > edge + 1:
        content = _resumed(doc, lexicon, content, mention[1], sentence.last, indices)
    return Attribution(content, mention) if content else None


def _heads(cue: Cue, first: int) -> bool:
    """`وبحسب مصادر أمنية، فإن …`, `هذا، وبحسب مصادر …`: the attribution stands before its content."""
    return cue.construction == "preposition" and cue.first - first <= (_LEAD if cue.reading.prefix == "و" else 1)


def _last_clause(doc: Document, start: int, edge: int) -> int:
    """First token of the clause that reaches to the attribution: `تهمة سرقة، وهي جريمة عقوبتها الحبس، بحسب قاض`."""
    for j in range(edge - 1, start, -1):
        if doc.norms[j] in _RESUMING and doc.norms[j - 1] in ("،", ",") and doc.quotation_of[j] < 0:
            return j
    return start


def _resumed(
    doc: Document, lexicon: Lexicon, content: Content, j: int, limit: int, indices: Collection[int]
) -> Content:
    """`وتعتزم المكسيك، حسب وزير الاقتصاد، فرض تعريفات`: a short beginning goes on behind the attribution."""
    if j + 1 >= limit or doc.norms[j] not in ("،", ",", "-", "–") or j + 1 in indices:
        return content
    rest = make_content(doc, j + 1, clause_end(doc, lexicon, j + 1, limit, indices), 0)
    if rest is None or rest.last - rest.first < 2:
        return content
    kind = content.type if content.type == rest.type else "mixed"
    return Content(content.spans + rest.spans, content.first, rest.last, kind)


def _mention(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, limit: int, *, heads: bool
) -> tuple[int, tuple[int, int] | None]:
    """(first token of the attribution, the mention behind it)."""
    i = cue.at + 1
    first = cue.first
    if cue.construction == "as_said":
        first = cue.at - 1
    if i < limit and doc.norms[i] in ("ما", "لما", "ل"):
        i += 1
    if i < limit and any(r.form in ("past", "present") for r in lexicon.cue_readings(doc.norms[i])):
        i += 1  # بحسب ما أعلنت الوزارة، حسبما أفاد المصدر
    if i < limit and doc.norms[i] in ("عن", "الي", "به", "ب", "عنه", "في"):
        i += 1
    if i >= limit:
        return first, None
    norm = doc.norms[i]
    silent = any(w in lexicon.silent for w in (norm, norm.removeprefix("ل"), "ا" + norm[1:]))
    if silent and not (heads and "document" in (lexicon.occasions.get(bare(w)) for w in (norm, "ا" + norm[1:]))):
        return first, None  # `قال الوزير إن …، بحسب البيان`; but `ووفقا للبيان، فإن …`
    last = phrases.end(i, limit)
    return first, (i, last) if last > i else None


def _following(doc: Document, lexicon: Lexicon, j: int, limit: int, indices: Collection[int]) -> Content | None:
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
    return make_content(doc, k, clause_end(doc, lexicon, k, limit, indices), 0) if k < limit else None
