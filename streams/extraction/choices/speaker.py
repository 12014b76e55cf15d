"""Speakers: which noun phrase beside a cue says what it reports, or none of them (`وأضاف أن`).

`rules/source.py` names one; it and every other phrase of the cue's sentence that may head a source are
candidates, and which it is, is learned from the annotated articles (`streams.extraction.training.speaker`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from streams.extraction.choices.linear import LinearModel
from streams.extraction.document import Document
from streams.extraction.eulogies import eulogy_at
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue
from streams.extraction.rules.linked import linked_speaker, seen_end
from streams.extraction.rules.proposals import Proposal
from streams.extraction.rules.source import is_oblique
from streams.extraction.text import looks_feminine
from streams.extraction.tokens import COMMAS, NUMBER, WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import SPEAKER
from streams.extraction.words.signs import ACTOR, SPEAKER_BEGINS

_AFTER, _BEFORE = 22, 26  # tokens behind and before a cue in which its speaker is looked for
_SEEN = 5  # step of a sign from which on a word begins a mention
_COMPLEMENT = 4  # words between a title and a place that belongs to it: `للتعليم في منطقة`
_QUOTED_NAME = 5  # tokens from the opening mark to the closing one of a name in quotation marks, at most
_OBJECTS = ("ه", "ها", "هم", "هما", "ني", "نا")  # pronouns at the end of a verb
Mention = tuple[int, int]


class Options(NamedTuple):
    """Mentions that may be a proposal's speaker, None for an implied one, each with the step of the link to it."""

    proposal: Proposal
    links: dict[Mention | None, int]


