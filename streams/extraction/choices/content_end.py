"""Where a content ends: at a pause, before the next statement, with its quotation or with its sentence.

`rules/content.py` names one end; it and every other pause, closing mark and cue behind the content's beginning are
candidates, and so is where the encoder sees an end (`أعلنت انسحابها` before `دون أن تحدد موعدا`); which it is, is
learned from the annotated articles (`streams.extraction.training.content_end`). Of these the one is chosen that is
worth most (`choices/worth.py`).
"""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np

from streams.extraction.choices.ends import End, candidates
from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.network import OPENER, OneOf, Scorer
from streams.extraction.choices.worth import most_worth
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.content import make_content
from streams.extraction.rules.proposals import Proposal
from streams.extraction.tokens import MARK, NUMBER, WORD
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.links import ENDS, link_step
from streams.extraction.words.signs import CONTENT, CONTENT_ENDS, CORE_CUE, EXTENDED_CUE

_MARK = OneOf(("،", ".", "»", '"', ":", "(", "؛"))
_WHY = OneOf(("pause", "close", "cue", "sentence", "rule", "seen", "linked"))
_BEHIND = np.array([0, 1, 2])
_SOON = 4  # words behind an end that may be content too
_FAINT = -1e3  # log-odds of a sign where there is none
_ABOUT = np.array([-3, -2, -1, 0, 1, 2, 3])  # tokens about an end whose signs are weighed together


