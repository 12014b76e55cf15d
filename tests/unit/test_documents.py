"""The generated JSON Schemas and the AsyncAPI document are current, and events are valid against them."""

import json
from datetime import UTC, datetime

import jsonschema
import pytest

from schemas import Article
from schemas.codec import encode
from schemas.documents import FOLDER, documents
from streams.extraction import Extractor


@pytest.mark.parametrize("name", sorted(documents()))
def test_generated_document_is_current(name: str) -> None:
    stored = (FOLDER / name).read_text(encoding="utf-8")
    assert stored == documents()[name], "stale: run python -m schemas.documents"


def test_nothing_else_lies_in_the_folder() -> None:
    assert {p.name for p in FOLDER.iterdir()} == set(documents())


def test_events_are_valid_against_their_json_schemas(extractor: Extractor) -> None:
    article = Article(article_id="a", body="قال وزير الصحة سامي الحداد إن اللقاح متوفر.", source="الخبر")
    result = extractor.enrich(article, extracted_at=datetime(2026, 1, 1, tzinfo=UTC), clock=lambda: 0.0)
    assert result.events
    for event, name in [(article, "article"), (result.enriched, "enriched"), (result.events[0], "statement")]:
        schema = json.loads(documents()[f"{name}.schema.json"])
        jsonschema.validate(json.loads(encode(event)), schema)


def test_asyncapi_describes_every_topic_and_its_references_exist() -> None:
    document = json.loads(documents()["asyncapi.json"])
    assert document["asyncapi"].startswith("3.")
    assert set(document["channels"]) == {
        "articles.raw",
        "articles.enriched",
        "statements",
        "actors",
        "articles.state",
        "articles.deadletter",
    }
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            for part in ("payload", "headers"):
                reference = message.get(part, {}).get("$ref")
                assert reference is None or (FOLDER / reference).is_file()
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]
