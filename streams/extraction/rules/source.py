"""Sources: the mention that stands with a cue, after it, before it, or behind عن."""

from typing import NamedTuple

from streams.extraction.document import Document
from streams.extraction.lexicon import CueReading, Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.opening import Opening
from streams.extraction.text import normalize
from streams.extraction.tokens import COMMAS, MARK, WORD

_OBLIQUE = frozenset(["preposition", "pronoun", "subordinator", "conjunction", "negation", "opener", "auxiliary"])


class Source(NamedTuple):
    """A mention of a speaker as tokens [first, last), and of the medium that relayed it."""

    mention: tuple[int, int] | None
    via: tuple[int, int] | None = None


def find_source(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, opening: Opening | None) -> Source:
    """Who a cue names as speaker; no mention where the subject is only implied (`وأضاف أن`)."""
    if cue.reading.form == "participle":
        return Source(None)
    sentence = doc.sentences[doc.sentence_of[cue.at]]
    zone_end = opening.zone_end if opening else sentence.last
    if cue.reading.form == "noun":
        return _of_noun(doc, lexicon, phrases, cue, zone_end)
    relayed = _second_hand(doc, lexicon, phrases, cue, zone_end)
    if relayed is not None:
        return relayed
    antecedent = _antecedent(doc, lexicon, phrases, cue, sentence.first)
    if antecedent is not None:
        return Source(antecedent)
    after = _after(doc, lexicon, phrases, cue, zone_end)
    if after is not None:
        return Source(after)
    return Source(subject_before(doc, lexicon, phrases, cue, sentence.first))


def _after(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, zone_end: int) -> tuple[int, int] | None:
    """`قال وزير الخارجية الروسي سيرغي لافروف إن`; also behind an occasion: `وقال في مؤتمر صحفي الوزير`."""
    i = cue.at + 1
    if i >= zone_end:
        return None
    if i + 1 < zone_end and doc.norms[i] in lexicon.words_of["this"] and doc.norms[i + 1].startswith("ال"):
        i += 1  # `وقال هذا الأخير إن`
    # `وقال للصحيفة إن`, `وأضاف في بيان أن`: what follows the cue is no subject
    if not is_oblique(doc, lexicon, phrases, i):
        last = phrases.end(i, zone_end)
        if last > i and doc.kinds[i] is WORD:
            return i, last
        if last > i and doc.quotation_of[i] >= 0:
            return i, last
    for j in range(i + 1, min(zone_end, i + 12)):
        if phrases.head_kind(j) in ("person", "unnamed") and _ends_phrase(lexicon, doc.norms[j - 1]):
            return j, phrases.end(j, zone_end)
    return None


def _ends_phrase(lexicon: Lexicon, before: str) -> bool:
    """Whether a title behind a word may be the subject, and is not within a phrase: `في مكتب رئيس`."""
    return before in COMMAS or before in ("»", '"') or before in lexicon.words_of["subject_follows"]


def is_oblique(doc: Document, lexicon: Lexicon, phrases: Phrases, i: int) -> bool:
    """Whether token i cannot begin the subject of the verb before it: a preposition, time, adverb, participle."""
    norm = doc.norms[i]
    facts = lexicon.facts(norm)
    if facts.time or not _OBLIQUE.isdisjoint(facts.roles):
        return True
    if norm in lexicon.words_of["no_subject"]:
        return True
    if norm.startswith("و") and any(lexicon.is_a(norm[1:], c) for c in ("pronoun", "preposition")):
        return True
    # an indefinite accusative is an adverb or a participle: `وأضاف متحديا`, `وأعلن مرارا`
    if phrases.head_kind(i) is None and len(norm) > 3 and norm.endswith("ا") and not norm.endswith(("يا", "وا", "اا")):
        return not norm.startswith("ال")
    if any(r.form in ("participle", "present") and r.entry.clause >= 1 for r in facts.readings):
        return not norm.startswith("ال") and phrases.head_kind(i) is None
    # ل attached to a noun is an addressee (`وقال للصحفيين`), ب the matter or the manner
    return phrases.attached(i) != ""


def _second_hand(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, zone_end: int) -> Source | None:
    """`نقلت رويترز عن مصدر أن`, `أعلنت الوكالة نقلا عن مصدر أن`: the source stands behind عن, the medium before it."""
    relays = normalize(cue.reading.entry.lemma) in lexicon.words_of["second_hand"]
    for j in range(cue.at + 1, min(zone_end, cue.at + 16)):
        if doc.norms[j] == "عن" and (relays or doc.norms[j - 1] in lexicon.words_of["relaying"]):
            last = phrases.end(j + 1, zone_end)
            if last <= j + 1:
                return None
            return Source((j + 1, last), _medium(doc, lexicon, phrases, cue, j))
    return None


