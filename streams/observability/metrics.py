"""Prometheus metrics. Every label's values are bounded: no article and no actor is ever a label."""

import time
from collections.abc import Iterable
from typing import Final, get_args

from prometheus_client import Counter, Gauge, Histogram, Info

from schemas import CueClass, EnrichedArticle, Retraction, Statement, StatementType

articles = Counter(
    "qawl_articles",
    "Articles processed, by outcome: enriched, not_arabic, withdrawn, dead_letter; late, embargoed (nothing sent)",
    ["outcome"],
)
statements = Counter("qawl_statements", "Statements sent, by type and cue class", ["type", "cue_class"])
retractions = Counter("qawl_retractions", "Statements taken back, by reason: corrected, withdrawn", ["reason"])
entities = Counter("qawl_entities", "Entity mentions found, by type", ["type"])
deadletters = Counter("qawl_deadletters", "Records sent to the dead letters, by stage and error", ["stage", "error"])
extract_seconds = Histogram(
    "qawl_extract_seconds",
    "Time of each extraction stage on one article",
    ["stage"],
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0),
)
end_to_end_seconds = Histogram(
    "qawl_end_to_end_seconds",
    "From an article's Kafka timestamp to the acknowledgement of all its outputs",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 1800.0),
)
confidence = Histogram(
    "qawl_confidence",
    "Confidence of the statements sent",
    buckets=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
)
source_articles = Counter("qawl_source_articles", "Articles enriched, by source", ["source"])
source_statements = Counter("qawl_source_statements", "Statements sent, by the article's source", ["source"])
article_chars = Histogram(
    "qawl_article_chars",
    "Length of article bodies in code points",
    buckets=(250, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000, 100_000, 1_000_000),
)
consumer_lag = Gauge("qawl_consumer_lag", "Records not yet processed", ["topic", "partition"])
removed_unread = Counter("qawl_removed_unread", "Records that their topic removed before they were read", ["topic"])
in_flight = Gauge("qawl_in_flight", "Articles and statements in hand: read, and their outputs not yet stored")
profiles = Counter(
    "qawl_profiles",
    "Statements and retractions applied to actor profiles, by outcome: applied, forgotten, replayed, invalid",
    ["outcome"],
)
transactions = Counter(
    "qawl_transactions", "Kafka transactions of outputs and offsets, by outcome: committed, retried", ["outcome"]
)
transaction_seconds = Histogram(
    "qawl_transaction_seconds",
    "Time of a Kafka transaction, from its first send to its commit, repetitions included",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0),
)
ingest_articles = Counter(
    "qawl_ingest_articles",
    "What sources gave, by source and outcome: accepted, duplicate, outdated, embargoed, withheld, rejected",
    ["source", "outcome"],
)
ingest_errors = Counter(
    "qawl_ingest_errors", "What kept sources from giving, or made no article of it, by kind", ["source", "error"]
)
ingest_near_duplicates = Counter(
    "qawl_ingest_near_duplicates", "Accepted articles that repeat another one, by source", ["source"]
)
ingest_lag_seconds = Gauge(
    "qawl_ingest_lag_seconds", "From publication to acknowledgement, of the article that left last", ["source"]
)
ingest_last_success = Gauge(
    "qawl_ingest_last_success_timestamp_seconds", "When a source was last read without an error", ["source"]
)
ingest_waiting = Gauge("qawl_ingest_waiting", "Embargoed articles that wait for their time")
build_info = Info("qawl_build", "Version of Qawl and its entity engine; of workers only", ["version", "engine"])


class FirstOnes:
    """Values of a label that anybody may send: the first ones as they are, all that come after them as `other`.

    >>> label = FirstOnes(most=2)
    >>> [label(source) for source in ("ahram", "wafa", "spam", "ahram", "", None)]
    ['ahram', 'wafa', 'other', 'ahram', 'none', 'none']
    """

    _CHARS: Final = 80

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str | None) -> str:
        """The label's value."""
        if not value:
            return "none"
        value = value[: self._CHARS]
        if len(self._known) < self._most:
            self._known.add(value)
        return value if value in self._known else "other"


source_label = FirstOnes(most=100)

_OUTCOMES = ("enriched", "not_arabic", "withdrawn", "dead_letter", "late", "embargoed")
_UNREADABLE = ("not_json", "not_utf8", "null_value", "missing_field", "invalid_field", "body_empty", "body_too_long")


def begin() -> None:
    """Show a worker's series from 0 on.

    A series that first appears with its value tells Prometheus of no increase: the burst of dead letters right after a
    start would raise no alert.
    """
    for outcome in _OUTCOMES:
        articles.labels(outcome)
    for kind in get_args(StatementType):
        for cue_class in get_args(CueClass):
            statements.labels(kind, cue_class)
    for error in _UNREADABLE:
        deadletters.labels("decode", error)
    for stage, error in (("extract", "poisonous"), ("deliver", "too_large")):
        deadletters.labels(stage, error)


def observe_enriched(enriched: EnrichedArticle, chars: int) -> None:
    """Count what an article gave."""
    article_chars.observe(chars)
    source_articles.labels(source_label(enriched.source)).inc()
    for stage, milliseconds in enriched.timings_ms.items():
        extract_seconds.labels(stage).observe(milliseconds / 1000)
    for entity in enriched.entities:
        entities.labels(entity.type).inc()


def observe_statements(source: str | None, sent: Iterable[Statement], taken_back: Iterable[Retraction]) -> None:
    """Count what was told of an article of a source and what was taken back."""
    for statement in sent:
        statements.labels(statement.type, statement.cue.cue_class).inc()
        confidence.observe(statement.confidence)
        source_statements.labels(source_label(source)).inc()
    for retraction in taken_back:
        retractions.labels(retraction.reason).inc()


def observe_end_to_end(published: float) -> None:
    """`published` is the record's Kafka timestamp in seconds; clocks of two machines may differ, never below 0."""
    end_to_end_seconds.observe(max(0.0, time.time() - published))
