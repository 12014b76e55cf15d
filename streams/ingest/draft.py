"""From what a source says of an article to the contract: here text, dates, ids and language are put right."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from msgspec import structs

from schemas import Article
from schemas.codec import MAX_BODY_CHARS, InvalidPayload, decode_article, encode
from streams.extraction.language import detect_language
from streams.ingest import charset, dates, identity, text

logger = logging.getLogger("qawl.ingest")

_STATUS = {"usable": "usable", "withheld": "withheld", "canceled": "canceled", "cancelled": "canceled"}
_MOST_VERSION = 2**53
_SHOWN_CHARS = 80  # of a value that is not understood
_MOST_TOLD = 10_000  # sources; who names a new one with every article would have them kept for ever


class Rejected(InvalidPayload):
    """What a source gave is no article; `error` is a bounded token, as it becomes a metric's label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article in its source's own words: HTML, dates of any form, an id that may be missing.

    `version` None: the source has none, and a changed text is a new version.
    """

    body: Any = ""
    article_id: Any = None
    title: Any = None
    source: Any = None
    url: Any = None
    language: Any = None
    published_at: Any = None
    version: Any = None
    categories: Any = ()
    status: Any = None
    embargoed_until: Any = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for all articles of a run: the zone of dates without one, the longest body.

    `strict` refuses a date or address that is not understood, which a feed's article does without otherwise.
    `told` holds the sources and fields of which such a loss was told: a wrong `--map` would tell it of every article.
    """

    zone: tzinfo = UTC
    max_body_chars: int = MAX_BODY_CHARS
    strict: bool = False
    told: set[tuple[str | None, str]] = field(default_factory=set, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a source gave: its bytes, where it came from, and the article or why there is none.

    `versioned` tells whether the source numbers versions. `fingerprint` tells one text from another where not the
    article itself does: that of the feed's entry, where the article has the text of the entry's page. `feed` is the one
    of several of a paper that it came from, each of which may show an article in its own way.
    """

    origin: str
    raw: bytes
    line: int = 0
    article: Article | None = None
    versioned: bool = False
    fingerprint: str | None = None
    feed: str | None = None
    rejected: InvalidPayload | None = None


def item(draft: Draft, rules: Rules, *, origin: str, raw: bytes, line: int = 0, within: str = "") -> Item:
    """The article of a draft, or why there is none; never fails."""
    try:
        made = article(draft, rules, within=within)
    except InvalidPayload as e:
        return Item(origin, raw, line, rejected=e)
    for name, given, understood in (
        ("published_at", draft.published_at, made.published_at),
        ("url", draft.url, made.url),
    ):
        if understood is None and given is not None and str(given).strip():
            _tell_of_loss(made, rules, name, given, origin)
    return Item(origin, raw, line, made, versioned=draft.version is not None)


def article(draft: Draft, rules: Rules, *, within: str = "") -> Article:
    """The article; `within` is where a bare id is unique.

    Raises:
        InvalidPayload: it is none; names the field and what was expected.
    """
    body, title = _plain("body", draft.body), _line("title", draft.title)
    status = _STATUS.get((_line("status", draft.status) or "usable").lower())
    if status is None:
        raise Rejected(error="invalid_field", field="status", expected=f"expected {', '.join(sorted(set(_STATUS)))}")
    embargo = dates.instant(draft.embargoed_until, rules.zone, exact=True)
    if embargo is None and draft.embargoed_until not in (None, ""):
        # To send it now might break the embargo.
        raise Rejected(error="invalid_field", field="embargoed_until", expected="expected a date")
    published = dates.instant(draft.published_at, rules.zone)
    address = _line("url", draft.url)
    url = identity.canonical_url(address) if address else None
    if rules.strict:
        if draft.published_at not in (None, "") and published is None:
            raise Rejected(error="invalid_field", field="published_at", expected="expected a date")
        if address and url is None:
            raise Rejected(error="invalid_field", field="url", expected="expected an http address")
    name = _line("article_id", draft.article_id)
    made = Article(
        article_id=identity.article_id(name, url=url, within=within, otherwise=f"{title}\n{body}"),
        body=body,
        title=title,
        source=_line("source", draft.source),
        url=url,
        language=_language(body, _line("language", draft.language)),
        published_at=published,
        version=_version(draft.version),
        categories=_categories(draft.categories),
        status=status,  # type: ignore[arg-type]
        embargoed_until=embargo,
    )
    if status == "usable" and not body:
        raise Rejected(error="body_empty", field="body", expected="expected text, there is none")
    # What leaves is read as the worker will read it: nothing goes out that it would refuse.
    return decode_article(encode(made), max_body_chars=rules.max_body_chars)


def fingerprint(article: Article) -> str:
    """Of all that an article says but its version, and the date, which some feeds renew at each visit."""
    return identity.digest(encode(structs.replace(article, version=1, published_at=None, duplicate_of=None)))


def _tell_of_loss(article: Article, rules: Rules, name: str, given: Any, origin: str) -> None:
    """Say that an article goes without what its source gave; once for a source and field."""
    if (article.source, name) in rules.told or len(rules.told) >= _MOST_TOLD:
        return
    rules.told.add((article.source, name))
    wanted = "a date" if name == "published_at" else "an http address"
    logger.warning(
        "%s: %s: expected %s, got %r: the article goes without. It is told once for each source (here %s); where "
        "another field holds it, --map %s=PATH of `qawl ingest jsonl|corpus|kafka` names that",
        origin,
        name,
        wanted,
        str(given)[:_SHOWN_CHARS],
        article.source or "none is named",
        name,
    )


def _text(field: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return charset.repaired(value) if value else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Rejected(error="invalid_field", field=field, expected=f"expected text, got {type(value).__name__}")


def _plain(field: str, value: Any) -> str:
    try:
        return text.plain(_text(field, value) or "")
    except text.TooDeep as e:
        raise Rejected(error="too_deep", field=field, expected=f"expected HTML whose tags are closed: {e}") from e


def _line(field: str, value: Any) -> str | None:
    return _plain(field, value).replace("\n", " ") or None


def _language(body: str, declared: str | None) -> str:
    """What the letters say; where they say nothing, what the source says."""
    found = detect_language(body)
    return found if found != "und" or not declared else declared.replace("_", "-").split("-")[0].lower()[:8] or "und"


def _version(value: Any) -> int:
    if value is None or value == "":
        return 1
    try:
        number = int(str(value).strip())
    except ValueError:
        number = 0
    if not 1 <= number <= _MOST_VERSION:
        raise Rejected(
            error="invalid_field", field="version", expected=f"expected a number from 1 on, got {str(value)[:40]!r}"
        )
    return number


def _categories(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(filter(None, (_line("categories", v) for v in values))))
