"""What the metrics tell of an article, and that nobody who sends articles decides how many series there are."""

import time
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY

from schemas import Article
from streams.extraction import Extractor
from streams.observability import metrics
from streams.observability.metrics import FirstOnes

BODY = "قال وزير الصحة سامي الحداد إن اللقاح متوفر. وأضاف أن الحملة تبدأ غدا."


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def observe(extractor: Extractor, source: str | None) -> None:
    article = Article(article_id="a", body=BODY, source=source)
    enriched = extractor.enrich(article, extracted_at=datetime.now(UTC), clock=time.perf_counter).enriched
    assert len(enriched.statements) == 2
    metrics.observe_enriched(enriched, len(BODY))
    metrics.observe_statements(source, enriched.statements, ())


def test_an_article_counts_for_its_source_and_each_statement_with_its_confidence(extractor: Extractor) -> None:
    names = ("qawl_source_articles_total", "qawl_source_statements_total")
    before = [value(name, source="desk-of-this-test") for name in names]
    sum_before, count_before = value("qawl_confidence_sum"), value("qawl_confidence_count")
    observe(extractor, "desk-of-this-test")
    assert [value(name, source="desk-of-this-test") for name in names] == [before[0] + 1, before[1] + 2]
    assert value("qawl_confidence_count") == count_before + 2
    assert 0.0 < value("qawl_confidence_sum") - sum_before <= 2.0


def test_sources_beyond_the_first_ones_share_a_series(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "source_label", FirstOnes(most=1))
    before = value("qawl_source_articles_total", source="other")
    for source in ("first-of-this-test", "second-of-this-test", "third-of-this-test", None):
        observe(extractor, source)
    assert value("qawl_source_articles_total", source="other") == before + 2
    assert REGISTRY.get_sample_value("qawl_source_articles_total", {"source": "second-of-this-test"}) is None


def test_a_source_of_any_length_is_a_short_label() -> None:
    label = FirstOnes(most=2)
    assert label("ص" * 1000) == label("ص" * 2000) == "ص" * 80
