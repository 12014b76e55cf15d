"""Attributions that follow or head their content: `…، بحسب رويترز`, `وبحسب مصادر، فإن …`, `…، كما قال كيري`."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from streams.extraction.actors.drafts import bare
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.content import Content, clause_end, make_content
from streams.extraction.rules.cue import WHAT, Cue
from streams.extraction.tokens import COMMAS, MARK, NUMBER, WORD

_LEAD = 5  # tokens before وبحسب that still leave it at the head of its sentence
_SHORT = 12  # tokens of a clause that an attribution may interrupt rather than follow
_MOST = 12  # clauses before an attribution with which its content may begin, the nearest
_SEPARATING = frozenset("،,-–—؛:")
_BEGINNING = ("subordinator", "conjunction")  # words that begin a clause
_OPENING = ("complementizer", "relative")  # words behind which a clause stands


class Reported(NamedTuple):
    """What another cue reports, and how: tokens of its cue, of its content [first, last), of its speaker's mention."""

    cue: int
    first: int
    last: int
    opener: str
    mention: tuple[int, int] | None


class Attribution(NamedTuple):
    """One way to read such a cue; `evidence` are names of what speaks for or against it. No mention: implied."""

    content: Content
    mention: tuple[int, int] | None
    evidence: tuple[str, ...] = ()


def heads(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue) -> bool:
    """`وبحسب مصادر أمنية، فإن …`, `هذا، وبحسب مصادر …`: the attribution stands before its content.

    Not where nothing follows it: `"… بسبب نزيف". بحسب صحيفة لوموند.`
    """
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    if cue.construction != "preposition" or cue.first - sentence.first > (_LEAD if cue.reading.prefix == "و" else 1):
        return False
    mention = _mention(phrases, _behind_cue(doc, lexicon, cue, sentence.last), sentence.last)
    return mention is None or any(doc.kinds[i] in (WORD, NUMBER) for i in range(mention[1], sentence.last))


def told_of(doc: Document, cue: Cue) -> int:
    """First token of the sentence that an attribution tells of: its own, or that before it where it heads its own."""
    n = doc.sentence_of[cue.at]
    return doc.sentences[n - 1 if n and _first(doc, cue) == doc.sentences[n].first else n].first


def find_heading(
    doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, indices: Collection[int]
) -> Attribution | None:
    """The content behind a preposition and whom that names (`heads`). `indices` are the tokens of all cues."""
    limit = doc.sentences[doc.sentence_of[cue.at]].last
    i = _behind_cue(doc, lexicon, cue, limit)
    mention = _mention(phrases, i, limit)
    if mention is None or _accords(doc, lexicon, mention[0]):
        return None
    content = _following(doc, lexicon, mention[1], limit, indices)
    return Attribution(content, mention) if content else None


def find_trailing(
    doc: Document,
    lexicon: Lexicon,
    phrases: Phrases,
    cue: Cue,
    taken: Sequence[Reported],
    indices: Collection[int],
) -> Iterator[Attribution]:
    """All ways to read an attribution behind its content: what stands before it, from each clause on.

    `taken` is what other cues report in its sentence: where it ends with one of them, that may only be attributed once
    more (`قال الوزير إن …، بحسب رويترز`), or all that the sentence tells may be (`وشددا على ضرورة الحفاظ عليه، وفق
    ما أعلنت مصادر رئاسية`). At the head of a sentence it tells of the one before (`…. أوضح ذلك الناطق باسم الصحة`).
    `indices` are the tokens of all cues.
    """
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    first = _first(doc, cue)
    i = _behind_cue(doc, lexicon, cue, sentence.last)
    mention = _mention(phrases, i, sentence.last)
    begin, edge = told_of(doc, cue), _edge(doc, cue)
    if edge < begin or (mention is None and cue.construction == "preposition" and i == cue.at + 1):
        return
    if any(r.first > cue.at for r in taken):
        return  # `وقالت الهيئة، وفقا لموقع، إن …`: it stands between another cue and what that reports
    before = next((r for r in reversed(taken) if r.first <= edge <= r.last), None)
    again = _once_more(doc, phrases, before, mention) if before is not None else ()
    accords, alone = _accords(doc, lexicon, i), sentence.first == first
    common = [f"accords={accords}", f"paused={first > edge + 1}", f"alone={alone},{doc.norms[cue.at]}"]
    passed: list[str] = []
    opened = doc.norm_at(first - 1)
    reported = [r.first for r in taken]
    for start in _starts(doc, lexicon, phrases, begin, edge, reported):
        content = make_content(doc, start, edge + 1, 0)
        if content is None:
            continue
        where = "first" if start == begin else "later"
        mark = doc.norms[start - 1] if start > begin and doc.kinds[start - 1] is MARK else ""
        own = _of_start(doc, start, edge, where, mark, sum(start <= r.first for r in taken))
        repeats = (f"again={_reach(start, before)},{x}" for x in again if before is not None)
        evidence = (*common, *passed, *own, f"accords={accords},{where}", *repeats)
        # a clause, or a subject that waits for its verb
        clause = f"{any(phrases.is_verb(k) for k in range(start, edge + 1))},{opened}"
        yield Attribution(content, mention, (*evidence, "goes on=no", f"goes on=no,{clause}"))
        behind = mention[1] if mention is not None else i
        whole = _resumed(doc, lexicon, content, behind, sentence.last, indices) if edge - start < _SHORT else None
        if whole is not None:
            following = doc.norm_at(whole.resumed)
            pause = whole.resumed > behind
            resumes = (
                f"goes on=yes,{pause}",
                f"goes on=yes,{clause},{pause}",
                f"goes on={following},{pause}",
                f"goes on={mark},{where}",
            )
            yield Attribution(whole.content, mention, (*evidence, *resumes))
        passed = [*passed[-30:], f"over={mark},{phrases.is_verb(start)}", f"over={doc.norms[start]}"]


