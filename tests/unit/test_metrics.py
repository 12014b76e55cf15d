"""What the metrics tell of an article, and that nobody who sends articles decides how many series there are."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP
from prometheus_client import REGISTRY

from schemas import Article
from streams.extraction import Extractor
from streams.observability import metrics
from streams.observability.health import Lag
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


SERIES = {
    "qawl_articles_total": {"outcome": "dead_letter"},
    "qawl_statements_total": {"type": "direct", "cue_class": "denied"},
    "qawl_deadletters_total": {"stage": "decode", "error": "not_json"},
}


@pytest.mark.parametrize("name", SERIES)
def test_a_worker_shows_its_series_before_anything_happens(name: str) -> None:
    metrics.begin()
    assert REGISTRY.get_sample_value(name, SERIES[name]) is not None


def test_what_takes_articles_shows_nothing_of_gateways_and_workers() -> None:
    code = "import streams.ingest.http, prometheus_client as p; print(p.generate_latest().decode())"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    samples = [line for line in shown.splitlines() if not line.startswith("#")]
    assert not [line for line in samples if line.startswith(("qawl_gateway", "qawl_build_info"))]


async def test_the_lag_is_never_shown_by_half() -> None:
    """Prometheus may read the metrics whenever the worker waits for something."""
    mine = [TP("articles.raw", n) for n in range(4)]
    seen: set[int] = set()

    def shown() -> int:
        return len([s for metric in metrics.consumer_lag.collect() for s in metric.samples])

    async def is_read(tp: TP, first: int, end: int) -> bool:
        await asyncio.sleep(0)
        seen.add(shown())
        return False

    consumer: Any = SimpleNamespace(
        assignment=lambda: mine, _committed_offset=dict.fromkeys(mine, 5), highwater=lambda tp: 9, is_read=is_read
    )
    app: Any = SimpleNamespace(consumer=consumer)
    lag = Lag(app, frozenset({"articles.raw"}))
    await lag.update({})
    seen.clear()
    await lag.update({})
    assert seen == {4}
    assert value("qawl_consumer_lag", topic="articles.raw", partition="3") == 4
