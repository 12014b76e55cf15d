"""Cues: the words that may report a statement, each under the construction that it stands in."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from streams.extraction.document import Document
from streams.extraction.lexicon import CueReading, Lexicon
from streams.extraction.tokens import COMMAS, WORD

Construction = Literal["verb", "participle", "noun", "preposition", "as_said"]

_SAYS = 3  # how readily a verb of saying takes a clause
_QUOTED = 5  # tokens of a quotation that is more than a name or a term
_SUBJECT = 10  # tokens after a verb in which its subject and then its content's opener stand
WHAT = "ما"  # as in `على ما أعلن`, `وهو ما أكده`
_DAMMA = "\u064f"
_LETTER = re.compile(r"[^\W\d_][\u064b-\u0652\u0670]*")  # with its marks


class Cue(NamedTuple):
    """A cue candidate: the token that it stands at, how it is read, the construction it stands in.

    Of a cue of several words (`على حد قول`) that is the last one.
    """

    at: int
    reading: CueReading
    construction: Construction
    words: int = 1

    @property
    def first(self) -> int:
        """Its first token."""
        return self.at - self.words + 1


def find_cues(doc: Document, lexicon: Lexicon) -> tuple[Cue, ...]:
    """All cue candidates of a document, in order; at most one a token.

    Candidates that grammar rules out (negated, future, conditional, subjunctive, passive) are not among them.
    """
    return tuple(_candidates(doc, lexicon))


def _candidates(doc: Document, lexicon: Lexicon) -> Iterator[Cue]:
    behind_phrase = 0
    for i, norm in enumerate(doc.norms):
        if doc.kinds[i] is not WORD or i < behind_phrase:
            continue
        for words, reading in lexicon.phrases.get(norm, ()):
            if doc.norms[i : i + len(words)] == words and i >= behind_phrase:
                behind_phrase = i + len(words)
                yield Cue(behind_phrase - 1, reading, "preposition", len(words))
        if i < behind_phrase:
            continue
        readings = lexicon.cue_readings(norm)
        if not readings:
            continue
        reading = _likeliest(readings)
        if reading.form in ("past", "present"):
            if not _is_unreal(doc, lexicon, i, reading) and not _is_passive(doc.tokens[i].form.text, reading):
                behind = (
                    _is_as_said(doc, lexicon, i)
                    or _follows_quotation(doc, lexicon, i, reading)
                    or _says_that(doc, lexicon, i, reading)
                )
                yield Cue(i, reading, "as_said" if behind else "verb")
        elif reading.form == "participle":
            yield Cue(i, reading, "participle")
        elif reading.form == "preposition":
            yield Cue(i, reading, "preposition")
        else:
            yield Cue(i, reading, "noun")


def _likeliest(readings: tuple[CueReading, ...]) -> CueReading:
    order = {"past": 0, "present": 0, "preposition": 1, "participle": 2, "noun": 3}
    return min(readings, key=lambda r: (order[r.form], -r.entry.clause, len(r.prefix)))


def _is_unreal(doc: Document, lexicon: Lexicon, i: int, reading: CueReading) -> bool:
    """Denied, future, conditional or merely wished speech is no statement.

    Not a cue: `لم يعلن الوزير موعدا`, `وسيعلن النتائج غدا`, `إذا قالت المحكمة`, `يجب أن تعلن الحكومة`, `قد يعلن`.
    A cue: `أعلن الوزير الموعد`, `بعد أن أعلن الوزير الموعد`.
    """
    if "س" in reading.prefix:
        return True
    if reading.prefix or i == 0 or doc.sentence_of[i - 1] != doc.sentence_of[i]:
        return False
    before = doc.norms[i - 1]
    if before == "ما":
        # بحسب ما ذكرت، وهو ما أكد: here ما means "what"
        return False
    if any(lexicon.is_a(before, c) for c in ("negation", "conditional", "future")):
        return True
    if before in lexicon.words_of["subjunctive"] and reading.form == "present":
        return not (i > 1 and doc.norms[i - 2].lstrip("و") in lexicon.words_of["happened"])
    return reading.form == "present" and before in lexicon.words_of["perhaps"]


def _is_passive(text: str, reading: CueReading) -> bool:
    """`وُصف بأنه حيوي`, `وأُعلنت أول إمارة`, `اتُّهمت الشركة`: where the vowel is written, nobody is named who speaks."""
    if _DAMMA not in text or reading.form != "past":
        return False
    letters = _LETTER.findall(text)[len(reading.prefix) :]
    opened = letters[:2] if letters[:1] and letters[0][0] == "ا" else letters[:1]
    return any(_DAMMA in letter for letter in opened)


def _follows_quotation(doc: Document, lexicon: Lexicon, i: int, reading: CueReading) -> bool:
    """`"الوضع خطير ولا نملك الأدوية"، يقول الطبيب سامي حداد.`: the verb follows the whole of what it reports."""
    says = reading.entry.clause >= _SAYS and "quote" in reading.entry.governs and not reading.prefix
    j = i - 2 if i > 1 and doc.norms[i - 1] in COMMAS else i - 1
    q = doc.quotation_of[j] if says and j > 0 else -1
    if q < 0 or not doc.quotations[q].balanced or doc.quotations[q].close != j:
        return False
    if j - doc.quotations[q].open <= _QUOTED or doc.sentence_of[j] != doc.sentence_of[i]:
        return False
    rest = range(i + 1, min(i + _SUBJECT, doc.sentences[doc.sentence_of[i]].last))
    return not any(_opens_content(doc, lexicon, k) or doc.quotation_of[k] >= 0 for k in rest)


def _says_that(doc: Document, lexicon: Lexicon, i: int, reading: CueReading) -> bool:
    """`وتم إخلاء المبنى. أوضح ذلك الناطق باسم الدفاع المدني`: the verb follows what it reports."""
    if reading.entry.clause < _SAYS or reading.prefix or doc.norm_at(i + 1) not in lexicon.words_of["that"]:
        return False
    return doc.norm_at(i - 1) in "،,.:" or doc.sentences[doc.sentence_of[i]].first == i


def _is_as_said(doc: Document, lexicon: Lexicon, i: int) -> bool:
    """`…، كما قال كيري`, `…، على ما أعلن الوزير`, `…، وهو ما أكده الوزير`: the cue follows what it reports.

    Not so at the head of a sentence: `كما قال كيري إن الاتفاق قريب` goes on with a content of its own.
    """
    if i == 0 or doc.sentence_of[i - 1] != doc.sentence_of[i]:
        return False
    sentence = doc.sentences[doc.sentence_of[i]]
    if doc.norms[i - 1] == WHAT:
        return i - 2 > sentence.first and doc.norms[i - 2] in lexicon.words_of["as_what"]
    if doc.norms[i - 1] not in lexicon.words_of["as"] or sentence.first == i - 1:
        return False
    for j in range(i + 1, min(i + _SUBJECT, sentence.last)):
        if _opens_content(doc, lexicon, j):
            # `استغرق الأمر يوما، كما قال الادعاء إن القنبلة …`: after كما the cue has a content of its own
            return doc.norms[i - 1] != "كما"
        if doc.norms[j] in COMMAS or doc.norms[j] == ".":
            break
    return True


def _opens_content(doc: Document, lexicon: Lexicon, j: int) -> bool:
    """Whether a content of its own begins behind token j, where a verb seems to follow what it reports."""
    return doc.norms[j] == ":" or doc.norms[j] in lexicon.words_of["own_content"]


def stands_beside(norm: str) -> bool:
    """`قال …، مشيرا إلى`, `قالت …، مؤكدة أن`: whether a participle's ending is that of one beside a statement."""
    return norm.endswith(("ا", "ه", "ين"))
