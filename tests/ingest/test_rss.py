"""Feeds from a web server on loopback: polite, careful, and none of their articles twice or not at all."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from streams.ingest import fetching, rss
from streams.ingest.draft import Rules
from streams.ingest.intake import Intake
from streams.ingest.rss import Reader, Visiting
from streams.ingest.state import State
from streams.settings import Settings
from tests.ingest.paper import FEED, QUICK, Paper
from tests.ingest.running import articles, command, header, letters, run


async def visit(settings: Settings, url: str, visiting: Visiting | None = None) -> int:
    """One visit by a process of its own; how many failed."""

    async def work(intake: Intake, state: State) -> int:
        chosen = visiting or Visiting(limits=QUICK, once=True)
        return await Reader(chosen, Rules(), intake, state).run([url])

    failures = await run(settings, work, "rss")
    assert failures is not None
    return failures


async def test_a_feed_is_asked_for_what_is_new(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    assert await visit(settings, url) == 0
    assert await visit(settings, url) == 0  # 304
    assert answers.seen[1].headers["If-None-Match"] == '"v1"'
    assert answers.seen[1].headers["If-Modified-Since"] == "Tue, 03 Mar 2026 09:15:00 GMT"
    assert len(await articles(settings)) == 2


async def test_a_server_that_knows_no_304_gives_nothing_twice(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    answers.headers = {}
    await visit(settings, url)
    await visit(settings, url)
    assert len(await articles(settings)) == 2


async def test_a_corrected_entry_is_a_new_version(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    await visit(settings, url)
    answers.document, answers.headers = FEED.replace("تبدأ غدا".encode(), "تبدأ اليوم".encode()), {"ETag": '"v2"'}
    await visit(settings, url)
    assert sorted((a.article_id[-4:], a.version) for a in await articles(settings)) == [
        ("1001", 1),
        ("1001", 2),
        ("ws/2", 1),
    ]


async def test_the_wrong_character_set_is_put_right(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    answers.document = FEED.decode().replace("٣", "3").replace("٢٠٢٦", "2026").encode("cp1256")
    await visit(settings, url)
    assert "قال وزير الصحة سامي الحداد إن اللقاح متوفر.\nوأضاف أن الحملة تبدأ غدا." in {
        a.body for a in await articles(settings)
    }


BROKEN = {
    "no feed": (b"<html><body>404</body></html>", "not_a_feed"),
    "a bomb": (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss>&b;</rss>', "unsafe_xml"),
    "nothing": (b"", "not_a_feed"),
    "noise": (bytes(range(256)) * 10, "not_a_feed"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_feed_is_a_dead_letter_once(settings: Settings, paper: tuple[Paper, str], name: str) -> None:
    answers, url = paper
    answers.document, error = BROKEN[name]
    answers.headers = {}
    await visit(settings, url)
    await visit(settings, url)
    (letter,) = await letters(settings)
    assert (header(letter, "error.type"), letter.value) == (error, answers.document)
    assert url in header(letter, "error.message")


async def test_what_was_cut_off_is_asked_for_again(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    answers.document = FEED[: FEED.index("الجسر جاهز.".encode()) + 4]
    await visit(settings, url)
    assert len(await articles(settings)) == 1
    answers.document = FEED
    await visit(settings, url)
    assert "If-None-Match" not in answers.seen[1].headers
    assert [a.version for a in await articles(settings)] == [1, 1]


async def test_a_fault_is_counted_and_the_next_feed_is_read(settings: Settings, paper: tuple[Paper, str]) -> None:
    _, url = paper

    async def work(intake: Intake, state: State) -> int:
        visiting = Visiting(limits=QUICK, once=True)
        return await Reader(visiting, Rules(), intake, state).run(["http://127.0.0.1:1/rss", url])

    assert await run(settings, work, "rss") == 1
    assert len(await articles(settings)) == 2


async def test_a_feed_that_never_ends_keeps_no_other_from_being_read(
    settings: Settings, paper: tuple[Paper, str]
) -> None:
    answers, url = paper

    async def endless(request: web.Request) -> web.StreamResponse:
        if request.path == "/rss":
            return await answers.feed(request)
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"<!-- and so on -->" * 1000)

    async def work(intake: Intake, state: State) -> int:
        visiting = Visiting(limits=QUICK, once=True)
        return await Reader(visiting, Rules(), intake, state).run([url.replace("/rss", "/endless"), url])

    answers.handler = endless
    assert await run(settings, work, "rss") == 1
    assert len(await articles(settings)) == 2
    assert await letters(settings) == []


async def test_a_service_visits_again_and_backs_off(
    settings: Settings, paper: tuple[Paper, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, url = paper
    monkeypatch.setattr("random.uniform", lambda low, high: (low + high) / 2)
    statuses = iter([200, 304, 503, 503, 200])
    at: list[float] = []

    async def changing(request: web.Request) -> web.StreamResponse:
        at.append(asyncio.get_running_loop().time())
        status = next(statuses, None)
        return web.Response(status=status or 304, body=FEED if status == 200 else None)

    answers.handler = changing

    async def work(intake: Intake, state: State) -> None:
        reading = asyncio.ensure_future(Reader(Visiting(0.1, QUICK), Rules(), intake, state).run([url]))
        while len(at) < 5:
            await asyncio.sleep(0.02)
        reading.cancel()

    await run(settings, work, "rss")
    pauses = [later - earlier for earlier, later in pairwise(at)]
    assert pauses[0] < 0.19 <= pauses[2] < pauses[3]


async def test_the_full_text_of_a_page(
    settings: Settings, paper: tuple[Paper, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page stands on loopback, which only this test calls public."""
    answers, url = paper
    first = " ".join(f"قال الوزير سامي الحداد في المدينة رقم {n} إن اللقاح متوفر." for n in range(5))
    second = " ".join(f"وأضاف أن الحملة في المدينة رقم {n} تبدأ غدا." for n in range(5))
    texts = f"<h1>اللقاح متوفر</h1><p>{first}</p><p>{second}</p>"
    page = f"<html><body><nav>قائمة</nav><article>{texts}</article></body></html>"
    answers.print_pages(url, page)
    answers.headers = {}
    monkeypatch.setattr(fetching, "_is_public", lambda host: True)
    full = Visiting(limits=QUICK, once=True, full_text=True)
    await visit(settings, url, full)
    await visit(settings, url, full)
    found = await articles(settings)
    assert len(found) == 2
    bodies = {a.title: a.body for a in found}
    assert bodies["اللقاح متوفر"] == f"{first}\n{second}"  # without the headline
    assert bodies["الجسر جاهز"].endswith(f"{first}\n{second}")
    assert len([r for r in answers.seen if r.path not in ("/rss", "/robots.txt")]) == 2  # each page once