def _medium(doc: Document, lexicon: Lexicon, phrases: Phrases, relays: Cue, limit: int) -> tuple[int, int] | None:
    """Who relays: `نقلت رويترز عن`, `ذكر الموقع، نقلا عن`, `وكانت الوكالة قد نقلت عن`."""
    first = relays.at + 1
    last = phrases.end(first, limit) if doc.norms[first] not in lexicon.words_of["relaying"] else first
    if last > first:
        return first, last
    return subject_before(doc, lexicon, phrases, relays, doc.sentences[doc.sentence_of[relays.at]].first)


def _of_noun(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, zone_end: int) -> Source:
    """`قوله`, `تصريحات الوزير`: the possessor; `نقلت رويترز عن مصدر قوله`: the phrase behind عن."""
    i = cue.at
    sentence = doc.sentences[doc.sentence_of[i]]
    if cue.reading.possessive:
        for j in range(i - 1, max(sentence.first, i - 20) - 1, -1):
            of_him = doc.norms[j] in lexicon.words_of["about_whom"] and doc.kinds[j + 1] is WORD
            if of_him and _relays(lexicon, doc.norms[j - 1]):
                last = phrases.end(j + 1, i)  # `ونقلت عنه الصحيفة قوله إن`: whoever was told of before
                return Source(None, (j + 1, last) if last > j + 1 else None)
            if doc.norms[j] == "عن":
                last = phrases.end(j + 1, i)
                if last <= j + 1:
                    return Source(None)
                via = None
                for k in range(j - 1, max(sentence.first, j - 10) - 1, -1):
                    relays = _relays(lexicon, doc.norms[k])
                    if relays is not None:
                        via = _medium(doc, lexicon, phrases, Cue(k, relays, cue.construction), j)
                        break
                return Source((j + 1, last), via)
        return Source(None)
    if i + 1 < zone_end and not is_oblique(doc, lexicon, phrases, i + 1):
        last = phrases.end(i + 1, zone_end)
        if last > i + 1:
            return Source((i + 1, last))
    return Source(None)


def _relays(lexicon: Lexicon, norm: str) -> CueReading | None:
    """How a word passes on what another one says, None where it does not."""
    return next((r for r in lexicon.cue_readings(norm) if r.entry.lemma == "نقل"), None)


def _antecedent(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, first: int) -> tuple[int, int] | None:
    """`الوزير الذي قال إن`: the noun phrase before the relative pronoun."""
    i = cue.at - 1
    if i <= first or not lexicon.is_a(doc.norms[i], "relative"):
        return None
    j = i - 1
    if doc.norms[j] in COMMAS:
        j -= 1
    return phrase_ending_at(doc, lexicon, phrases, j, first)


def phrase_ending_at(doc: Document, lexicon: Lexicon, phrases: Phrases, j: int, first: int) -> tuple[int, int] | None:
    """The noun phrase whose last token is j: the longest one with a source's head that reaches there."""
    best = None
    for k in range(j, max(first, j - 14) - 1, -1):
        if (doc.kinds[k] is MARK and doc.norms[k] in ".:؛") or lexicon.is_a(doc.norms[k], "relative"):
            break
        if phrases.head_kind(k) is not None and phrases.end(k, j + 1) == j + 1:
            best = k
    return (best, j + 1) if best is not None else None


def subject_before(doc: Document, lexicon: Lexicon, phrases: Phrases, cue: Cue, first: int) -> tuple[int, int] | None:
    """`حركة طالبان أعلنت أن`, `وكان الرئيس قال إن`: the subject stands before the verb."""
    leads = cue.reading.prefix == "ف" or doc.norms[cue.at - 1] == "فقد"
    if leads and doc.norms[first] in ("اما", "واما"):
        # `أما الرئيس الإيراني فأكد أن`, `أما الأصوات المؤيدة، فقد اعتبرت أن`
        end = phrases.end(first + 1, cue.at)
        return (first + 1, end) if end > first + 1 else None
    if cue.reading.prefix:
        return None  # و and ف begin a clause whose subject follows or is implied
    j = cue.at - 1
    if j > first and doc.quotation_of[j] >= 0 and doc.quotations[doc.quotation_of[j]].open == j:
        j -= 1  # `إن الشركة "ترفض …"`
    if j >= first and doc.norms[j] in ("قد", "لقد"):
        j -= 1
    if j < first or (doc.kinds[j] is not WORD and doc.norms[j] not in '،,)»"'):
        return None
    paused = doc.norms[j] in COMMAS
    if paused:
        j -= 1
    start = first
    while start <= j and doc.norms[start] in lexicon.words_of["leading"]:
        start += 1
    if start > j:
        return None
    end = phrases.end(start, j + 1)
    is_source = phrases.head_kind(start) is not None
    if is_source and (end == j + 1 or (end > start and j + 1 - end < 12)):
        return start, end
    if end == j + 1 and start in range(first, first + 3) and not paused:
        return start, end
    found = phrase_ending_at(doc, lexicon, phrases, j, start)
    return found if not paused else None
