"""No feed is visited more often than it asks for, and no page read that its host does not let programs read."""

import asyncio
import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from streams.ingest import fetching, pacing, robots, rss
from streams.ingest.draft import Rejected, Rules
from streams.ingest.fetching import Fetcher, FetchFailed
from streams.ingest.intake import Intake
from streams.ingest.rss import Reader, Visiting
from streams.ingest.state import State
from streams.settings import Settings
from tests.ingest.paper import FEED, QUICK, Paper
from tests.ingest.running import articles, command, run

DAY = 86_400.0
TEXTS = " ".join(f"قال الوزير سامي الحداد في المدينة رقم {n} إن اللقاح متوفر." for n in range(9))
PAGE = f"<html><body><article><p>{TEXTS}</p></article></body></html>"


async def follow(settings: Settings, visiting: Visiting, urls: Sequence[str], seconds: float) -> None:
    """Feeds as a service follows them, for some time."""

    async def work(intake: Intake, state: State) -> None:
        reading = asyncio.ensure_future(Reader(visiting, Rules(), intake, state).run(urls))
        await asyncio.wait([reading], timeout=seconds)
        assert not reading.done()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    await run(settings, work, "rss")


def asking(what: str) -> bytes:
    """A feed that asks for something."""
    spaces = b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    return FEED.replace(b"<rss ", spaces, 1).replace(b"<channel>", f"<channel>{what}".encode(), 1)


ASKED = {
    "": 0.0,
    "<ttl>15</ttl>": 900.0,
    "<ttl>soon</ttl>": 0.0,
    "<ttl>99999999999</ttl>": DAY,
    "<sy:updatePeriod>hourly</sy:updatePeriod>": 0.0,  # what WordPress writes into every feed
}


@pytest.mark.parametrize("what", ASKED)
def test_what_a_feed_asks_for(what: str) -> None:
    found, seconds = rss.entries(asking(what), Rules(), url="http://paper.example.com/rss")
    assert (len(found), seconds) == (2, ASKED[what])


def test_pauses_are_never_shorter_than_asked_for_and_jitter() -> None:
    usual = [pacing.pause(300, 0) for _ in range(200)]
    assert 270 <= min(usual) < max(usual) <= 330
    waiting = [pacing.pause(300, 900) for _ in range(200)]
    assert 900 <= min(waiting) < max(waiting) <= 990
    assert pacing.pause(300, DAY) == DAY
    assert pacing.pause(2 * DAY, 900) >= 1.8 * DAY  # the operator's own may be longer
    assert pacing.pause(300, DAY, failures=20) == DAY  # and so may be what is left alone as it fails
    assert pacing.pause(300, 0, failures=20) == pacing.pause(300, 0, 1, gone=True) == 6 * 3600
    assert pacing.pause(300, 0, 1, retry_after=DAY) == pacing.pause(300, 0, 1, retry_after=1e9) == DAY


async def test_a_feed_is_left_alone_as_long_as_it_asks_for_also_after_a_restart(
    settings: Settings, paper: tuple[Paper, str]
) -> None:
    answers, url = paper
    answers.document = asking("<ttl>1</ttl>")
    await follow(settings, Visiting(0.1, QUICK), [url], 1.5)
    assert len(answers.seen) == 1
    await follow(settings, Visiting(0.1, QUICK), [url], 1.5)
    assert [r.headers.get("If-None-Match") for r in answers.seen] == [None, '"v1"']  # a 304, which says no ttl


