"""RSS and Atom: what a feed holds, and visiting feeds again and again without being a burden."""

import asyncio
import json
import logging
import math
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schemas.codec import InvalidPayload
from streams.ingest import charset, dates, library, pacing
from streams.ingest.draft import Draft, Item, Rejected, Rules, fingerprint, item
from streams.ingest.fetching import FORBIDDEN, Answer, Fetcher, FetchFailed, Limits
from streams.ingest.intake import Intake, Outcome, summary
from streams.ingest.state import State

logger = logging.getLogger("qawl.ingest")

_CAPTION = re.compile(rb"<media:description\b[^>]*?(?:/>|>.*?</media:description\s*>)", re.S)  # of a picture
_DOCTYPE, _ENTITY = re.compile(rb"<!DOCTYPE", re.I), re.compile(rb"<!ENTITY", re.I)
_END, _END_BYTES = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.I), 2000  # comments may follow
TRUNCATED = "truncated"
_BETWEEN_FEEDS = 0.1  # seconds at the start, on average
_MOST_ENTRIES = 1000
_FEWEST_CHARS = 200  # of a page's text; below, it is a notice about cookies or a wall
_AWAY = ("timeout", "broken_off", "unreachable", "http_5xx")  # a page that may be there at the next visit
_WITHOUT_PAGE = " without its page"  # behind the fingerprint of an entry whose page is asked for again


@dataclass(frozen=True, slots=True)
class Visiting:
    """How feeds are visited: every `interval` seconds, those that have one of their own in `intervals` by that."""

    interval: float = 300.0
    limits: Limits = field(default_factory=Limits)
    full_text: bool = False
    once: bool = False
    source: str | None = None
    intervals: Mapping[str, float] = field(default_factory=dict)


def entries(
    data: bytes, rules: Rules, *, url: str, declared: str | None = None, source: str | None = None
) -> tuple[list[Item], float]:
    """The articles of a feed, and the seconds between visits that it asks for; never fails.

    A feed that is cut off gives what it has before the cut.

    `declared` is the character set in the answer's Content-Type.
    """
    try:
        drafts, whole, asked = parse(data, url=url, declared=declared, source=source)
    except InvalidPayload as e:
        return [Item(url, data, rejected=e)], 0.0
    within = urlsplit(url).hostname or ""
    found = [
        replace(item(draft, rules, origin=f"{url} {draft.article_id or ''}".rstrip(), raw=raw, within=within), feed=url)
        for draft, raw in drafts
    ]
    if not whole:
        # Its last entry may be half of one, and would be an article whose end was never said.
        cut = Rejected(error=TRUNCATED, field="$", expected="expected the end of the feed")
        found = [*found[:-1], Item(url, data, rejected=cut)]
    return found, asked


def parse(
    data: bytes, *, url: str, declared: str | None = None, source: str | None = None
) -> tuple[list[tuple[Draft, bytes]], bool, float]:
    """Each entry as a draft and as JSON, whether the feed was whole, and the seconds between visits that it asks for.

    Raises:
        Rejected: it is no feed, or unsafe XML.
    """
    document = charset.decode_xml(data, declared)
    if _DOCTYPE.search(document) and _ENTITY.search(document):  # where alone an entity can be declared
        raise Rejected(error="unsafe_xml", field="$", expected="expected XML without entities")
    document = _CAPTION.sub(b"", document)  # feedparser would take it for the article's text
    # Without the character set feedparser takes it for Latin-1, and the last byte of «م» for white space.
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        feed = library("feedparser").parse(document, response_headers=headers, sanitize_html=False)
    except Exception as e:  # of whatever kind: feedparser's loose parser is not made for all that is no feed
        raise Rejected(error="not_a_feed", field="$", expected=f"expected RSS or Atom: {e}") from e
    if not feed.get("version") and not feed.entries:
        why = feed.get("bozo_exception", "no channel and no entries")
        raise Rejected(error="not_a_feed", field="$", expected=f"expected RSS or Atom: {why}")
    paper = source or feed.feed.get("title") or urlsplit(url).hostname
    drafts = [
        (_draft(entry, feed.feed, paper), json.dumps(entry, ensure_ascii=False, default=str).encode("utf-8", "replace"))
        for entry in feed.entries[:_MOST_ENTRIES]
    ]
    return drafts, _END.search(document[-_END_BYTES:]) is not None, pacing.asked(feed.feed)


