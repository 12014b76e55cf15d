"""Several articles at once, for an entity engine that is quicker when it sees the sentences of several together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas import Article
from streams.extraction.document import Document, read
from streams.extraction.entities import BatchEngine, EntityEngine, EntityMention
from streams.extraction.language import detect_language
from streams.extraction.pipeline import Clock, Enrichment, ExtractionFailed, Extractor


def enrich_many(
    extractor: Extractor, articles: Sequence[Article], *, extracted_at: datetime, clock: Clock
) -> list[Enrichment | ExtractionFailed]:
    """What each article yields, exactly as `extractor.enrich` has it, or why it failed."""
    seconds_a_char = 0.0
    if len(articles) > 1 and isinstance(engine := extractor.entities, BatchEngine):
        began = clock()
        extractor = extractor.with_entities(_Foreseen(engine, _look_ahead(engine, articles)))
        seconds_a_char = (clock() - began) / max(1, sum(len(a.body) for a in articles))
    out: list[Enrichment | ExtractionFailed] = []
    for article in articles:
        try:
            result = extractor.enrich(article, extracted_at=extracted_at, clock=clock)
        except ExtractionFailed as e:
            out.append(e)
            continue
        timings = result.enriched.timings_ms
        if "entities" in timings:
            timings["entities"] = round(timings["entities"] + 1000 * seconds_a_char * len(article.body), 3)
        out.append(result)
    return out


class _Foreseen:
    """An engine that answers from what it found before, and looks anew at a text that it did not see."""

    def __init__(self, engine: EntityEngine, found: Mapping[str, tuple[EntityMention, ...]]) -> None:
        self.name, self._engine, self._found = engine.name, engine, found

    def find(self, doc: Document) -> tuple[EntityMention, ...]:
        """All mentions in order, not overlapping."""
        known = self._found.get(doc.body)
        return self._engine.find(doc) if known is None else known


def _look_ahead(engine: BatchEngine, articles: Sequence[Article]) -> dict[str, tuple[EntityMention, ...]]:
    """Body -> its entities. Nothing, where that fails: each article then fails, or not, for itself.

    The articles are read again for what follows; that takes a hundredth of what such an engine takes.
    """
    try:
        docs = [read(a.body) for a in articles if a.status == "usable" and detect_language(a.body) == "ar"]
        return dict(zip((d.body for d in docs), engine.find_many(docs), strict=True))
    except Exception:
        return {}