async def test_each_feed_has_the_interval_of_its_own(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    often = url.replace("/rss", "/often")
    await follow(settings, Visiting(300.0, QUICK, intervals={often: 0.1}), [url, often], 2.0)
    paths = [request.path for request in answers.seen]
    assert paths.count("/rss") == 1
    assert paths.count("/often") > 3


def test_intervals_of_an_opml_file(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    feeds = '<outline xmlUrl="http://a.example/"/><outline xmlUrl="http://b.example/" interval="{}"/>'
    opml = f"<opml><body>{feeds}</body></opml>"
    file.write_text(opml.format("60"))
    assert rss.feeds_of(file) == {"http://a.example/": None, "http://b.example/": 60.0}
    for wrong in ("soon", "", "0", "-5", str(math.nan), str(math.inf)):
        file.write_text(opml.format(wrong))
        with pytest.raises(
            Rejected, match=r"feeds\.opml: expected as interval of http://b\.example/ a number of seconds"
        ):
            rss.feeds_of(file)


async def test_the_command_tells_of_an_interval_that_is_none(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text('<opml><body><outline xmlUrl="http://a.example/" interval="5m"/></body></opml>')
    done: Any = await asyncio.to_thread(command, settings, "rss", "--opml", str(file))
    assert (done.returncode, b"1 or more, got '5m'" in done.stderr, done.stderr.count(b"\n")) == (2, True, 1)


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback, which only these tests call public."""
    monkeypatch.setattr(fetching, "_is_public", lambda host: True)


async def visit(settings: Settings, url: str) -> None:
    async def work(intake: Intake, state: State) -> int:
        return await Reader(Visiting(limits=QUICK, full_text=True, once=True), Rules(), intake, state).run([url])

    assert await run(settings, work, "rss") == 0


ROBOTS = {
    "all but us": ("User-agent: *\nAllow: /\n\nUser-agent: Qawl\nDisallow: /news/", 0),
    "nobody": ("\ufeffUser-agent: *\r\nDisallow: /\r\n", 0),
    "one page": ("User-agent: *\nDisallow: /news/1", 1),
    "another": ("User-agent: news-mirror\nDisallow: /", 2),
    "all but what ends so": ("User-agent: *\nDisallow: /*/1$", 1),
    "all but what is allowed by a longer rule": ("User-agent: *\nDisallow: /news/\n\nAllow: /news/2", 1),
    "none": (None, 2),
    "a page instead": ("<html><body>404</body></html>", 2),
}


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("name", ROBOTS)
async def test_pages_are_read_where_robots_txt_lets_us(
    settings: Settings, paper: tuple[Paper, str], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    answers, url = paper
    text, read = ROBOTS[name]
    answers.print_pages(url, PAGE, text)
    with caplog.at_level(logging.WARNING, "qawl.ingest"):
        await visit(settings, url)
    paths = [r.path for r in answers.seen]
    assert paths.count("/robots.txt") == 1
    assert len([p for p in paths if p.startswith("/news")]) == read
    found = await articles(settings)
    assert len(found) == 2  # with the teaser at least
    assert sum(a.body == TEXTS for a in found) == read
    told = [r.message for r in caplog.records if "robots.txt does not let qawl read this" in r.message]
    assert len(told) == (read < 2)  # once a host


@pytest.mark.usefixtures("public")
async def test_a_robots_txt_is_kept_for_a_day(paper: tuple[Paper, str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers, url = paper
    assert robots._KEPT_SECONDS == DAY
    monkeypatch.setattr(robots, "_KEPT_SECONDS", 0.3)
    async with Fetcher(QUICK, named_by_feeds=True) as fetch:
        await asyncio.gather(*(fetch.get(f"{url}/{n}") for n in range(3)))
        assert [r.path for r in answers.seen].count("/robots.txt") == 1
        await asyncio.sleep(0.4)
        await fetch.get(f"{url}/4")
    assert [r.path for r in answers.seen].count("/robots.txt") == 2


@pytest.mark.usefixtures("public")
async def test_an_endless_robots_txt_allows_all(paper: tuple[Paper, str]) -> None:
    answers, url = paper

    async def endless(request: web.Request) -> web.StreamResponse:
        if request.path != "/robots.txt":
            return web.Response(text=PAGE)
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"User-agent: *\nDisallow: /\n" * 100)

    answers.handler = endless
    async with Fetcher(QUICK, named_by_feeds=True) as fetch:
        assert (await fetch.get(url)).body == PAGE.encode()


@pytest.mark.usefixtures("public")
async def test_no_redirect_leads_past_a_robots_txt(paper: tuple[Paper, str]) -> None:
    answers, url = paper

    async def redirecting(request: web.Request) -> web.StreamResponse:
        if request.path == "/robots.txt":
            return web.Response(text="User-agent: *\nDisallow: /paid")
        if request.path == "/rss":
            return web.Response(status=302, headers={"Location": "/paid/1"})
        return web.Response(text=PAGE)

    answers.handler = redirecting
    async with Fetcher(QUICK, named_by_feeds=True) as fetch:
        with pytest.raises(FetchFailed, match=r"/robots\.txt does not let qawl read this"):
            await fetch.get(url)
    assert "/paid/1" not in [r.path for r in answers.seen]