class ContentEnds:
    """The choice of ends in one article."""

    def __init__(
        self,
        doc: Document,
        lexicon: Lexicon,
        phrases: Phrases,
        words: WordsInContext,
        cues: Collection[int],
        model: Scorer,
    ) -> None:
        """`cues` are the tokens of the cues that report."""
        self._doc, self._lexicon, self._phrases, self._words = doc, lexicon, phrases, words
        self._cues, self._model = cues, model

    def ended(self, proposal: Proposal) -> tuple[Proposal, float]:
        """The proposal with the best end of its content, and how probable it is that the content is about right."""
        if proposal.opener == "preceding":
            return proposal, 1.0
        ends = self.candidates(proposal)
        if not ends:
            return proposal, 1.0  # there is no word in it
        linear = []
        passed = 0.0  # whoever ends later passes over the boundaries before: they are weighed once
        for own, boundary in self._evidence(proposal, ends):
            linear.append(passed + self._model.linear.weight(own))
            passed += self._model.linear.weight(boundary)
        shares = LinearModel.shares(self._model.on(linear, self.numbers(proposal, ends)))
        best, probability = most_worth(shares, [(proposal.content.first, end.last) for end in ends])
        return self._with_end(proposal, ends[best].last), probability

    def _with_end(self, proposal: Proposal, last: int) -> Proposal:
        content, doc = proposal.content, self._doc
        first = content.first
        if last == self._trimmed(first, content.last):
            return proposal
        q = doc.quotation_of[first]
        if (
            proposal.opener == "quotation"
            and q >= 0
            and doc.quotations[q].open == first - 1 < doc.quotations[q].close < last
        ):
            first -= 1  # the quotation is only a part of the content: its marks belong to it
        q = doc.quotation_of[last - 1]
        if q >= 0 and doc.quotations[q].close == last < len(doc.tokens) and doc.quotations[q].open >= first:
            last += 1
        ended = make_content(self._doc, first, last, content.skip)
        return proposal if ended is None else replace(proposal, content=ended)

    def candidates(self, proposal: Proposal) -> list[End]:
        """All ends that the proposal's content may have."""
        return candidates(self._doc, self._lexicon, self._phrases, self._words, self._cues, proposal)

    def features(self, proposal: Proposal, ends: Sequence[End]) -> Iterator[list[str]]:
        """The evidence for each candidate, as feature names."""
        passed: list[str] = []
        for own, boundary in self._evidence(proposal, ends):
            yield [*passed, *own]
            passed += boundary

    def _evidence(self, proposal: Proposal, ends: Sequence[End]) -> Iterator[tuple[list[str], list[str]]]:
        """Of each candidate its own evidence, and that of its boundary for those that pass over it."""
        doc, words = self._doc, self._words
        first, opener = proposal.content.first, proposal.opener
        reading = proposal.cue.reading
        sentence = doc.sentences[doc.sentence_of[first]]
        rule = self._trimmed(first, proposal.content.last)
        opened = doc.quotation_of[first] if first == 0 or doc.quotation_of[first - 1] >= 0 else -1
        whole = doc.quotations[opened].close if opened >= 0 else -1
        lemma = reading.entry.lemma
        opening = words.category_at(first)
        signs = [words.sign(end.last - 1, CONTENT_ENDS) for end in ends]
        strongest = max(signs)
        logs_of_links = words.links.logs(ENDS, proposal.cue.at, [end.last - 1 for end in ends])
        links = list(map(link_step, logs_of_links))
        best_link = max(logs_of_links)
        for end, sign, link, log in zip(ends, signs, links, logs_of_links, strict=True):
            nearby = self._behind(end.last)
            after = self._after(end.last, sentence.last)
            norm, category = self._doc.norm_at(after), self._words.category_at(after)
            second, second_category = self._doc.norm_at(after + 1), self._words.category_at(after + 1)
            mark = doc.norms[end.last] if nearby > end.last and doc.kinds[end.last] is MARK else ""
            quoted = doc.quotation_of[end.last - 1] >= 0
            reports = self._reports(after)
            ends_sentence = after >= sentence.last
            behind = max(words.sign(j, s) for j in (after, after + 1) for s in (CORE_CUE, EXTENDED_CUE))
            inside = words.sign(after, CONTENT)
            soon = sum(words.sign(j, CONTENT) for j in range(after, after + _SOON)) // _SOON
            stronger = min(sum(other > sign for other in signs), 3)
            out = [
                f"rule={end.last == rule},{opener}",
                f"rule={end.last == rule},{end.why},{mark}",
                f"sentence={ends_sentence},{opener}",
                f"sentence={ends_sentence},{min(end.last - first, 40) // 4}",
                f"mark={mark},{reports}",
                f"mark={mark},{norm}",
                f"mark={mark},{category}",
                f"mark={mark},{category},{second_category}",
                f"next={norm},{second}",
                f"next={norm},{reports}",
                f"reports={reports},{opener}",
                f"length={min(end.last - first, 48) // 3},{opener}",
                f"quoted={quoted},{end.last == whole},{opener},{mark}",
                f"last={self._doc.norm_at(end.last - 1)}",
                f"cue={reading.form},{reports},{mark}",
                f"link={link}",
                f"link={link},{sign}",
                f"link={link},{mark}",
                f"link={link},{end.why},{opener}",
                f"linked={log == best_link},{link}",
                f"linked={log == best_link},{mark},{ends_sentence}",
                f"ends={sign}",
                f"ends={sign},{mark},{opener}",
                f"stronger={stronger},{min(strongest - sign, 5)}",
                f"stronger={stronger},{mark}",
                f"stronger={stronger},{ends_sentence}",
                f"behind={behind},{mark}",
                f"inside={inside},{mark}",
                f"inside={inside},{words.sign(end.last - 1, CONTENT)}",
                f"inside={inside},{soon},{ends_sentence}",
                f"lemma={lemma},{ends_sentence}",
                f"lemma={lemma},{mark}",
                f"construction={proposal.cue.construction},{reports},{mark}",
                f"opening={opening},{category},{mark}",
            ]
            cluster = words.clusters.get(norm)
            if cluster is not None:
                out += [f"c={cluster[0]},{mark}", f"k={cluster[1]},{mark}"]
            passed = [
                f"over={mark},{norm}",
                f"over={mark},{category},{reports}",
                f"over={mark},{category},{second_category}",
                f"over={mark},{opener}",
                f"over link={link}",
                f"over link={link},{mark}",
                f"over ends={sign}",
                f"over ends={sign},{mark}",
                f"over behind={behind}",
                f"over inside={inside},{mark}",
                f"over soon={soon}",
            ]
            if reports:
                passed.append(f"over={reports},{norm}")
            if end.last == whole:
                passed.append(f"over=whole,{mark},{category}")
            if end.last == rule:
                passed.append(f"over=rule,{end.why}")
            yield out, passed

    def numbers(self, proposal: Proposal, ends: Sequence[End]) -> Any:
        """(n, d) of candidates: signs about each, how much of what it holds and leaves is content, lengths, kinds."""
        words, doc = self._words, self._doc
        first, many = proposal.content.first, len(ends)
        last = [end.last for end in ends]
        at, behind = np.array(last), np.array([self._behind(t) for t in last])
        tokens = np.concatenate([at[:, None] + _ABOUT, behind[:, None] + _BEHIND], 1)
        sums = words.sums(CONTENT)
        whole, longest = sums[last[-1]] - sums[first], last[-1] - first
        linked = words.links.logs(ENDS, proposal.cue.at, [t - 1 for t in last])
        total, best = math.log(sum(map(math.exp, linked))), max(linked)
        strength = words.log_odds(CONTENT_ENDS)[at - 1].tolist()
        before = list(accumulate([_FAINT, *strength], max))
        later = list(accumulate([_FAINT, *reversed(strength)], max))[::-1]
        rows = []
        for n, t in enumerate(last):
            held, length = sums[t] - sums[first], t - first
            rows.append(
                [
                    held / length,
                    (whole - held) / max(longest - length, 1),
                    linked[n],
                    linked[n] - total,
                    linked[n] - best,
                    total,
                    _bounded(strength[n] - before[n]),
                    _bounded(strength[n] - later[n + 1]),
                    math.log1p(length),
                    math.log1p(longest - length),
                    n,
                    many - 1 - n,
                ]
            )
        kinds = [
            np.repeat(OPENER([proposal.opener]), many, 0),
            _WHY([end.why for end in ends]),
            _MARK([doc.norm_at(end.last) for end in ends]),
        ]
        return np.concatenate([words.around(tokens), np.array(rows), *kinds], 1).astype(np.float32)

    def _reports(self, i: int) -> str:
        """How the word at i, or one of the next two, reports: form, particle and which it is, "" if none does."""
        for j in (i, i + 1, i + 2):
            if j in self._cues:
                reading = next(iter(self._lexicon.cue_readings(self._doc.norms[j])), None)
                return f"{reading.marked_form if reading else 'cue'}{j - i}"
        return ""

    def _trimmed(self, first: int, last: int) -> int:
        while last > first and self._doc.kinds[last - 1] not in (WORD, NUMBER):
            last -= 1
        return last

    def _behind(self, i: int) -> int:
        """The first token from i on that is a word or a number."""
        while i < len(self._doc.tokens) and self._doc.kinds[i] is MARK:
            i += 1
        return i

    def _after(self, i: int, limit: int) -> int:
        return min(self._behind(i), max(limit, i))


def _bounded(difference: float) -> float:
    return max(-16.0, min(16.0, difference))
