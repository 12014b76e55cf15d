"""`POST /v1/articles`: taken whole or not at all, answered when Kafka has it."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from streams.gateway.tokens import host
from streams.ingest.draft import Rules
from streams.ingest.http import PATH, Receiver
from streams.ingest.intake import Intake
from streams.ingest.state import State
from streams.kafka.topics import MAX_MESSAGE_BYTES
from streams.observability.web import listen
from streams.settings import Settings, SettingsError
from tests.ingest.running import BODY, articles, run

ARTICLE = {"article_id": "a1", "body": BODY, "published_at": "3 نيسان 2026"}


@asynccontextmanager
async def service(settings: Settings) -> AsyncIterator[tuple[aiohttp.ClientSession, Receiver]]:
    """The service in this process, and a client of it."""
    listener = listen("127.0.0.1", 0)
    made: asyncio.Future[Receiver] = asyncio.get_running_loop().create_future()

    async def work(intake: Intake, state: State) -> None:
        made.set_result(Receiver(settings, Rules(strict=True), intake))
        await made.result().run(listener)

    running = asyncio.ensure_future(run(settings, work, "http"))
    try:
        while not (made.done() or running.done()):
            await asyncio.sleep(0.01)
        if running.done():
            running.result()
        async with aiohttp.ClientSession(f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            yield client, made.result()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def post(client: aiohttp.ClientSession, body: Any, **more: Any) -> tuple[int, Any, Any]:
    """Status, answer and headers."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | more.pop("headers", {})
    async with client.post(PATH, data=data, headers=headers, **more) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


async def test_one_several_and_lines(settings: Settings) -> None:
    async with service(settings) as (client, _):
        status, answer, _ = await post(client, ARTICLE)
        assert (status, answer) == (200, {"results": [{"article_id": "a1", "version": 1, "outcome": "accepted"}]})
        status, answer, _ = await post(client, [ARTICLE | {"article_id": f"b{n}"} for n in range(3)])
        assert [r["outcome"] for r in answer["results"]] == ["accepted"] * 3
        lines = b"\n".join(json.dumps(ARTICLE | {"article_id": f"c{n}"}).encode() for n in range(3)) + b"\n"
        status, answer, _ = await post(client, lines, headers={"Content-Type": "application/x-ndjson"})
        assert [r["article_id"] for r in answer["results"]] == ["c0", "c1", "c2"]
        packed = gzip.compress(json.dumps(ARTICLE | {"article_id": "d"}).encode())
        assert (await post(client, packed, headers={"Content-Encoding": "gzip"}))[0] == 200
    assert len(await articles(settings)) == 8


async def test_the_same_id_and_version_again_is_a_duplicate(settings: Settings) -> None:
    async with service(settings) as (client, _):
        answers = [await post(client, ARTICLE | {"version": v}) for v in (1, 1, 2, 1)]
    outcomes = [answer["results"][0]["outcome"] for _, answer, _ in answers]
    assert outcomes == ["accepted", "duplicate", "accepted", "outdated"]
    assert [a.version for a in await articles(settings)] == [1, 2]


async def test_the_same_at_the_same_time_leaves_once(settings: Settings) -> None:
    async with service(settings) as (client, _):
        answers = await asyncio.gather(*(post(client, ARTICLE) for _ in range(10)))
    outcomes = [answer["results"][0]["outcome"] for _, answer, _ in answers]
    assert sorted(outcomes) == ["accepted"] + ["duplicate"] * 9
    assert len(await articles(settings)) == 1