def _draft(entry: Any, feed: Any, paper: str | None) -> Draft:
    contents = [c.get("value") or "" for c in entry.get("content", [])]
    told = [date for name in ("published", "updated", "date") if (date := entry.get(name))]
    return Draft(
        article_id=entry.get("id"),
        body=max([*contents, entry.get("summary") or ""], key=len),
        title=entry.get("title"),
        source=paper,
        url=entry.get("link"),
        language=entry.get("language") or feed.get("language"),
        published_at=next((date for date in told if dates.instant(date) is not None), told[0] if told else None),
        categories=[tag.get("label") or tag.get("term") for tag in entry.get("tags", [])],
    )


def feeds_of(opml: Path) -> dict[str, float | None]:
    """The feeds of an OPML file, and the `interval` in seconds of those that have one.

    Raises:
        Rejected: it is no OPML, or an interval is none.
        OSError: it cannot be read.
    """
    try:
        root = library("defusedxml.ElementTree").fromstring(charset.decode_xml(opml.read_bytes()))
    except (SyntaxError, ValueError) as e:  # ParseError is the first, what defusedxml forbids the second
        raise Rejected(error="not_xml", field=str(opml), expected=f"expected OPML: {e}") from e
    found: dict[str, float | None] = {}
    for outline in root.iter("outline"):
        url, given = outline.get("xmlUrl") or outline.get("xmlurl"), outline.get("interval")
        if not url:
            continue
        try:
            interval = None if given is None else float(given)
        except ValueError:
            interval = math.nan
        if interval is not None and not 1 <= interval < math.inf:
            expected = f"expected as interval of {url} a number of seconds, 1 or more, got {given!r}"
            raise Rejected(error="invalid_field", field=str(opml), expected=expected)
        found.setdefault(url, interval)
    return found