def _edge(doc: Document, cue: Cue) -> int:
    """The last token before an attribution and the pause that parts it, before any mark where it stands alone."""
    first, begin = _first(doc, cue), told_of(doc, cue)
    alone = doc.sentences[doc.sentence_of[cue.at]].first == first
    edge = first - 1
    while edge > begin and doc.kinds[edge] is not WORD and (alone or doc.norms[edge] in _SEPARATING):
        if doc.kinds[edge] is NUMBER or doc.quotation_of[edge] >= 0:
            break
        edge -= 1
    return edge


def _of_start(doc: Document, start: int, edge: int, where: str, mark: str, holds: int) -> Iterator[str]:
    """What speaks for or against a beginning at token `start`, behind `mark`; `holds` contents begin from there on."""
    yield f"start={where},{mark}"
    yield f"start={where}"
    yield f"start={where},{min(edge - start, 32) // 4}"
    yield f"start={doc.norms[start]},{mark}"
    yield f"before={doc.norm_at(start - 1)},{where}"
    yield f"holds={min(holds, 2)},{where}"


def _reach(start: int, before: Reported) -> str:
    """How what an attribution tells of from `start` on lies to what is reported `before` it."""
    return "over" if start <= before.cue else "within" if start > before.first else "same"


def _once_more(doc: Document, phrases: Phrases, before: Reported, mention: tuple[int, int] | None) -> tuple[str, ...]:
    """What tells an attribution of its own from another one of what is reported `before` it."""
    reported = before.opener, doc.norms[before.cue]
    if mention is None:
        return *reported, "implied"
    own, other = (set(doc.norms[slice(*m)]) if m is not None else set() for m in (mention, before.mention))
    who = f"{phrases.head_kind(mention[0])},{before.mention is not None},{bool(own & other)}"
    return *reported, who, doc.norms[mention[0]]


def find_medium(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue) -> tuple[int, int] | None:
    """Who relayed what another cue reports, where this one only attributes it once more."""
    limit = doc.sentences[doc.sentence_of[cue.at]].last
    i = _behind_cue(doc, lexicon, cue, limit)
    return None if _accords(doc, lexicon, i) else _mention(phrases, i, limit)


def _first(doc: Document, cue: Cue) -> int:
    """First token of an attribution: كما of `كما قال`, على of `على ما قال`."""
    if cue.construction != "as_said" or doc.kinds[cue.at - 1] is MARK:
        return cue.first  # a quotation ends right before it
    return cue.at - 2 if doc.norms[cue.at - 1] == WHAT else cue.at - 1


