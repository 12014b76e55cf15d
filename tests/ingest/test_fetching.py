"""Servers of every kind: each request ends, in time and in memory, with the document or with a reason."""

import asyncio
import gzip
from itertools import pairwise

import pytest
from aiohttp import http_parser, web

from streams.ingest import fetching
from streams.ingest.fetching import Fetcher, FetchFailed, Limits
from tests.ingest.paper import FEED, QUICK, Handler, Paper


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"<!-- and so on -->" * 1000)


async def _dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def _silent(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def _bomb(request: web.Request) -> web.StreamResponse:
    body = gzip.compress(b" " * 50_000_000)
    return web.Response(body=body, headers={"Content-Encoding": "gzip"})


async def _to_itself(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.path)


async def _to_a_file(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "file:///etc/passwd"})


async def _broken_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100000"})
    await response.prepare(request)
    await response.write(FEED)
    assert request.transport is not None
    request.transport.abort()
    return response


async def _error(request: web.Request) -> web.StreamResponse:
    return web.Response(status=503, headers={"Retry-After": "77"})


async def _gone(request: web.Request) -> web.StreamResponse:
    return web.Response(status=410)


def _packed(how: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x0b\x02\x80abc\x03", headers={"Content-Encoding": how})

    return answer


FAULTS = {
    "never ends": (_endless, "too_large"),
    "never ends, slowly": (_dripping, "timeout"),
    "says nothing": (_silent, "timeout"),
    "grows when it is unpacked": (_bomb, "too_large"),
    "redirects for ever": (_to_itself, "redirects"),
    "redirects to a file": (_to_a_file, "unreachable"),
    "breaks off": (_broken_off, "broken_off"),
    "is overloaded": (_error, "http_5xx"),
    "is gone": (_gone, "gone"),
    "packs in a way for which there is no library": (_packed("br"), "unreadable"),
    "packs twice": (_packed("gzip, br"), "unreadable"),
    "packs in a way that nobody knows": (_packed("x-new"), "unreadable"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_server_that(name: str, paper: tuple[Paper, str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers, url = paper
    monkeypatch.setattr(http_parser, "HAS_BROTLI", False)  # where something else has brought it
    answers.handler, error = FAULTS[name]
    async with Fetcher(Limits(seconds=0.7, bytes=100_000, host_delay=0.0)) as fetch:
        with pytest.raises(FetchFailed) as caught:
            await fetch.get(url)
    assert caught.value.error == error
    assert caught.value.retry_after == (77 if error == "http_5xx" else 0)


async def test_one_host_is_asked_one_thing_at_a_time_with_pauses(paper: tuple[Paper, str]) -> None:
    answers, url = paper
    at: list[float] = []

    async def noting(request: web.Request) -> web.StreamResponse:
        at.append(asyncio.get_running_loop().time())
        return web.Response(body=FEED)

    answers.handler = noting
    async with Fetcher(Limits(host_delay=0.2)) as fetch:
        await asyncio.gather(*(fetch.get(f"{url}{n}") for n in range(3)))
    assert all(later - earlier >= 0.19 for earlier, later in pairwise(at))


async def test_a_feed_leads_to_no_other_host_that_is_not_public(paper: tuple[Paper, str]) -> None:
    answers, url = paper

    async def redirecting(request: web.Request) -> web.StreamResponse:
        elsewhere = url.replace("127.0.0.1", "localhost").replace("/rss", "/inner")
        return web.Response(status=302, headers={"Location": elsewhere if request.path == "/rss" else "/rss"})

    answers.handler = redirecting
    async with Fetcher(QUICK) as fetch:
        with pytest.raises(FetchFailed, match=r"public|cannot be reached"):
            await fetch.get(url)
    assert [r.path for r in answers.seen] == ["/rss"]


INNER = ["10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::ffff:10.0.0.1", "fe80::1%eth0", "224.0.0.1"]


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_not_public_however_it_is_written(address: str) -> None:
    assert not fetching._is_public(address)
    assert fetching._is_public("1.1.1.1")
    assert fetching._is_public("2606:4700::1111")


async def test_pages_are_asked_for_only_where_they_are_public(paper: tuple[Paper, str]) -> None:
    answers, url = paper
    async with Fetcher(QUICK, named_by_feeds=True) as fetch:
        others = [url.replace("127.0.0.1", name) for name in ("localhost", "１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1")]
        for address in (url, *others, "http://169.254.169.254/", "http://[::1]:80/"):
            with pytest.raises(FetchFailed, match=r"public|cannot be reached"):
                await fetch.get(address)
    assert answers.seen == []
