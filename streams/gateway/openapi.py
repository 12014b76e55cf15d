"""The OpenAPI 3.1 document of the gateway: made from the contracts and from what the handlers take."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec

from schemas import (
    ActorKind,
    ActorProfile,
    CueClass,
    EnrichedArticle,
    EntityType,
    Retraction,
    StatementEvent,
    StatementType,
)
from streams.gateway.api import MOST_ROWS, ROWS
from streams.gateway.problems import CONTENT_TYPE
from streams.gateway.selection import MOST_CHARS, MOST_VALUES

Json = dict[str, Any]
_TEXT: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": MOST_CHARS,
    "pattern": r"^[^\u0000]*[^\u0000\s][^\u0000]*$",
}


def document(*, with_tokens: bool) -> Json:
    """As it is served; `with_tokens` says that requests need one."""
    _, contracts = msgspec.json.schema_components(
        [StatementEvent, Retraction, ActorProfile, EnrichedArticle], ref_template="#/components/schemas/{name}"
    )
    out: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Qawl",
            "version": "1",
            "description": "Who said what, live from Arabic news: statements as they come, and those of the past.",
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {"schemas": dict(contracts) | _own_schemas()},
    }
    if with_tokens:
        out["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        out["security"] = [{"token": []}]
        for path in out["paths"].values():
            path["get"]["responses"]["401"] = _problem("no token, or a wrong one")
    return out


def _paths() -> Json:
    filters = [
        _query("actor", "an actor's id, or a name as it is written", _TEXT, repeated=True),
        _query("kind", "what the actor is", {"enum": list(get_args(ActorKind))}, repeated=True),
        _query("type", "how the words are given", {"enum": list(get_args(StatementType))}, repeated=True),
        _query("class", "how the reporter presents the statement", {"enum": list(get_args(CueClass))}, repeated=True),
        _query("source", "the paper", _TEXT, repeated=True),
        _query("q", "words that are all in the content, however they are spelt and whatever is attached", _TEXT),
        _query("min_confidence", "least confidence", {"type": "number", "minimum": 0, "maximum": 1}),
    ]
    of_actor = filters[1:]
    pages = [
        _query("limit", "rows of a page", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS}),
        _query("cursor", "`next` of the page before", {"type": "string"}),
    ]
    time = {"type": "string", "format": "date-time"}
    actor, article = _path("an actor's id"), _path("an article's id")
    return {
        "/v1/statements/stream": {
            "get": {
                "operationId": "streamStatements",
                "summary": "Statements as they come",
                "description": "Server-sent events: `statement` (data: a StatementEvent), `retraction` (data: a "
                "Retraction, which takes a statement back that the client may have), `gap` (Kafka no longer has "
                "what was missed), `slow` (the client did not keep up), `end` (come again at once). The `id` of each "
                "event is its place in Kafka.",
                "parameters": [
                    *filters,
                    _query("since", "begin with what was told at this time", time),
                    _query("last_event_id", "as the header, for clients that cannot set one", {"type": "string"}),
                    {
                        "name": "Last-Event-ID",
                        "in": "header",
                        "description": "go on behind this event, with this copy of the gateway or another",
                        "schema": {"type": "string"},
                    },
                ],
                "responses": _responses({"text/event-stream": {"schema": {"type": "string"}}}, "events", 503),
            }
        },
        "/v1/statements": _get("listStatements", "Statements, the newest first", [*filters, *pages], "StatementPage"),
        "/v1/actors": _get(
            "listActors",
            "Actors, the most quoted first",
            [_query("q", "words that names begin with", _TEXT), filters[1], *pages],
            "ActorPage",
        ),
        "/v1/actors/{id}": _get("getActor", "An actor's profile", [actor], "ActorProfile"),
        "/v1/actors/{id}/statements": _get(
            "listActorStatements",
            "An actor's statements, the newest first",
            [actor, *of_actor, *pages],
            "StatementPage",
        ),
        "/v1/actors/{id}/activity": _get(
            "getActorActivity",
            "An actor's statements by hour and class; if not told otherwise, of the seven days to the newest",
            [actor, _query("since", "from", time), _query("until", "before", time)],
            "Activity",
        ),
        "/v1/actors/{id}/mentions": _get(
            "listActorMentions", "Whom and what an actor's statements mention most", [actor, pages[0]], "Mentions"
        ),
        "/v1/articles/{id}": _get("getArticle", "What was found in an article", [article], "ArticleView"),
        "/v1/sources": _get("listSources", "The papers that statements come from", [], "Sources"),
    }


def _own_schemas() -> Json:
    count = {"type": "integer", "minimum": 0}
    text = {"type": "string"}
    optional = {"type": ["string", "null"]}
    mention = _object(text=text, type={"enum": list(get_args(EntityType))}, actor_id=optional, statements=count)
    hour = _object(
        hour={"type": "string", "format": "date-time"}, classes={"type": "object", "additionalProperties": count}
    )
    return {
        "StatementPage": _object(items=_array(_ref("StatementEvent")), next=optional),
        "ActorPage": _object(items=_array(_ref("ActorProfile")), next=optional),
        "Activity": _object(hours=_array(hour)),
        "Mentions": _object(items=_array(mention)),
        "ArticleView": _object(article=_ref("EnrichedArticle"), body=optional),
        "Sources": _object(items=_array(_object(source=text, statements=count))),
        "Problem": _object(type=text, title=text, status=count, detail=text)
        | {"description": "RFC 9457; `parameter` names the parameter at fault"},
    }


def _get(name: str, summary: str, parameters: Sequence[Json], answer: str) -> Json:
    content = {"application/json": {"schema": _ref(answer)}}
    missing = (404,) if any(p["in"] == "path" or p["name"] == "cursor" for p in parameters) else ()
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": list(parameters),
            "responses": _responses(content, summary, *missing, 503),
        }
    }


def _responses(content: Json, description: str, *more: int) -> Json:
    told = {
        400: "a parameter that there is not, or a value that cannot be",
        404: "there is no such thing",
        429: "too many requests; `Retry-After` tells when to come again",
        503: "not now; `Retry-After` tells when to come again",
    }
    return {"200": {"description": description, "content": content}} | {
        str(status): _problem(told[status]) for status in sorted({400, 429, *more})
    }


def _problem(description: str) -> Json:
    return {"description": description, "content": {CONTENT_TYPE: {"schema": _ref("Problem")}}}


def _query(name: str, description: str, schema: Json, *, repeated: bool = False) -> Json:
    if repeated:
        schema = {"type": "array", "items": schema, "maxItems": MOST_VALUES}
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _path(description: str) -> Json:
    return {"name": "id", "in": "path", "required": True, "description": description, "schema": {"type": "string"}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _array(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}
