"""Where a speaker's mention ends: `قال الجبير سيبحثان` is الجبير, `وزير الخارجية الروسي سيرغي لافروف` all five words.

The rule of `phrases.py` names one end; it and every other are candidates, and which it is, is learned from the
annotated speakers (`streams.extraction.training.mention_end`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from streams.extraction.abbreviations import LETTER
from streams.extraction.actors.offices import is_titled
from streams.extraction.choices.linear import LinearModel
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.quotations import OPENING
from streams.extraction.rules.proposals import Proposal
from streams.extraction.text import normalize, stems
from streams.extraction.tokens import LINE, MARK, NUMBER, WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.signs import SPEAKER_BEGINS, SPEAKER_GOES_ON

_TITLED = 16  # tokens of a title with its bearer's name
_ACCUSATIVE = ("اً", "ًا")
_LONGEST = 22  # tokens
_OCCURRENCES = 20  # of a mention's first word that are looked at; more would take a long article's square


class MentionEnds:
    """The choice of ends in one article."""

    def __init__(
        self, doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext, model: LinearModel
    ) -> None:
        """`model` weighs the features of the candidates."""
        self._doc, self._lexicon, self._phrases, self._words, self._model = doc, lexicon, phrases, words, model

    def best(self, first: int, rule: int, limit: int) -> int:
        """The likeliest end (token after it) of the mention that begins at `first` and by rule ends at `rule`."""
        named = self._name_behind(first, limit)
        if named is not None:
            return named
        ends = self.candidates(first, rule, limit)
        passed, scores = 0.0, []  # what a longer mention passes over was weighed for the shorter ones already
        for new, own in self._evidence(first, rule, ends):
            passed += self._model.weight(new)
            scores.append(passed + self._model.weight(own))
        return ends[max(range(len(ends)), key=scores.__getitem__)]

    def ended(self, proposal: Proposal) -> Proposal:
        """The proposal with the likeliest end of its speaker's mention."""
        if proposal.mention is None:
            return proposal
        doc = self._doc
        first, rule = proposal.mention
        cue, content = proposal.cue.at, proposal.content.first
        limit = cue if first < cue else doc.sentences[doc.sentence_of[first]].last
        if first < content:
            limit = min(limit, content)
        last = self.best(first, rule, limit)
        if normalize(proposal.cue.reading.entry.lemma) in self._lexicon.words_of["told"] and first > cue:
            last = self._told_whom(first, last)
        q = doc.quotation_of[first]
        if q >= 0 and doc.quotations[q].open == first and doc.quotations[q].close >= last - 1:
            # `وفقا لـ"رويترز"`: the marks about a name are no part of it
            first, last = first + 1, min(last, doc.quotations[q].close)
        return replace(proposal, mention=(first, last)) if first < last else proposal

    def _told_whom(self, first: int, last: int) -> int:
        """Where the medium begins in the mention of a verb whose object it is, `last` where there is none.

        `أبلغ مصدر مطلع «الشرق الأوسط» أن`, `أخبر مسؤول أمريكي رويترز أن`; not `مسؤول في رويترز`, `مدير صحيفة «الغد»`.
        """
        norms, lexicon = self._doc.norms, self._lexicon
        for i in range(first + 1, last):
            quoted = norms[i] in OPENING and self._phrases.head_kind(i - 1) != "organization"
            media = norms[i] in lexicon.words_of["medium"] or lexicon.organizations.get(norms[i]) == "media"
            governed = lexicon.is_a(norms[i - 1], "preposition") or is_titled(lexicon, norms[i - 1])
            if quoted or (media and not governed):
                return i
        return last

    def candidates(self, first: int, rule: int, limit: int) -> list[int]:
        """Tokens after which the mention may end, at most `limit`: behind words only, not within a name."""
        doc = self._doc
        ends: list[int] = []
        for j in range(first + 1, min(limit, first + _LONGEST, len(doc.tokens)) + 1):
            kind = doc.kinds[j - 1]
            if kind is LINE:
                break
            told = self._phrases.to_medium(j - 1) and self._phrases.head_kind(first) != "document"
            if j - 1 > first and (told or self._is_circumstance(first, j - 1)):
                rule = min(rule, ends[-1]) if ends else rule
                break
            if j - 1 > first and self._leaves(first, j - 1):
                break
            closes = kind is MARK and doc.norms[j - 1] in '»")”'
            within = self._phrases.is_within_name(j) or self._is_spelt_on(j)
            if (kind is WORD or kind is NUMBER or closes) and not within:
                ends.append(j)
        return ends if rule in ends else [*ends, rule]

    def _name_behind(self, first: int, limit: int) -> int | None:
        """End of a name that ends before `limit`, if the title at `first` tells between them for whom its bearer works.

        `المدرب الفرنسي لريال مدريد زين الدين زيدان`; not so whom somebody speaks to: `قال الوزير للرئيس بوتين إن`.
        """
        doc, phrases, lexicon = self._doc, self._phrases, self._lexicon
        end = limit
        while end > first and (doc.kinds[end - 1] is not WORD or lexicon.is_a(doc.norms[end - 1], "complementizer")):
            end -= 1
        titled = phrases.head_kind(first) in ("person", "unnamed")
        if not titled or end - first > _TITLED or phrases.name_ending(end) != "PER":
            return None
        name = next((i for i in range(end - 1, first - 1, -1) if not phrases.is_within_name(i)), first)
        between = range(first + 1, name)
        works_for = [doc.norms[i] for i in between if phrases.attached(i) == "ل"]
        if not works_for or any(stem in lexicon.titles for norm in works_for for stem in stems(norm)):
            return None
        stops = (
            phrases.is_verb(i)
            or phrases.name_type(i) == "PER"
            or lexicon.is_a(doc.norms[i], "relative")
            or (doc.kinds[i] is MARK and doc.norms[i] not in '«»"')
            for i in between
        )
        return None if phrases.name_type(first) == "PER" or any(stops) else end

    def _is_spelt_on(self, j: int) -> bool:
        """Whether token j goes on with a name that is spelt out (`سي إن إن`)."""
        behind, norm = self._doc.norm_at(j - 1), self._doc.norm_at(j)
        return norm == LETTER or (behind == LETTER and self._lexicon.is_a(norm, "letter"))

    def _is_circumstance(self, first: int, j: int) -> bool:
        """`أعلن مصدر عسكري محملاً القاعدة المسؤولية`, but `إن مصدراً أمنياً قال`."""
        head, text = (self._doc.tokens[i].form.text for i in (first, j))
        return text.endswith(_ACCUSATIVE) and not head.endswith(_ACCUSATIVE)

    def _leaves(self, first: int, j: int) -> bool:
        """`أن`, `وهو`; behind a name `لنظيره` says to whom, but `تقرير للوزارة`, `النائب لرئيس البرنامج` whose."""
        norm, phrases = self._doc.norms[j], self._phrases
        if self._lexicon.is_a(norm, "complementizer"):
            return True
        if norm in self._lexicon.words_of["edge"] or phrases.is_wish(j):
            return True
        if not phrases.is_addressee(j) or phrases.head_kind(first) == "document" or phrases.is_envoy(first, j):
            return False
        titled = not phrases.name_type(j) and any(stem in self._lexicon.titles for stem in stems(norm))
        return not titled or any(phrases.name_type(i) == "PER" for i in range(first, j))

    def features(self, first: int, rule: int, ends: Sequence[int]) -> Iterator[list[str]]:
        """The evidence for each candidate, as feature names."""
        passed: list[str] = []
        for new, own in self._evidence(first, rule, ends):
            passed += new
            yield passed + own

    def _evidence(self, first: int, rule: int, ends: Sequence[int]) -> Iterator[tuple[list[str], list[str]]]:
        """Of each candidate what it passes over that the one before did not, and what is its own."""
        doc, phrases, words = self._doc, self._phrases, self._words
        kind = phrases.head_kind(first) or "other"
        name = "name" if phrases.name_type(first) == "PER" else kind
        elsewhere = self._elsewhere(first)
        ahead, between = self._named_ahead(first)
        j = first + 1
        for end in ends:
            new: list[str] = []
            while j < end:
                new += self._step(j, kind)
                elsewhere = [i for i in elsewhere if doc.norm_at(i + j - first) == doc.norms[j]]
                j += 1
            after, last = self._doc.norm_at(end), self._doc.norm_at(end - 1)
            category, before = self._words.category_at(end), self._words.category_at(end - 1)
            attached = phrases.attached(end) if end < len(doc.tokens) else ""
            led = (attached and attached + "+") or (after if self._lexicon.is_a(after, "preposition") else "")
            begins = phrases.name_type(end)
            out = [
                f"rule={end == rule},{name}",
                f"rule={end == rule},{min(end - first, 8)}",
                f"length={min(end - first, 10)},{name}",
                f"last={last}",
                f"lastm={before},{name}",
                f"after={after}",
                f"after={after},{kind}",
                f"afterm={category},{name}",
                f"pair={before},{category}",
                f"begins={begins},{name}",
                f"ended={phrases.name_ending(end)},{name},{category}",
                f"attached={attached},{kind}",
                f"al={after.startswith('ال')},{last.startswith('ال')},{category}",
            ]
            goes_on = words.sign(end, SPEAKER_GOES_ON)
            last_on = max(words.sign(end - 1, SPEAKER_GOES_ON), words.sign(end - 1, SPEAKER_BEGINS))
            out += [f"on={goes_on},{name}", f"on={goes_on},{last_on}"]
            if ahead:
                where = "short" if end <= ahead else "name" if phrases.name_ending(end) == "PER" else "behind"
                out += [f"{where}={between},{kind}", f"{where}={goes_on}"]
            cluster = words.clusters.get(after)
            if cluster is not None:
                out += [f"c={cluster[0]}", f"k={cluster[1]},{name}"]
            cluster = words.clusters.get(last)
            if cluster is not None:
                out.append(f"lastk={cluster[1]}")
            if led:
                out.append(f"last={last},{led}")
                out.append(f"lastk={cluster[1] if cluster is not None else ''},{led}")
            again = self._again(elsewhere, end - first, end)
            out.append(f"again={again},{name}")
            out.append(f"again={again},{min(end - first, 4)}")
            yield new, out

    def _named_ahead(self, first: int) -> tuple[int, str]:
        """Where a person's name begins that the title at `first` may lead to, and what stands between; 0 for nowhere.

        `المدير العام لأمن مطار الكويت الدولي اللواء فيصل السنين`.
        """
        doc, phrases = self._doc, self._phrases
        between = ""
        for i in range(first + 1, min(first + _TITLED, len(doc.tokens))):
            if phrases.name_type(i) == "PER":
                return i, between
            mark = doc.kinds[i] is MARK and doc.norms[i] not in '«»"“”،,'
            relative = any(self._lexicon.is_a(doc.norms[i], c) for c in ("relative", "complementizer"))
            if doc.kinds[i] is LINE or mark or relative or phrases.is_verb(i):
                break
            if doc.kinds[i] is MARK or self._lexicon.is_a(doc.norms[i], "preposition"):
                between = doc.norms[i]
            elif phrases.attached(i):
                between = phrases.attached(i) + "+"
        return 0, ""

    def _elsewhere(self, first: int) -> list[int]:
        """Where else in the article a mention's first word stands."""
        return [i for i in self._doc.places(self._doc.norms[first])[:_OCCURRENCES] if i != first]

    def _again(self, elsewhere: Sequence[int], length: int, end: int) -> str:
        """Whether these words stand elsewhere in the article, and whether they go on there as here."""
        if length < 2:
            return "one"
        if not elsewhere:
            return "no"
        doc, after = self._doc, self._doc.norm_at(end)
        return "longer" if any(doc.norm_at(i + length) == after for i in elsewhere) else "yes"

    def _step(self, j: int, kind: str) -> Iterator[str]:
        """What a mention holds that goes on over token j."""
        doc = self._doc
        norm, category = self._doc.norm_at(j), self._words.category_at(j)
        yield f"over on={self._words.sign(j, SPEAKER_GOES_ON)}"
        if doc.kinds[j] is MARK:
            following = self._phrases.head_kind(j + 1) or "other"
            yield f"over={norm},{following}"
            yield f"over={norm},{self._phrases.name_type(j + 1)},{kind}"
            return
        definite, before = _definite(norm), _definite(self._doc.norm_at(j - 1))
        yield f"over={category},{kind}"
        yield f"over={category},{self._words.category_at(j - 1)}"
        yield f"over={category},{definite},{self._words.category_at(j - 1)},{before}"
        yield f"over={category},{definite},{before},{kind}"
        if self._lexicon.is_a(norm, "preposition"):
            yield f"over={norm},{self._doc.norm_at(j - 1)}"
            yield f"over={norm},{kind},{self._phrases.head_kind(j + 1)}"
        if self._phrases.is_date(j):
            yield f"over=time,{kind}"
        attached = self._phrases.attached(j)
        if attached:
            yield f"over={attached}+,{kind}"
            yield f"over={attached}+,{self._doc.norm_at(j - 1)}"
        if self._phrases.name_type(j):
            yield f"over={self._phrases.name_type(j)},{kind}"
            yield f"over={self._phrases.name_type(j)},{category},{norm.startswith('و')}"
        if self._lexicon.is_a(norm, "relative"):
            yield "over=relative"


def _definite(norm: str) -> str:
    """How a word shows whether it is definite: an article, or the ending of an indefinite accusative (`موظفا`)."""
    if norm.startswith(("ال", "لل")):
        return "al"
    return "acc" if norm.endswith("ا") and len(norm) > 3 else "no"
