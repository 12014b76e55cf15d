"""Whatever bytes come as key and value: an enriched event with its statements, or a dead letter that holds them."""

import json
import os
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.codec import decode_enriched, decode_statement
from streams.agents.enrich import Enricher
from streams.delivery.records import InputRecord
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.properties.test_extraction import EXTRACTOR, newsy

TOPICS = declared(Settings())
ENRICHER = Enricher(EXTRACTOR, TOPICS, 20_000)
EXAMPLES = int(os.environ.get("QAWL_TEST_EXAMPLES", "300"))

bidi = st.text(
    alphabet="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c \u0642\u0627\u0644", max_size=60
)
marks = st.text(alphabet="«»“”„\"'‹›:،.\n ", min_size=1, max_size=400)
text = newsy | bidi | marks | st.text(max_size=120)
scalar: Any = st.none() | st.booleans() | st.integers() | st.floats() | text
anything = st.recursive(scalar, lambda x: st.lists(x, max_size=3) | st.dictionaries(text, x, max_size=3), max_leaves=8)
OPTIONAL = ("title", "source", "url", "language", "published_at", "version", "categories", "schema", "more")
VERSIONED = ("status", "embargoed_until", "duplicate_of")
articles = st.fixed_dictionaries(
    {"article_id": text | anything, "body": text | anything}, optional=dict.fromkeys(OPTIONAL + VERSIONED, anything)
).map(lambda a: json.dumps(a, ensure_ascii=False).encode("utf-8", "surrogatepass"))
broken = st.builds(lambda data, at: data[:at], articles, st.integers(0, 200))
values = st.none() | st.binary(max_size=300) | articles | broken


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.none() | st.binary(max_size=60), values)
@example(b"k", b"[" * 100_000)
@example(b"k", b'{"a":' * 100_000)
@example(b"k", b'{"article_id": "a", "body": "x", "version": ' + b"9" * 5000 + b"}")
@example(b"k", b'{"article_id": "a", "body": "x", "version": 1e999}')
@example(b"k", b'{"article_id": "a", "body": "\\ud800 \\u0642\\u0627\\u0644"}')
@example(b"k", b'{"article_id": "a\\u0000", "body": "\\u0000"}')
@example(b"k", b'{"article_id": "a", "article_id": "b", "body": "x", "body": "y"}')
@example(b"k", json.dumps({"article_id": "a", "body": "«" * 20_000}).encode())
@example(b"k", json.dumps({"article_id": "a", "body": '"قال ' * 4_000}).encode())
@example(b"k", json.dumps({"article_id": "a", "body": "و" * 20_000}).encode())
@example(b"k", json.dumps({"article_id": "a", "body": "قال " * 30_000}).encode())
def test_any_record_gives_its_outputs_or_a_dead_letter(key: bytes | None, value: bytes | None) -> None:
    outcome = ENRICHER.process(InputRecord(TOPICS.raw.name, 3, 7, key, value))
    first, rest = outcome.record, [record for _, record in outcome.statements]
    if first.topic == TOPICS.deadletter.name:
        headers = dict(first.headers)
        assert (first.key, first.value, first.partition, rest) == (key, value, 3, [])
        assert headers["source.offset"] == b"7" and headers["error.type"] and headers["error.message"].decode()
    else:
        enriched = decode_enriched(first.value)
        assert (first.topic, first.key) == (TOPICS.enriched.name, enriched.article_id.encode())
        assert [decode_statement(r.value).statement_id for r in rest] == [s.statement_id for s in enriched.statements]
        assert all(r.topic == TOPICS.statements.name for r in rest)
