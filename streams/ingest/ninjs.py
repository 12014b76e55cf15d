"""IPTC ninjs 1.x, 2.x and 3.x: one item, a list of them, or a composite item with its parts.

The versions differ in how they write names (`pubstatus`, `pubStatus`), in where text stands (`body_text`, `bodies`), in
what they call an embargo (`embargoed`, from 3.0 on `embargoedUntil`) and in whether associations are an object (1.x) or
a list; what they mean is the same.
"""

from collections.abc import Iterator
from typing import Any

from schemas.codec import InvalidPayload
from streams.ingest.draft import Draft, Item, Rejected, Rules, item
from streams.ingest.jsonl import parse

_MOST_DEPTH = 8  # of items in items
_MARKED_UP = ("body_xhtml", "body_html", "body_nitf")


def items(data: bytes, rules: Rules, *, origin: str, source: str | None = None) -> list[Item]:
    """The articles in a document; pictures, videos and the like give none. Never fails."""
    try:
        value = parse(data)
        drafts = list(_drafts(value, source, 0))
    except InvalidPayload as e:
        return [Item(origin, data, rejected=e)]
    return [item(draft, rules, origin=origin, raw=data) for draft in drafts]


def _drafts(value: Any, source: str | None, depth: int) -> Iterator[Draft]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _drafts(one, source, depth + 1)
        return
    if not isinstance(value, dict):
        raise Rejected(error="invalid_field", field="$", expected="expected an object, or a list of objects")
    ninjs = _lower(value)
    # It may be missing; a profile is the provider's own word for the item's structure and tells no type.
    body = _body(ninjs)
    kind = str(ninjs.get("type") or ("text" if body or not ninjs.get("renditions") else "picture")).lower()
    if kind == "composite":
        parts = ninjs.get("associations", [])
        yield from _drafts(list(parts.values()) if isinstance(parts, dict) else parts, source, depth + 1)
    if kind == "text" or (kind == "composite" and body):
        yield _draft(ninjs, body, source)


def _draft(ninjs: dict[str, Any], body: Any, source: str | None) -> Draft:
    return Draft(
        article_id=ninjs.get("uri"),
        body=body,
        title=_text(ninjs.get("headline")) or _valued(ninjs.get("headlines")) or _text(ninjs.get("title")),
        source=_source(ninjs) or source,
        url=_url(ninjs),
        language=ninjs.get("language"),
        published_at=ninjs.get("versioncreated") or ninjs.get("firstcreated") or ninjs.get("contentcreated"),
        version=_version(ninjs.get("version")),
        categories=_names(ninjs.get("subject", ninjs.get("subjects"))),
        status=ninjs.get("pubstatus"),
        embargoed_until=ninjs.get("embargoed") or ninjs.get("embargoeduntil"),
    )


def _body(ninjs: dict[str, Any]) -> Any:
    """The text with its paragraphs marked up where there is one, as plain text often has none."""
    for name in _MARKED_UP:
        if _text(ninjs.get(name)):
            return ninjs[name]
    bodies = ninjs.get("bodies")
    if isinstance(bodies, list):
        marked = [b for b in bodies if isinstance(b, dict) and _is_marked_up(_lower(b).get("contenttype"))]
        return _valued(marked) or _valued(bodies) or ""
    rest = [what for name, what in sorted(ninjs.items()) if name.startswith("body_") and _text(what)]
    return ninjs.get("body_text") or (rest[0] if rest else "")


def _is_marked_up(content_type: Any) -> bool:
    """XHTML, HTML or NITF, which is XML."""
    return any(part in str(content_type).lower() for part in ("html", "xml"))


def _valued(values: Any) -> str | None:
    """The main value, or else the first one, of `[{"role": …, "value": …}]`."""
    if not isinstance(values, list):
        return None
    found = [_lower(v) for v in values if isinstance(v, dict)]
    best = [v for v in found if v.get("role") == "main"] or found
    return next((text for v in best if (text := _text(v.get("value")))), None)


def _source(ninjs: dict[str, Any]) -> str | None:
    """Who provides the text: its information source, or else its copyright holder."""
    for name in ("infosource", "infosources", "provider", "source", "copyrightholder"):
        value = ninjs.get(name)
        first = value[0] if isinstance(value, list) and value else value
        text = _name(first) if isinstance(first, dict) else _text(first)
        if text:
            return text
    return None


def _url(ninjs: dict[str, Any]) -> str | None:
    """Where readers find it: a link in the item, or its identifier where that is an address."""
    for name in ("link", "webpageurl", "canonicalurl"):
        if text := _text(ninjs.get(name)):
            return text
    uri = _text(ninjs.get("uri")) or ""
    return uri if uri.startswith(("http://", "https://")) else None


def _names(values: Any) -> list[str]:
    found = [_name(v) for v in values if isinstance(v, dict)] if isinstance(values, list) else []
    return [name for name in found if name]


def _name(value: dict[Any, Any]) -> str | None:
    """What people call it, or else the provider's own word for it."""
    lower = _lower(value)
    return _text(lower.get("name")) or _text(lower.get("literal"))


def _version(value: Any) -> str | None:
    """ninjs leaves the form of versions open; one that is no number counts as none."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    whole = text.partition(".")[0]
    return whole if whole.isdecimal() and whole.strip("0") and text.removeprefix(whole) in ("", ".0") else None


def _lower(value: dict[Any, Any]) -> dict[str, Any]:
    return {str(name).lower(): what for name, what in value.items()}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