FAULTS = {
    "no body": ({"article_id": "a"}, "body", "missing_field"),
    "no id": ({"body": "قال"}, "article_id", "missing_field"),
    "an empty body": (ARTICLE | {"body": "<p></p>"}, "body", "body_empty"),
    "a date that is none": (ARTICLE | {"published_at": "soon"}, "published_at", "invalid_field"),
    "an address that is none": (ARTICLE | {"url": "javascript:alert(1)"}, "url", "invalid_field"),
    "a version that is none": (ARTICLE | {"version": 0}, "version", "invalid_field"),
    "no object": ("text", "$", "invalid_field"),
    "a body of two million characters": (ARTICLE | {"body": "ق" * 2_000_000}, "body", "body_too_long"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_the_field_at_fault_is_told_and_nothing_is_taken(settings: Settings, name: str) -> None:
    value, field, error = FAULTS[name]
    async with service(settings) as (client, _):
        status, answer, headers = await post(client, [ARTICLE, value])
    assert (status, headers["Content-Type"].partition(";")[0]) == (422, "application/problem+json")
    (fault,) = answer["errors"]
    assert (fault["index"], fault["field"], fault["error"]) == (1, field, error)
    assert field in answer["detail"]
    assert await articles(settings) == []


async def test_the_place_of_every_line_at_fault_is_told(settings: Settings) -> None:
    data = b"\n".join([json.dumps(ARTICLE).encode(), b'{"article_id": ', b'{"article_id": "b"}'])
    async with service(settings) as (client, _):
        status, answer, _ = await post(client, data, headers={"Content-Type": "application/x-ndjson"})
    assert status == 422
    assert [(fault["index"], fault["field"]) for fault in answer["errors"]] == [(1, "$"), (2, "body")]
    assert await articles(settings) == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
async def test_what_is_no_json_is_told(settings: Settings, data: bytes) -> None:
    async with service(settings) as (client, _):
        status, answer, _ = await post(client, data)
    assert (status, bool(answer["detail"])) == (422, True)


async def test_too_much_is_told_packed_or_not(settings: Settings) -> None:
    async with service(settings) as (client, _):
        large = b" " * (MAX_MESSAGE_BYTES + 1)
        assert (await post(client, large))[0] == 413
        assert (await post(client, gzip.compress(large), headers={"Content-Encoding": "gzip"}))[0] == 413
        assert (await post(client, b"no gzip", headers={"Content-Encoding": "gzip"}))[0] == 400
        assert (await post(client, ARTICLE))[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_any_web_page_can_make_a_browser_send_is_refused(settings: Settings, kind: str) -> None:
    async with service(settings) as (client, _):
        status, answer, _ = await post(client, ARTICLE, headers={"Content-Type": kind})
        assert (status, "expected Content-Type: application/json" in answer["detail"]) == (415, True)
        assert (await post(client, ARTICLE, headers={"Content-Type": "application/ld+json; charset=utf-8"}))[0] == 200


async def test_a_million_things_that_are_no_articles_hold_nobody_up(settings: Settings) -> None:
    async with service(settings) as (client, _):
        flood = asyncio.ensure_future(post(client, b"[" + b"0," * 1_000_000 + b"0]"))
        await asyncio.sleep(0.05)
        assert (await post(client, ARTICLE))[0] == 200
        status, answer, _ = await flood
        assert (status, "at most 10000 articles" in answer["detail"]) == (413, True)
        status, answer, _ = await post(client, b"[" + b"0," * 5000 + b"0]")
        assert (status, len(answer["errors"])) == (422, 100)


async def test_a_full_queue_asks_to_come_later(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with service(settings.model_copy(update={"ingest_queue": 5})) as (client, receiver):
        held, take = asyncio.Event(), receiver._intake.take

        async def slow(items: Any) -> Any:
            await held.wait()
            return await take(items)

        monkeypatch.setattr(receiver._intake, "take", slow)
        first = asyncio.ensure_future(post(client, [ARTICLE | {"article_id": f"a{n}"} for n in range(5)]))
        while not receiver._in_hand:
            await asyncio.sleep(0.01)
        status, answer, headers = await post(client, ARTICLE)
        assert (status, headers["Retry-After"]) == (429, "1")
        assert "5 articles are in hand" in answer["detail"]
        held.set()
        assert (await first)[0] == 200
        assert (await post(client, ARTICLE | {"article_id": "later"}))[0] == 200


async def test_a_token_is_asked_for(settings: Settings, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("0123456789abcdef\n")
    async with service(settings.model_copy(update={"ingest_tokens_file": tokens})) as (client, _):
        status, _, headers = await post(client, ARTICLE)
        assert (status, headers["WWW-Authenticate"]) == (401, 'Bearer realm="qawl"')
        assert (await post(client, ARTICLE, headers={"Authorization": "Bearer 0123456789abcdeg"}))[0] == 401
        assert (await post(client, ARTICLE, headers={"Authorization": "Bearer 0123456789abcdef"}))[0] == 200


async def test_other_methods_and_paths(settings: Settings) -> None:
    async with service(settings) as (client, _):
        async with client.get(PATH) as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "POST")
        async with client.post("/v1/other") as answer:
            assert answer.status == 404


def test_without_tokens_it_listens_on_loopback_only() -> None:
    assert host(Settings(), "ingest") == "127.0.0.1"
    with pytest.raises(SettingsError, match="QAWL_INGEST_TOKENS_FILE"):
        host(Settings(ingest_host="0.0.0.0"), "ingest")


async def test_a_taken_port_is_told(settings: Settings) -> None:
    from tests.ingest.running import command

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = await asyncio.to_thread(command, settings, "http", "--port", port)
    assert done.returncode == 2
    assert b"Set QAWL_INGEST_PORT" in done.stderr