def _starts(
    doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, edge: int, reported: Collection[int]
) -> list[int]:
    """Tokens with which what reaches to token `edge` may begin, the nearest first, that of the sentence last.

    Behind a pause or an opening mark, at a verb with و (`وكان قاصرا يومها، بحسب`), at or behind a word that begins a
    clause (`مما تسبب بمقتل …، وفق`), behind أن or a relative (`الزلزال الذي بلغت شدته 5 درجات، وفق`), where another
    content begins.
    """
    found: list[int] = []
    closed = doc.quotation_of[edge]
    for j in range(edge, first, -1):
        if len(found) >= _MOST:
            break
        if doc.kinds[j] is not WORD and doc.kinds[j] is not NUMBER:
            if doc.quotation_of[j] >= 0 and doc.quotations[doc.quotation_of[j]].open == j and j < edge:
                found.append(j)
            continue
        before = doc.norms[j - 1]
        if doc.quotation_of[j] >= 0 and doc.quotation_of[j] != closed:
            continue
        paused = doc.kinds[j - 1] is MARK and before in _SEPARATING
        joined = doc.norms[j].startswith("و") and phrases.is_verb(j)
        begins = any(lexicon.is_a(n, c) for n in (doc.norms[j], before) for c in _BEGINNING)
        if paused or joined or begins or j in reported or any(lexicon.is_a(before, c) for c in _OPENING):
            found.append(j)
    start = first
    while start <= edge and doc.kinds[start] is not WORD and doc.kinds[start] is not NUMBER:
        if doc.quotation_of[start] >= 0:
            break
        start += 1
    return [*(j for j in found if j > start), start]


class _Resumed(NamedTuple):
    content: Content
    resumed: int


def _resumed(
    doc: Document, lexicon: Lexicon, content: Content, j: int, limit: int, indices: Collection[int]
) -> _Resumed | None:
    """`وتعتزم المكسيك، حسب وزير الاقتصاد، فرض تعريفات`: a short beginning goes on behind the attribution.

    Also without a pause: `وتمكنت القوات بحسب المرصد من السيطرة على النقطة`.
    """
    if j < limit and doc.norms[j] in (*COMMAS, "-", "–"):
        j += 1
    if j >= limit or j in indices:
        return None
    rest = make_content(doc, j, clause_end(doc, lexicon, j, limit, indices), 0)
    if rest is None or rest.last - rest.first < 2:
        return None
    kind = content.type if content.type == rest.type else "mixed"
    return _Resumed(Content(content.spans + rest.spans, content.first, rest.last, kind), j)


def _behind_cue(doc: Document, lexicon: Lexicon, cue: Cue, limit: int) -> int:
    """Where the mention of an attribution may begin: behind `بحسب ما أعلنت`, `كما جاء في`."""
    i = cue.at + 1
    if i < limit and doc.norms[i] in lexicon.words_of["attributed"]:
        i += 1
    if i < limit and any(r.form in ("past", "present") for r in lexicon.cue_readings(doc.norms[i])):
        i += 1  # بحسب ما أعلنت الوزارة، حسبما أفاد المصدر
    if i < limit and doc.norms[i] in lexicon.words_of["attributed_in"]:
        i += 1
    return i


def _mention(phrases: Phrases, i: int, limit: int) -> tuple[int, int] | None:
    last = phrases.end(i, limit) if i < limit else i
    return (i, last) if last > i else None


def _accords(doc: Document, lexicon: Lexicon, i: int) -> bool:
    """`وفقا للقانون`, `بحسب الحاجة`: what is no source. A document is, where nobody else speaks (`وبحسب البيان`)."""
    norm = doc.norm_at(i)
    silent = any(w in lexicon.silent for w in (norm, norm.removeprefix("ل"), "ا" + norm[1:]))
    return silent and "document" not in (lexicon.occasions.get(bare(w)) for w in (norm, "ا" + norm[1:]))


def _following(doc: Document, lexicon: Lexicon, j: int, limit: int, indices: Collection[int]) -> Content | None:
    """`وبحسب مصادر أمنية، فإن المهاجم قتل`: what follows the mention; a relative clause or an aside in between.

    `وبحسب النتائج الأولية للانتخابات التي جرت الخميس فقد مني الحزب بخسارة`
    """
    k = j
    for n in range(j, min(limit, j + 25)):
        norm = doc.norms[n]
        if norm in lexicon.words_of["resuming"] or (lexicon.is_a(norm, "complementizer") and norm.startswith("ف")):
            k = n
            break
        if norm in COMMAS and k == j:
            k = n + 1
    if k < limit and doc.norms[k] in ("فان", "ان"):
        k += 1
    return make_content(doc, k, clause_end(doc, lexicon, k, limit, indices), 0) if k < limit else None
