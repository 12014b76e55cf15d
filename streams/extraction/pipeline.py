"""The method, from a text to its statements."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from schemas import Article, EnrichedArticle, StatementEvent
from streams.extraction.actors.identity import Identities
from streams.extraction.choices.models import Models
from streams.extraction.document import read
from streams.extraction.entities import BatchEngine, EntityEngine
from streams.extraction.entities.builtin import BuiltinEngine
from streams.extraction.events import Found, this_extractor, to_enriched, to_events
from streams.extraction.language import detect_language
from streams.extraction.lexicon import Lexicon, load_lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.rules.cue import find_cues
from streams.extraction.rules.linked import seen_cues
from streams.extraction.statements import find_actors, find_statements
from streams.extraction.words.encoder import Encoder
from streams.extraction.words.morphology import load_morphology

Clock = Callable[[], float]


class ExtractionFailed(RuntimeError):
    """A stage raised. Carries the stage's name, the article's id and the cause, for the dead letter."""

    def __init__(self, stage: str, article_id: str, cause: Exception) -> None:
        super().__init__(
            f"extraction stage {stage!r} failed on article {article_id!r}: {type(cause).__name__}: {cause}"
        )
        self.stage, self.article_id, self.cause = stage, article_id, cause


@dataclass(slots=True)
class Stages:
    """Times the stages and remembers which one is running."""

    clock: Clock
    current: str = "language"
    timings_ms: dict[str, float] = field(default_factory=dict)
    _since: float = -1.0

    def begin(self, stage: str) -> None:
        """End the running stage and begin another."""
        now = self.clock()
        if self._since >= 0:
            self.timings_ms[self.current] = round((now - self._since) * 1000, 3)
        self.current, self._since = stage, now


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What an article yields: the enriched event and one event a statement, in the order of the text."""

    enriched: EnrichedArticle
    events: tuple[StatementEvent, ...]


class Extractor:
    """The extraction core: an article in, immutable events out; no I/O, the same input gives the same output.

    >>> from datetime import UTC
    >>> article = Article(article_id="a", body="قال وزير الصحة سامي الحداد إن اللقاح متوفر. وأضاف أن الحملة تبدأ غدا.")
    >>> result = Extractor.load().enrich(article, extracted_at=datetime(2026, 1, 1, tzinfo=UTC), clock=lambda: 0.0)
    >>> [(e.actor.name, e.cue.text, e.content.text) for e in result.events]
    [('سامي الحداد', 'قال', 'اللقاح متوفر'), ('سامي الحداد', 'وأضاف', 'الحملة تبدأ غدا')]

    `articles_at_once` is how many articles should be given to `batches.enrich_many`, where as many are waiting.
    """

    articles_at_once = 1

    def __init__(
        self,
        lexicon: Lexicon,
        encoder: Encoder,
        entities: EntityEngine,
        models: Models,
        identities: Identities,
    ) -> None:
        """`entities` is used by one thread at a time."""
        self._lexicon, self._encoder, self._models, self._identities = lexicon, encoder, models, identities
        self.entities = entities
        self._made_by = this_extractor(entities.name)
        if isinstance(entities, BatchEngine):
            self.articles_at_once = entities.at_once

    @classmethod
    def load(cls, entities: EntityEngine | None = None, actors_file: Path | None = None) -> "Extractor":
        """The extractor with the shipped lexicon and models, and the builtin engine unless another is given.

        Raises:
            KnownActorsError: an operator's `actors_file` that cannot be used.
        """
        lexicon = load_lexicon()
        encoder = Encoder.load(lexicon, load_morphology())
        engine = entities or BuiltinEngine(encoder, encoder.weights.words)
        return cls(lexicon, encoder, engine, Models.load(), Identities.load(actors_file))

    def with_entities(self, entities: EntityEngine) -> "Extractor":
        """The same extractor with another engine."""
        return Extractor(self._lexicon, self._encoder, entities, self._models, self._identities)

    def with_identities(self, identities: Identities) -> "Extractor":
        """The same extractor with other known actors."""
        return Extractor(self._lexicon, self._encoder, self.entities, self._models, identities)

    def enrich(self, article: Article, *, extracted_at: datetime, clock: Clock) -> Enrichment:
        """All statements of an article. `clock` gives seconds and is used for `timings_ms` only.

        Raises:
            ExtractionFailed: a stage raised; nothing of the article is returned.
        """
        stages = Stages(clock)
        try:
            found = self.find(article, stages)
            stages.begin("events")
            enriched = to_enriched(article, found, self._identities, self._made_by, extracted_at)
            events = to_events(article, enriched)
            stages.begin("")
        except Exception as e:  # whatever went wrong belongs to this article alone
            raise ExtractionFailed(stages.current, article.article_id, e) from e
        return Enrichment(msgspec.structs.replace(enriched, timings_ms=stages.timings_ms), events)

    def find(self, article: Article, stages: Stages) -> Found:
        """The findings with the evidence for them; `enrich` makes events of them."""
        stages.begin("language")
        if article.status != "usable":  # its body, if there is one, is no longer said by anybody
            return Found.nothing(article.language)
        language = detect_language(article.body)
        if language != "ar":
            return Found.nothing(language)
        stages.begin("text")
        doc = read(article.body)
        stages.begin("entities")
        entities = self.entities.find(doc)
        words = self._encoder.in_context(doc)
        phrases = Phrases(doc, self._lexicon, words, entities)
        stages.begin("cues")
        cues = seen_cues(doc, self._lexicon, words, find_cues(doc, self._lexicon))
        stages.begin("contents")
        drafts = find_statements(doc, self._lexicon, phrases, words, self._models, cues)
        stages.begin("actors")
        registry = find_actors(doc, self._lexicon, phrases, words, entities, self._models, drafts)
        return Found(language, doc, entities, registry, drafts)