class Speakers:
    """The choice of speakers in one article."""

    def __init__(
        self, doc: Document, lexicon: Lexicon, phrases: Phrases, words: WordsInContext, model: LinearModel
    ) -> None:
        """`model` weighs the features of the candidates."""
        self._doc, self._lexicon, self._phrases, self._words, self._model = doc, lexicon, phrases, words, model
        self._seen = words.where(SPEAKER_BEGINS, _SEEN)

    def best(self, proposal: Proposal) -> tuple[Mention | None, float]:
        """The likeliest speaker's mention, None for an implied one, and how probable it is."""
        praise = eulogy_at(self._doc.norms, proposal.cue.at + 1)
        if praise is not None:
            return (proposal.cue.at + 1, praise.last), 1.0  # `قال تعالى`, `قوله صلى الله عليه وسلم`
        options = self.options(proposal)
        if options is None:
            return proposal.mention, 1.0
        mentions = list(options.links)
        shares = LinearModel.shares([self._model.score(self.features(options, m)) for m in mentions])
        n = max(range(len(shares)), key=shares.__getitem__)
        return self._from_name(options, mentions[n]), shares[n]

    def _from_name(self, options: Options, mention: Mention | None) -> Mention | None:
        """With a title behind a name the mention begins at the name.

        `وقال ديمون هيل بطل العالم إن`, `وقال سامي الحداد، المتحدث باسم الوزارة، إن`, `وتشير منى فتحي الأثرية المصرية
        ومديرة المعابد، إلى أن`, `قال محمد خضر، أحد تجار الذهب، إن`.
        """
        if mention is None:
            return mention
        mention = self._with_title(options, mention)
        one_of = self._doc.norm_at(mention[0] - 1) in self._lexicon.words_of["one_of"]
        if not one_of and self._phrases.head_kind(mention[0]) not in ("person", "unnamed"):
            return mention
        before = mention[0] - one_of
        before -= self._doc.norm_at(before - 1) in COMMAS
        while self._doc.norms[mention[0]].startswith("و") and self._doc.norms[before - 1].startswith("ال"):
            before -= 1
        names = (m for m in options.links if m is not None and self._phrases.name_ending(m[1]) == "PER")
        first = next((m[0] for m in names if options.proposal.cue.at < m[0] and m[1] == before), mention[0])
        return first, mention[1]

    def _with_title(self, options: Options, mention: Mention) -> Mention:
        """A title that its complement seems to end goes on to its bearer's name.

        `المدير العام للتعليم بمنطقة نجران سامي الحداد`, where `نجران سامي الحداد` is no phrase of its own.
        """
        phrases, (first, last) = self._phrases, mention
        if phrases.head_kind(first) in ("person", "unnamed") or phrases.name_ending(last) != "PER":
            return mention
        for m in options.links:
            if m is None or not options.proposal.cue.at < m[0] < m[1] <= first <= m[1] + _COMPLEMENT:
                continue
            words = all(self._doc.kinds[i] is WORD for i in range(m[1], first))
            deputy = self._doc.norms[m[0]] in self._lexicon.words_of["deputy"]
            titled = deputy or phrases.head_kind(m[0]) == "person"
            if words and titled and phrases.name_ending(m[1]) != "PER":
                return m[0], last
        return mention

    def options(self, proposal: Proposal) -> Options | None:
        """All candidates, None where the construction leaves no choice and the encoder agrees with it."""
        cue, rule = proposal.cue, proposal.mention
        linked = linked_speaker(self._doc, self._phrases, self._words, cue, proposal.content.first)
        if linked is not None and self._is_circumstance(linked[0]):
            linked = None  # `وأعلن الخميس أن`
        if linked is not None and cue.construction != "preposition" and self._phrases.to_medium(linked[0]):
            linked = None  # `قال لرويترز إن`
        via = proposal.via if cue.reading.form == "noun" else None
        if linked is not None and via is not None and linked[0] == via[0]:
            linked = None  # `ونقلت عنه الصحيفة قوله إن`
        if cue.reading.form == "participle" or proposal.opener in ("nominal", "heading", "preceding") or proposal.via:
            if (linked and linked[0]) == (rule and rule[0]):
                return None
            found = dict.fromkeys([rule] if rule is not None else [])
        else:
            found = dict.fromkeys(self._beside_and_before(proposal))
        if linked is not None and all(linked[0] != m[0] for m in found):
            found[linked] = None
        links = {m: self._words.links.step(SPEAKER, cue.at, cue.at if m is None else m[0]) for m in (None, *found)}
        return Options(proposal, links)

    def _beside_and_before(self, proposal: Proposal) -> Iterator[Mention]:
        """The rule's mention and all others that stand where a speaker may."""
        cue, rule = proposal.cue, proposal.mention
        to = cue.construction != "preposition"  # an addressee (`وقال للصحفيين`); `وفقا للوزارة`: ل belongs to the cue
        if rule is not None and not (to and self._phrases.attached(rule[0]) == "ل") and not self._is_no_source(rule[0]):
            yield rule
        sentence = self._doc.sentences[self._doc.sentence_of[cue.at]]
        if proposal.content.first > cue.at:
            limit = min(proposal.content.first, cue.at + _AFTER)
            yield from self._phrases_in(cue.at + 1, limit, to, always=self._beside(cue))
        yield from self._phrases_in(max(sentence.first, cue.at - _BEFORE), cue.at, to)

    def _beside(self, cue: Cue) -> int:
        """The first word behind a cue, that of a short quotation too (`وقالت «بلومبرغ» إن`)."""
        doc, i = self._doc, cue.at + 1
        q = doc.quotation_of[i] if i < len(doc.tokens) else -1
        quoted = q >= 0 and doc.quotations[q].open == i and doc.quotations[q].close - i <= _QUOTED_NAME
        return i + 1 if quoted else i

    def _phrases_in(self, first: int, limit: int, to: bool, always: int = -1) -> Iterator[Mention]:
        """Noun phrases that may head a source; one at `always` need not be told to."""
        doc, phrases = self._doc, self._phrases
        i = first
        while i < limit:
            kind = doc.kinds[i]
            seen, heads = i in self._seen and kind in (WORD, NUMBER), phrases.head_kind(i) is not None
            if seen or heads or (i == always and kind is WORD):
                last = phrases.end(i, limit)
                if seen and not heads:  # `88 في المائة`, `المبتعثة هالة الجشي`
                    last = max(last, seen_end(self._words, i, limit))
                if last > i:
                    # `وقال للصحفيين`, `قال مصدر رفيع بمدينة الملك فهد الطبية`
                    never = (to and self._phrases.attached(i) in ("ل", "ب")) or self._is_circumstance(i)
                    if not never and (seen or not self._is_no_source(i)):
                        yield i, last
                    if i != always or heads:
                        i = last
                        continue
            i += 1

    def _is_circumstance(self, i: int) -> bool:
        """`وأضاف متحديا: …`, `وكتب معرفا نفسه`: an adjective in the accusative says how, `وقال أمس` a time when."""
        if self._phrases.is_date(i) and not self._phrases.name_type(i):
            return True
        norm = self._doc.norms[i]
        bare = norm.endswith("ا") and not norm.startswith("ال") and self._words.category_at(i) == "adj"
        return bare and self._phrases.head_kind(i) is None

    def _is_no_source(self, i: int) -> bool:
        """A verb, an oblique word that heads no source, what somebody says: `وتابعت`, `بقوله`, `وختم حديثه`."""
        if self._phrases.head_kind(i) is not None:
            return False
        if any(r.form == "noun" and r.possessive for r in self._lexicon.cue_readings(self._doc.norms[i])):
            return True
        return self._phrases.is_verb(i) or is_oblique(self._doc, self._lexicon, self._phrases, i)

    def features(self, options: Options, mention: Mention | None) -> Iterator[str]:
        """The evidence for one candidate, as feature names."""
        yield from self._of_none(options) if mention is None else self._of_mention(options, mention)

    def _of_none(self, options: Options) -> Iterator[str]:
        """That the subject is only implied."""
        proposal, doc, cue = options.proposal, self._doc, options.proposal.cue
        reading, form, zone = cue.reading, cue.reading.marked_form, _zone(proposal)
        told = "rule" if proposal.mention is None else "other"
        link, best = options.links[None], max(options.links.values())
        begins = max((self._words.sign(m[0], SPEAKER_BEGINS) for m in options.links if m is not None), default=0)
        yield f"none,link={link}"
        yield f"none,link={link},{form}"
        yield f"none,link={link},best={best}"
        yield f"none,begins={begins},{form}"
        yield f"none,{told},{form}"
        yield f"none,{form},{zone}"
        yield f"none,{proposal.opener},{zone}"
        yield f"none,{reading.entry.lemma},{reading.form}"
        yield f"none,{len(options.links) > 1},{form}"
        yield f"none,{cue.at == doc.sentences[doc.sentence_of[cue.at]].first},{form}"
        yield f"none,next={doc.norm_at(cue.at + 1)}"
        yield f"none,nextm={self._words.category_at(cue.at + 1)},{form}"
        yield f"none,before={doc.norm_at(cue.at - 1)},{reading.form}"
        yield f"none,besides={self._besides(options, True)},{self._besides(options, False)},{form}"
        yield f"none,besides={self._besides(options, True)},{reading.entry.lemma}"
        yield f"none,object={self._has_object(cue)},{form}"

    def _of_mention(self, options: Options, mention: Mention) -> Iterator[str]:
        """That a mention is the speaker's."""
        doc, phrases, words = self._doc, self._phrases, self._words
        proposal, cue, (first, last) = options.proposal, options.proposal.cue, mention
        reading, form, zone, opener = cue.reading, cue.reading.marked_form, _zone(proposal), proposal.opener
        told = "rule" if mention == proposal.mention else "other"
        link, best = options.links[mention], max(options.links.values())
        side = "after" if first > cue.at else "before"
        gap = min(first - cue.at - 1 if side == "after" else cue.at - last, 12)
        kind = phrases.head_kind(first) or "other"
        order = [m for m in options.links if m is not None and (m[0] > cue.at) == (side == "after")]
        order.sort(key=lambda m: abs(m[0] - cue.at))
        place = min(order.index(mention), 3)
        oblique = is_oblique(doc, self._lexicon, phrases, first)
        behind = self._lexicon.is_a(doc.norm_at(first - 1), "preposition")
        agrees = self._agrees(proposal, first)
        across = self._besides(options, side == "after")
        yield f"{side},besides={across},{form}"
        yield f"{side},besides={across},gap={min(gap, 3)},{reading.entry.lemma}"
        yield f"{side},besides={across},{min(gap, 3)},{reading.prefix},{oblique or behind}"
        yield f"{side},ahead={doc.norm_at(cue.at - 1)},{gap == 0}"
        yield f"{side},object={self._has_object(cue)},{gap == 0},{reading.form}"
        yield f"{told},{form},{side}"
        yield f"{told},{kind}"
        yield f"{side},gap={gap},{form}"
        yield f"{side},gap={gap},{kind}"
        yield f"{side},place={place},{form}"
        yield f"{side},place={place},{kind},{oblique or behind}"
        yield f"{side},{form},{opener},{kind}"
        yield f"{side},lemma={reading.entry.lemma}"
        yield f"{side},oblique={oblique},{behind},{kind}"
        yield f"{side},oblique={oblique},{behind},{gap == 0}"
        yield f"agrees={agrees},{kind},{side}"
        yield f"agrees={agrees},{reading.plural},{side}"
        yield f"{side},prev={doc.norm_at(first - 1)}"
        yield f"{side},next={doc.norm_at(last)}"
        ahead = doc.norm_at(first - 1)
        yield f"{side},led={phrases.attached(first - 1) if first else ''},{ahead.startswith('ال')},{gap == 0}"
        yield f"{side},prevm={words.category_at(first - 1)},{words.category_at(first)}"
        yield f"{side},category={words.category_at(first)},{gap == 0}"
        yield f"{side},length={min(last - first, 6)}"
        yield f"{side},quoted={doc.quotation_of[first] >= 0}"
        yield f"{side},zone={zone},gap={gap}" if side == "after" else f"before,zone={zone}"
        begins = words.sign(first, SPEAKER_BEGINS)
        others = max((words.sign(m[0], SPEAKER_BEGINS) for m in order if m != mention), default=0)
        yield f"link={link},{side}"
        yield f"link={link},best={best}"
        yield f"link={link},{form},{place}"
        yield f"link={link},{told},{kind}"
        yield f"begins={begins},{side}"
        yield f"begins={begins},{form},{place}"
        yield f"begins={begins},others={others}"
        yield f"actor={words.sign(first, ACTOR)},{side}"
        yield f"head={doc.norm_at(first)},{side}"
        yield f"attached={phrases.attached(first)},{side}"
        cluster = words.clusters.get(doc.norm_at(first))
        if cluster is not None:
            yield f"k={cluster[1]},{side}"
            yield f"c={cluster[0]}"
        if phrases.is_time(doc.norm_at(first)):
            yield f"time,{side}"
        if any(phrases.name_type(i) == "PER" for i in range(first, last)):
            yield f"named,{side},{kind}"

    def _besides(self, options: Options, before: bool) -> str:
        """How near the nearest candidate before (or after) the cue is: `ترامب حذر بكين` has one on both sides."""
        at = options.proposal.cue.at
        if before:
            gaps = [at - m[1] for m in options.links if m is not None and m[0] < at]
        else:
            gaps = [m[0] - at - 1 for m in options.links if m is not None and m[0] > at]
        nearest = min(gaps, default=-1)
        return "none" if nearest < 0 else str(nearest) if nearest < 2 else "far"

    def _has_object(self, cue: Cue) -> bool:
        """`وأخبره أن`, `أبلغتنا`: the verb carries its object, so that what follows is rather its subject."""
        return cue.reading.form in ("past", "present") and self._doc.norms[cue.at].endswith(_OBJECTS)

    def _agrees(self, proposal: Proposal, first: int) -> str:
        reading = proposal.cue.reading
        if reading.form not in ("past", "present"):
            return "?"
        head = self._doc.norm_at(first)
        title = self._lexicon.titles.get(head.removeprefix("ال"))
        feminine = title.gender == "f" if title is not None else looks_feminine(head)
        return "yes" if feminine == reading.feminine else "no"


def _zone(proposal: Proposal) -> int:
    """How many tokens there are between cue and content, -1 where it stands before."""
    return min(max(proposal.content.first - proposal.cue.at, -1), 12)
