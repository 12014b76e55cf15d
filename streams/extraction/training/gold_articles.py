"""The annotated articles as the stages before a learned choice see them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from streams.extraction.actors.same_actor import is_actor
from streams.extraction.choices.ends import linked_end, sentences_behind
from streams.extraction.document import Document, read
from streams.extraction.entities import EntityMention
from streams.extraction.entities.builtin import BuiltinEngine
from streams.extraction.lexicon import Lexicon, load_lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import Cue, find_cues
from streams.extraction.rules.linked import seen_cues
from streams.extraction.rules.proposals import Proposal
from streams.extraction.statements import StatementDraft
from streams.extraction.tokens import NUMBER, WORD
from streams.extraction.training.entity_data import tokens_of
from streams.extraction.training.folds import FOLDS, folds_of
from streams.extraction.words.context import WordsInContext
from streams.extraction.words.encoder import Encoder
from streams.extraction.words.morphology import load_morphology

_COMPLEMENTIZERS = frozenset(["ان", "بان", "وان", "وبان"])  # annotated contents begin behind them, with few exceptions
_ALIKE = 0.5  # intersection over union from which on a content counts as found, as in score.py


class GoldArticle(NamedTuple):
    """One article: its annotation, and what is known of its words."""

    gold: dict[str, Any]
    doc: Document
    lexicon: Lexicon
    words: WordsInContext
    entities: tuple[EntityMention, ...]
    phrases: Phrases

    def cues(self) -> tuple[Cue, ...]:
        """All cue candidates, as the extractor finds them."""
        return seen_cues(self.doc, self.lexicon, self.words, find_cues(self.doc, self.lexicon))

    def statement_of(self, cue: Cue) -> dict[str, Any] | None:
        """The annotated statement of a cue."""
        token = self.doc.tokens[cue.at]
        for statement in self.gold["statements"]:
            span = statement["cue"]
            if span and span[0] < token.end and token.start < span[1]:
                found: dict[str, Any] = statement
                return found
        return None

    def shared(self, proposal: Proposal) -> float:
        """Intersection over union, in words, of a proposal's content and that of its cue's annotated statement."""
        statement = self.statement_of(proposal.cue)
        if statement is None:
            return 0.0
        return self._overlap(statement, proposal)

    def reached(self, proposal: Proposal) -> float:
        """The same if the content ends where it should, which is chosen later (`choices.content_end`)."""
        statement = self.statement_of(proposal.cue)
        if statement is None:
            return 0.0
        if proposal.opener == "preceding":
            return self._overlap(statement, proposal)
        wanted, first = self._words(statement["content"]), proposal.content.first
        sentence = self.doc.sentences[self.doc.sentence_of[first]].last
        behind = *sentences_behind(self.doc, proposal, ()), linked_end(self.words, proposal)
        limit = max(sentence, proposal.content.last, *behind)
        found = self._words([self.doc.span(first, min(limit, max(wanted, default=first) + 1))])
        return len(wanted & found) / max(1, len(wanted | found))

    def is_right(self, draft: StatementDraft) -> bool:
        """Whether a found statement's content is like an annotated one's, and its actor that one's."""
        overlaps = [(self._overlap(s, draft.proposal), s) for s in self.gold["statements"]]
        share, statement = max(overlaps, key=lambda x: x[0], default=(0.0, None))
        if draft.actor is None or statement is None or share < _ALIKE:
            return False
        return is_actor(draft.actor.name, self.gold["actors"][statement["actor"]])

    def _overlap(self, statement: dict[str, Any], proposal: Proposal) -> float:
        wanted, found = self._words(statement["content"]), self._words(proposal.content.spans)
        return len(wanted & found) / max(1, len(wanted | found))

    def begins_right(self, proposal: Proposal) -> bool:
        """Whether a proposal's content begins with the first word of the annotated one."""
        statement = self.statement_of(proposal.cue)
        if statement is None:
            return False
        wanted, found = self._words(statement["content"]), self._words(proposal.content.spans)
        return bool(wanted and found) and min(wanted) == min(found)

    def is_word(self, i: int) -> bool:
        """Whether token i is a word or a number."""
        return self.doc.kinds[i] in (WORD, NUMBER)

    def _words(self, spans: Iterable[Sequence[int]]) -> set[int]:
        """Tokens of the words within spans."""
        starts = [t.start for t in self.doc.tokens]
        return {
            i
            for span in spans
            for i in tokens_of(starts, span)
            if self.is_word(i) and self.doc.norms[i] not in _COMPLEMENTIZERS
        }


def gold_articles(annotated: Sequence[dict[str, Any]], encoders: Path) -> Iterator[GoldArticle]:
    """Annotated articles in the form of a gold.jsonl's lines, as the extractor sees them.

    `annotated` are all of gold/train or all of the news, in their order, by which the folds know them. Entities, signs
    and links of each are told by an encoder that did not learn from it, of the folder `encoders`
    (`training.encoder_export` writes fold-K.npz): a choice that learned from better ones than it will meet trusts them
    too much.
    """
    lexicon, morphology = load_lexicon(), load_morphology()
    shipped = Encoder.load(lexicon, morphology)
    docs = [read(str(article["body"])) for article in annotated]
    found: dict[int, tuple[tuple[EntityMention, ...], WordsInContext]] = {}
    for fold, numbers in enumerate(folds_of(len(docs), FOLDS)):
        encoder = Encoder.load(lexicon, morphology, encoders / f"fold-{fold}.npz")
        engine = BuiltinEngine(encoder, encoder.weights.words)
        for n in sorted(numbers):
            found[n] = engine.find(docs[n]), shipped.in_context(docs[n], encoder)
    for n, (article, doc) in enumerate(zip(annotated, docs, strict=True)):
        entities, words = found.pop(n)
        yield GoldArticle(article, doc, lexicon, words, entities, Phrases(doc, lexicon, words, entities))


def seen_by_shipped(annotated: Sequence[dict[str, Any]]) -> Iterator[GoldArticle]:
    """The same of annotated articles that the shipped encoder has not learned from, as it sees them."""
    lexicon = load_lexicon()
    encoder = Encoder.load(lexicon, load_morphology())
    engine = BuiltinEngine(encoder, encoder.weights.words)
    for article in annotated:
        doc = read(str(article["body"]))
        entities, words = engine.find(doc), encoder.in_context(doc)
        yield GoldArticle(article, doc, lexicon, words, entities, Phrases(doc, lexicon, words, entities))
