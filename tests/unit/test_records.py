"""What leaves: keys, CloudEvents headers, dead letters."""

from datetime import UTC, datetime

from schemas.codec import decode_statement
from streams.agents.enrich import Enricher
from streams.delivery.records import InputRecord, cloudevent_headers
from streams.extraction import ExtractionFailed, Extractor
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.unit.test_profile import event

TOPICS = declared(Settings(topic_prefix="desk."))
GOOD = '{"article_id": "a1", "source": "الخبر", "body": "قال وزير الصحة سامي الحداد إن اللقاح متوفر."}'.encode()


def test_a_good_article_gives_an_enriched_event_and_its_statements(extractor: Extractor) -> None:
    outcome = Enricher(extractor, TOPICS, 1000).process(InputRecord("desk.articles.raw", 3, 7, b"a1", GOOD))
    assert outcome.enriched is not None
    enriched, ((_, statement),) = outcome.record, outcome.statements
    assert (enriched.topic, enriched.key) == ("desk.articles.enriched", b"a1")
    assert (statement.topic, statement.key) == ("desk.statements", "person:سامي-الحداد".encode())
    headers = dict(statement.headers)
    assert headers["ce_id"].decode() == decode_statement(statement.value).statement_id
    assert headers["ce_source"].decode() == "/qawl/الخبر"


def test_cloudevent_headers_are_complete() -> None:
    headers = {k: v.decode() for k, v in cloudevent_headers(event(1))}
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": "s1",
        "ce_type": "qawl.statement.v1",
        "ce_source": "/qawl",
        "ce_time": "2026-01-01T00:00:00Z",
        "content-type": "application/json",
    }


def test_a_bad_record_gives_one_dead_letter_with_the_original_bytes(extractor: Extractor) -> None:
    outcome = Enricher(extractor, TOPICS, 1000).process(InputRecord("desk.articles.raw", 3, 7, b"\xff", b"\xfe{"))
    letter = outcome.record
    assert (outcome.enriched, outcome.article, outcome.statements) == (None, None, ())
    assert (letter.topic, letter.key, letter.value) == ("desk.articles.deadletter", b"\xff", b"\xfe{")
    headers = {k: v.decode() for k, v in letter.headers}
    assert headers.pop("failed.at")
    assert headers == {
        "error.type": "not_utf8",
        "error.message": "$: expected UTF-8, got byte 0xfe at 0",
        "error.stage": "decode",
        "source.topic": "desk.articles.raw",
        "source.partition": "3",
        "source.offset": "7",
    }


def test_a_failure_inside_extraction_names_its_stage(extractor: Extractor) -> None:
    class Failing(Extractor):
        def __init__(self) -> None:
            pass

        def enrich(self, article, *, extracted_at: datetime, clock):  # type: ignore[no-untyped-def]
            raise ExtractionFailed("actors", article.article_id, RuntimeError("boom \ud800"))

    letter = Enricher(Failing(), TOPICS, 1000).process(InputRecord("t", 0, 0, b"a1", GOOD)).record
    headers = {k: v.decode() for k, v in letter.headers}
    assert (headers["error.stage"], headers["error.type"]) == ("actors", "RuntimeError")
    assert "a1" in headers["error.message"]
    assert letter.value == GOOD


def test_times_are_rfc_3339(extractor: Extractor) -> None:
    outcome = Enricher(extractor, TOPICS, 1000).process(InputRecord("t", 0, 0, b"a1", GOOD))
    assert decode_statement(outcome.statements[0][1].value).extracted_at.tzinfo is UTC
