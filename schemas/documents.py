"""The contracts as documents: a JSON Schema for each event and an AsyncAPI 3 description of all topics.

    python -m schemas.documents

writes them to `schemas/generated/`; a test fails when they are stale.
"""

import json
from pathlib import Path
from typing import Any

import msgspec

from schemas import (
    ActorProfile,
    Article,
    ArticleState,
    DeadLetterHeaders,
    EnrichedArticle,
    ReplayHeaders,
    Retraction,
    StatementEvent,
)

FOLDER = Path(__file__).parent / "generated"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EVENTS: dict[str, type[msgspec.Struct]] = {
    "article": Article,
    "article-state": ArticleState,
    "statement": StatementEvent,
    "retraction": Retraction,
    "enriched": EnrichedArticle,
    "actor": ActorProfile,
    "deadletter-headers": DeadLetterHeaders,
    "replay-headers": ReplayHeaders,
}
_CLOUDEVENT_HEADERS = {
    "type": "object",
    "description": "CloudEvents 1.0 attributes, Kafka binary mode",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {
            "type": "string",
            "description": "statement_id; of a retraction with the place of its article's record",
        },
        "ce_type": {"enum": ["qawl.statement.v1", "qawl.retraction.v1"]},
        "ce_source": {"type": "string", "description": "/qawl/SOURCE, the paper the article came from"},
        "ce_time": {"type": "string", "format": "date-time", "description": "extracted_at or retracted_at"},
        "content-type": {"const": "application/json"},
    },
}


def documents() -> dict[str, str]:
    """File name -> text of every generated document."""
    out = {f"{name}.schema.json": _dump(_json_schema(event)) for name, event in _EVENTS.items()}
    return out | {"asyncapi.json": _dump(asyncapi())}


def _json_schema(event: type[msgspec.Struct]) -> dict[str, Any]:
    return {"$schema": _DIALECT, **msgspec.json.schema(event)}


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document; addresses are the topics' names without a prefix."""

    def message(name: str, key: str, headers: dict[str, Any] | None = None, payload: bool = True) -> dict[str, Any]:
        out: dict[str, Any] = {
            "name": name,
            "contentType": "application/json" if payload else "application/octet-stream",
            "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}},
        }
        if payload:
            out["payload"] = {"$ref": f"./{name}.schema.json"}
        return out | ({"headers": headers} if headers else {})

    statement = message("statement", "actor.id", _CLOUDEVENT_HEADERS)
    retraction = message("retraction", "actor_id", _CLOUDEVENT_HEADERS)
    letter = message("deadletter", "the original key", {"$ref": "./deadletter-headers.schema.json"}, payload=False)
    note = message("replay", "the original key", {"$ref": "./replay-headers.schema.json"}, payload=False)
    channels: dict[str, tuple[str, tuple[dict[str, Any], ...], tuple[str, ...]]] = {
        "articles.raw": ("raw articles, as a feed delivers them", (message("article", "article_id"),), ("delete",)),
        "articles.enriched": ("one event an article", (message("enriched", "article_id"),), ("delete",)),
        "statements": ("one event a statement, and what takes one back", (statement, retraction), ("delete",)),
        "actors": ("one current profile an actor", (message("actor", "actor.id"),), ("compact",)),
        "articles.state": (
            "what an article's newest version says; the worker's own",
            (message("article-state", "article_id"),),
            ("compact", "delete"),
        ),
        "articles.deadletter": (
            "what could not be processed, byte for byte, and notes of what was sent back",
            (letter, note),
            ("delete",),
        ),
    }
    sent = {"articles.enriched", "statements", "actors", "articles.state", "articles.deadletter"}
    operations = {}
    for address in channels:
        if address in sent:
            operations[f"send.{address}"] = {"action": "send", "channel": {"$ref": f"#/channels/{address}"}}
        if address in ("articles.raw", "statements"):
            operations[f"receive.{address}"] = {"action": "receive", "channel": {"$ref": f"#/channels/{address}"}}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Qawl", "version": "1", "description": "Who said what, live from Arabic news"},
        "defaultContentType": "application/json",
        "channels": {
            address: {
                "address": address,
                "description": description,
                "messages": {message["name"]: message for message in messages},
                "bindings": {
                    "kafka": {"topicConfiguration": {"cleanup.policy": list(policy)}, "bindingVersion": "0.5.0"}
                },
            }
            for address, (description, messages, policy) in channels.items()
        },
        "operations": operations,
    }


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write the documents."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
