"""Speech acts with a nominal complement: `دعا الوزير إلى ضبط النفس`, `انتقد ترامب الاتفاق`, `إعلان واشنطن انسحابها`."""

from collections.abc import Iterator

from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.content import Content, clause_end, make_content
from streams.extraction.rules.cue import Cue, stands_beside
from streams.extraction.rules.opening import PREPOSITIONS
from streams.extraction.rules.source import is_oblique, subject_before
from streams.extraction.tokens import COMMAS, MARK, NUMBER, WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.signs import CONTENT_BEGINS, EXTENDED_CUE, SPEAKER_BEGINS

_REACH = 24
_SEEN = 4  # step of a sign from which on a content may begin at a word
_MOST = 4  # such words
_HINTING = 2  # step of a sign below which a cue hardly ever is a speech act: only the rules say where it begins
_SPEAKS = 5  # step of a sign from which on a word begins a subject
_TELLING = 4  # step of a sign from which on a noun may be a speech act (`تهديدات واشنطن بشن ضربة`)


def find_nominals(
    doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext, cue: Cue, indices: frozenset[int]
) -> Iterator[tuple[Content, tuple[int, int] | None]]:
    """(content, speaker's mention) of a cue whose complement is a noun phrase, in each way that it may be read.

    `دعا الوزير الحكومة إلى …`: the complement is what the verb governs, or its object and that; what follows the
    verb may be its object rather than its subject (`ودعا الحكومة إلى …`), the subject may end where a preposition might
    go on with it (`حذر الخبراء من …`); and it may begin where the encoder sees one (`وأبدى في الوقت نفسه مخاوفه …`).
    """
    entry = cue.reading.entry
    if entry.nominal < (2 if cue.construction == "noun" else 1):
        return
    telling = words.sign(cue.at, EXTENDED_CUE)
    if telling < _TELLING and cue.construction == "noun":
        return
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    if cue.construction == "participle" and not stands_beside(doc.norms[cue.at]):
        return
    limit = min(sentence.last, cue.at + _REACH)
    i = cue.at + 1
    if i >= limit or doc.kinds[i] is not WORD:
        return
    before = subject_before(doc, lexicon, phrases, cue, sentence.first) if cue.construction == "verb" else None
    readings: list[tuple[int, tuple[int, int] | None]] = [(i, before)]
    heads = phrases.head_kind(i) is not None or words.sign(i, SPEAKER_BEGINS) >= _SPEAKS
    is_subject = (heads or _is_nominative(doc.norms[i])) and not is_oblique(doc, lexicon, phrases, i)
    if cue.construction != "participle" and is_subject:
        end = phrases.end(i, limit)
        governed = [word for name, word in PREPOSITIONS.items() if name in entry.governs]
        inside = next((j for j in range(i + 1, end) if doc.norms[j] in governed), end)
        readings = [(last, (i, last)) for last in dict.fromkeys((end, inside))] + readings
    seen: set[int] = set()
    for zone, mention in readings:
        zone = _behind_circumstances(doc, lexicon, phrases, zone, limit)
        starts = [_complement(doc, lexicon, zone, limit, entry.governs)]
        if zone < limit and doc.kinds[zone] is WORD and not is_oblique(doc, lexicon, phrases, zone):
            starts.append((zone, 0))  # the object
        if telling >= _HINTING:
            starts += _seen(doc, phrases, words, max(i, zone - 1), limit)
        for start in starts:
            if start is None or start[0] in seen or lexicon.is_a(doc.norms[start[0]], "complementizer"):
                continue
            seen.add(start[0])
            last = clause_end(doc, lexicon, start[0], sentence.last, indices)
            content = make_content(doc, start[0], last, start[1])
            if content is None:
                continue
            if mention is not None and i <= start[0] < mention[1]:  # a shorter subject, or none
                yield content, (i, start[0]) if start[0] > i else before
            else:
                yield content, mention


def _is_nominative(norm: str) -> bool:
    """`وأكد المجتمعون ضرورة …`: as its ending shows, a subject."""
    return norm.startswith("ال") and norm.endswith("ون")


def _seen(
    doc: Document, phrases: Phrases, words: WordsInContext, zone: int, limit: int
) -> Iterator[tuple[int, int] | None]:
    """Where the encoder sees a content begin, with the characters of an attached preposition."""
    many = 0
    for j in range(zone, limit):
        if doc.kinds[j] is MARK and doc.norms[j] in ".؛:":
            return
        if doc.kinds[j] is WORD and words.sign(j, CONTENT_BEGINS) >= _SEEN:
            yield j, _attached(phrases, doc.norms[j], j)
            many += 1
            if many == _MOST:
                return


def _attached(phrases: Phrases, norm: str, j: int) -> int:
    """Characters of a preposition that stays outside (`وأشار لزيادة الإنتاج`); not of لل, which hides an article."""
    return 1 if len(norm) > 3 and not norm.startswith("لل") and phrases.attached(j) else 0


def _complement(
    doc: Document, lexicon: Lexicon, zone: int, limit: int, governs: frozenset[str]
) -> tuple[int, int] | None:
    """(first token of the complement, characters of an attached preposition)."""
    for j in range(zone, limit):
        norm, kind = doc.norms[j], doc.kinds[j]
        if kind is MARK and norm in "،.؛:":
            if j > zone:
                return None
            continue
        if norm == "عما" and "an" in governs:
            return j, 1  # `تساءل عما إذا كانت`: عن and ما as one word
        for name, word in PREPOSITIONS.items():
            if name in governs and norm == word and j + 1 < limit:
                return j + 1, 0
        attached = norm.startswith("ب") and (len(norm) > 3 or norm == "بما")
        if "bi" in governs and attached and j <= zone + 6:
            return j, 1
        if "np" in governs and j == zone and kind is WORD and not _is_circumstance(lexicon, norm):
            return j, 0
        if lexicon.is_a(norm, "complementizer") or lexicon.is_a(norm, "relative"):
            return None
    return None


def _behind_circumstances(doc: Document, lexicon: Lexicon, phrases: Phrases, j: int, limit: int) -> int:
    """Token behind times, occasions and a relative clause between pauses.

    `وأعلنت قطر، الخميس، إدراج …`, `أعلنت الوزارة في بيان لها مقتل …`, `دعت لبكي، التي نالت الجائزة، إلى التحرك`.
    """
    begin = j
    while j + 1 < limit:
        norm, following = doc.norms[j], doc.norms[j + 1]
        begun = j > begin and doc.kinds[j] is NUMBER
        leads = norm in lexicon.words_of["circumstance"]
        if leads and (phrases.is_time(following) or _is_occasion(lexicon, following)):
            j += 2
        elif norm in COMMAS and lexicon.is_a(following, "relative"):
            pause = next((k for k in range(j + 2, limit) if doc.norms[k] in COMMAS), None)
            if pause is None:
                break
            j = pause + 1
        elif begun or phrases.is_time(norm) or norm in lexicon.words_of["lately"] or norm in COMMAS or norm == "/":
            j += 1
        else:
            break
    return j if j < limit and doc.kinds[j] is WORD else begin


def _is_occasion(lexicon: Lexicon, norm: str) -> bool:
    return norm in lexicon.occasions or norm.removeprefix("ال") in lexicon.occasions


def _is_circumstance(lexicon: Lexicon, norm: str) -> bool:
    """A time, a place, another clause: `أعلن أمس`, `أعلن في`, `أعلن حين`."""
    if lexicon.is_a(norm, "preposition") or lexicon.is_a(norm, "subordinator"):
        return True
    return norm in lexicon.calendar or norm.removeprefix("ال") in lexicon.calendar