class Reader:
    """Visits feeds and gives what is new to the intake; `outcomes` counts what became of all that they held."""

    def __init__(self, visiting: Visiting, rules: Rules, intake: Intake, state: State) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self._visiting, self._rules, self._intake, self._state = visiting, rules, intake, state
        self._told: set[str] = set()

    async def run(self, urls: Sequence[str]) -> int:
        """Visit all feeds, again and again unless `once`; how many visits failed."""
        async with (
            Fetcher(self._visiting.limits) as fetch,
            Fetcher(self._visiting.limits, named_by_feeds=True) as fetch_page,
        ):
            begins = 0.0 if self._visiting.once else len(urls) * _BETWEEN_FEEDS
            failures = await asyncio.gather(*(self._follow(url, begins, fetch, fetch_page) for url in urls))
        return sum(failures)

    async def _follow(self, url: str, begins: float, fetch: Fetcher, fetch_page: Fetcher) -> int:
        """Visit a feed from some moment within `begins` seconds on; the failures at the end."""
        failures, interval = 0, self._visiting.intervals.get(url, self._visiting.interval)
        await asyncio.sleep(random.uniform(0, begins))  # noqa: S311
        while True:
            gone, retry_after = False, 0.0
            try:
                await self.visit(url, fetch, fetch_page)
                failures = 0
            except FetchFailed as e:
                failures, gone, retry_after = failures + 1, e.error == "gone", e.retry_after
                self._intake.failed(e.error, str(e), url)
            except (ArithmeticError, LookupError, ValueError, RecursionError) as e:  # of one feed: others go on
                failures += 1
                logger.exception("%s: cannot be read", url)
                self._intake.failed("unreadable", f"{type(e).__name__}: {e}", url)
            if self._visiting.once:
                return failures
            asked = self._state.pace(url)
            await asyncio.sleep(pacing.pause(interval, asked, failures, gone=gone, retry_after=retry_after))

    async def visit(self, url: str, fetch: Fetcher, fetch_page: Fetcher) -> None:
        """Take what a feed has now. Its state is noted when all is safe: else a 304 would hide what was lost.

        Raises:
            FetchFailed: it cannot be had.
        """
        answer = await fetch.get(url, *self._state.validators(url))
        if answer.body is None:
            await self._intake.take([])
            return
        # In a thread: a large feed takes a second to parse, and other feeds need not wait.
        found, asked = await asyncio.to_thread(self._entries, url, answer)
        self._state.set_pace(url, asked)
        found, repeated = _once(found)
        outcomes: Counter[Outcome] = Counter({"duplicate": repeated} if repeated else {})
        away: set[str] = set()
        if self._visiting.full_text:
            for one in found:  # each leaves when its page is there: a host is asked for one page a second
                outcomes.update(await self._intake.take([await self._with_page(one, fetch_page, away)]))
        else:
            outcomes.update(await self._intake.take(found))
        self.outcomes += outcomes
        if outcomes.keys() != {"duplicate"}:
            logger.info("%s: %s", url, summary(outcomes))
        if any(one.rejected is not None and one.rejected.error == TRUNCATED for one in found):
            return  # a 304 would hide what was cut off
        if away:
            return  # and that pages are to be asked for again
        self._state.visited(url, answer.etag, answer.modified)

    def _entries(self, url: str, answer: Answer) -> tuple[list[Item], float]:
        assert answer.body is not None
        return entries(answer.body, self._rules, url=url, declared=answer.charset, source=self._visiting.source)

    async def _with_page(self, found: Item, fetch_page: Fetcher, away: set[str]) -> Item:
        """The item with the text of its page, where that is there and more than the feed's.

        `away` are the hosts that did not answer in this visit: they are not asked for another page.
        """
        article = found.article
        if article is None or article.url is None:
            return found
        said, known = fingerprint(article), self._state.known(article.article_id)
        if known is not None and known.digest == said:
            return found  # a page is asked for once, and again where the feed says something else
        without, host = replace(found, fingerprint=said + _WITHOUT_PAGE), urlsplit(article.url).netloc
        if host in away:
            return without
        try:
            answer = await fetch_page.get(article.url)
        except FetchFailed as e:
            if str(e) not in self._told:
                self._intake.failed(f"page_{e.error}", str(e), article.url)
            if e.error == FORBIDDEN:  # told once a host
                self._told.add(str(e))
            if e.error in _AWAY:
                away.add(host)
                return without
            return found
        page = await asyncio.to_thread(page_text, answer.body or b"", answer.charset)
        page = page.removeprefix(f"{article.title}\n")  # a headline is no sentence of the text
        if len(page) < max(_FEWEST_CHARS, len(article.body)):
            return found
        more = item(
            Draft(
                article_id=article.article_id,
                body=page,
                title=article.title,
                source=article.source,
                url=article.url,
                published_at=article.published_at,
                categories=article.categories,
            ),
            self._rules,
            origin=found.origin,
            raw=found.raw,
        )
        return replace(found, article=more.article, fingerprint=said) if more.article is not None else found


def _once(found: Sequence[Item]) -> tuple[list[Item], int]:
    """Each article once, as it stands first, and how many were left out.

    A feed that has an id twice, in two sections, would give two new versions at each visit, one in turn with the other.
    """
    kept: list[Item] = []
    seen: set[str] = set()
    for one in found:
        if one.article is None or one.article.article_id not in seen:
            kept.append(one)
        if one.article is not None:
            seen.add(one.article.article_id)
    return kept, len(found) - len(kept)


def page_text(data: bytes, declared: str | None = None) -> str:
    """The article's text on a web page, nothing where there is none."""
    html = charset.decode(data, declared)
    try:
        text: str | None = library("trafilatura").extract(html, include_comments=False, include_tables=False)
    except (ValueError, TypeError, RecursionError):
        return ""
    return text or ""