async def test_a_page_that_was_away_is_asked_for_again(
    settings: Settings, paper: tuple[Paper, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, url = paper
    text = " ".join(f"قال الوزير سامي الحداد في المدينة رقم {n} إن اللقاح متوفر." for n in range(9))
    answers.print_pages(url, f"<html><body><article><p>{text}</p></article></body></html>")
    answers.headers = {}
    there = answers.handler

    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503) if request.path.startswith("/news") else await there(request)

    monkeypatch.setattr(fetching, "_is_public", lambda host: True)
    full = Visiting(limits=QUICK, once=True, full_text=True)
    answers.handler = away
    await visit(settings, url, full)
    await visit(settings, url, full)  # still away: nothing new
    assert [(a.version, a.body == text) for a in await articles(settings)] == [(1, False)] * 2
    assert len([r for r in answers.seen if r.path.startswith("/news")]) == 2  # one page a visit is asked for in vain
    answers.handler = there
    await visit(settings, url, full)
    await visit(settings, url, full)
    found = sorted((a.version, a.body == text) for a in await articles(settings))
    assert found == [(1, False), (1, False), (2, True), (2, True)]


async def test_an_id_that_stands_in_two_sections_of_a_feed_is_one_article(
    settings: Settings, paper: tuple[Paper, str]
) -> None:
    answers, url = paper
    entries = FEED[FEED.index(b"<item>") : FEED.index(b"</channel>")]
    again = entries.replace(b"<title>", "<title>عاجل ".encode())
    answers.document, answers.headers = FEED.replace(b"</channel>", again + b"</channel>"), {}
    await visit(settings, url)
    await visit(settings, url)
    found = await articles(settings)
    assert [a.version for a in found] == [1, 1]
    assert not any((a.title or "").startswith("عاجل") for a in found)


async def test_an_article_that_two_feeds_show_in_their_own_ways_is_no_new_version_at_each_visit(
    settings: Settings, paper: tuple[Paper, str]
) -> None:
    answers, url = paper
    section = FEED.replace(b"<description>", "<description>رياضة: ".encode())
    shown = {"/rss": FEED, "/sport": section}

    async def by_path(request: web.Request) -> web.StreamResponse:
        return web.Response(body=shown[request.path], content_type="application/rss+xml")

    answers.handler = by_path
    for _ in range(2):
        await visit(settings, url)
        await visit(settings, url.replace("/rss", "/sport"))
    assert sorted(a.version for a in await articles(settings)) == [1, 1]
    shown["/sport"] = section.replace("تبدأ غدا".encode(), "تبدأ اليوم".encode())
    for _ in range(2):
        await visit(settings, url.replace("/rss", "/sport"))
        await visit(settings, url)
    assert sorted(a.version for a in await articles(settings)) == [1, 1, 2]


async def test_a_header_that_is_no_text_keeps_nothing_from_being_read(
    settings: Settings, paper: tuple[Paper, str]
) -> None:
    answers, url = paper
    answers.headers = {"Last-Modified": "الثلاثاء"}
    assert [await visit(settings, url), await visit(settings, url)] == [0, 0]
    assert len(await articles(settings)) == 2


def test_a_date_that_cannot_be_read_hides_no_other() -> None:
    other = FEED.replace(b"<pubDate>", "<dc:date>2026-03-03T09:15:00Z</dc:date><pubDate>صباح ".encode())
    document = other.replace(b"<rss", b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"', 1)
    found, _ = rss.entries(document, Rules(), url="http://paper.example.com/rss")
    assert all(one.article is not None and one.article.published_at is not None for one in found)


def test_the_caption_of_a_picture_is_no_text_of_the_article() -> None:
    caption = f"<media:description>{'صورة من المباراة ' * 40}</media:description></item>".encode()
    namespace = b'<rss xmlns:media="http://search.yahoo.com/mrss/"'
    document = FEED.replace(b"</item>", caption).replace(b"<rss", namespace, 1)
    found, _ = rss.entries(document, Rules(), url="http://paper.example.com/rss")
    assert [one.article is not None and "صورة من المباراة" in one.article.body for one in found] == [False] * 2


def test_the_feeds_of_an_opml_file(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="a"><outline xmlUrl="http://a.example/rss"/></outline>'
        '<outline xmlUrl="http://b.example/rss"/><outline xmlUrl="http://a.example/rss"/></body></opml>'
    )
    assert list(rss.feeds_of(file)) == ["http://a.example/rss", "http://b.example/rss"]


async def test_the_command_reads_feeds_and_ends_with_once(settings: Settings, paper: tuple[Paper, str]) -> None:
    _, url = paper
    done: Any = await asyncio.to_thread(command, settings, "rss", url, "--once", "--source", "paper", "--delay", "0")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, b"2 items: 2 accepted"), done.stderr
    assert {a.source for a in await articles(settings)} == {"paper"}


async def test_once_fails_where_a_feed_is_none_or_cannot_be_had(settings: Settings, paper: tuple[Paper, str]) -> None:
    answers, url = paper
    answers.document = b"<html></html>"
    none: Any = await asyncio.to_thread(command, settings, "rss", url, "--once")
    assert (none.returncode, none.stderr.splitlines()[-1]) == (1, b"1 item: 1 rejected")
    away: Any = await asyncio.to_thread(command, settings, "rss", "http://127.0.0.1:1/rss", "--once")
    assert (away.returncode, b"1 could not be had" in away.stderr) == (1, True)
    misspelt: Any = await asyncio.to_thread(command, settings, "rss", "paper.example/rss")
    assert (misspelt.returncode, b"begins with http://" in misspelt.stderr) == (2, True)
