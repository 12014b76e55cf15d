"""A story that is sent, corrected and killed: topics, profile and gateway tell the truth after each step."""

import asyncio
import json
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from schemas import Retraction, StatementEvent
from schemas.codec import decode_profile, decode_told
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.gateway.client import EventSource
from tests.kafka.pipeline import GATEWAY, PATIENCE, WorkerProcess, article, publish, read

pytestmark = pytest.mark.kafka

FIRST = "قال وزير الصحة سامي الحداد إن اللقاح متوفر. وقالت منظمة الصحة العالمية إن الوباء انتهى."
CORRECTED = "قال وزير الصحة سامي الحداد إن اللقاح متوفر. ونفى الحداد أن تكون الأسعار ارتفعت."
MINISTER, ORGANIZATION = "person:سامي-الحداد", "organization:منظمه-الصحه-العالميه"


async def profiles(settings: Settings) -> dict[str, int]:
    """How many statements each actor has now, by `actors`."""
    latest = {r.key.decode(): r.value for r in await read(settings, declared(settings).actors)}
    return {key: decode_profile(value).statement_count for key, value in latest.items() if value is not None}


async def until(condition: Callable[[], Any], wanted: object) -> None:
    """Until an awaitable's result is what is wanted."""
    found = None
    try:
        async with asyncio.timeout(PATIENCE):
            while (found := await condition()) != wanted:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"expected {wanted}, found {found}") from None


async def told(settings: Settings) -> list[tuple[str, str]]:
    """What `statements` holds, in the order of its partitions: who, and what or why not."""
    events: list[StatementEvent | Retraction] = []
    for record in await read(settings, declared(settings).statements):
        events.append(decode_told(record.value))
        at = events[-1]
        assert record.key.decode() == (at.actor_id if isinstance(at, Retraction) else at.actor.id)
    return sorted((e.actor_id, e.reason) if isinstance(e, Retraction) else (e.actor.id, e.content.text) for e in events)


async def test_a_story_is_corrected_and_killed_over_sudden_deaths(apache: str, prefix: str, tmp_path: Path) -> None:
    settings = Settings(kafka_bootstrap=apache, topic_prefix=prefix, partitions=4)
    await create(settings)
    worker = WorkerProcess(settings, tmp_path, QAWL_WORKER_ID="w1")
    with worker, WorkerProcess(settings, tmp_path, GATEWAY) as gateway:
        address = f"http://127.0.0.1:{gateway.port}"

        async def send(version: int, body: str = "", **fields: str) -> None:
            value = article("story", body, version=version, **fields) if body else None
            canceled = json.dumps({"article_id": "story", "version": version, **fields}).encode()
            await publish(settings, [(b"story", value or canceled)])

        async def listed() -> list[str]:
            with urllib.request.urlopen(f"{address}/v1/statements") as answer:
                return sorted(s["content"]["text"] for s in json.load(answer)["items"])

        async def known(actor: str) -> int:
            try:
                urllib.request.urlopen(f"{address}/v1/actors/{quote(actor, safe='')}").close()
            except urllib.error.HTTPError as e:
                return e.code
            return 200

        def die() -> None:
            worker.stop(signal.SIGKILL)
            worker.start()

        async with EventSource(f"{address}/v1/statements/stream").reading() as client:
            await send(1, FIRST)
            await until(lambda: profiles(settings), {MINISTER: 1, ORGANIZATION: 1})
            await until(listed, sorted(["الوباء انتهى", "اللقاح متوفر"]))
            die()
            await send(2, CORRECTED)
            die()  # perhaps in the middle of it
            await until(lambda: profiles(settings), {MINISTER: 2})
            await until(listed, sorted(["اللقاح متوفر", "تكون الأسعار ارتفعت"]))
            await until(lambda: known(ORGANIZATION), 404)
            await send(1, FIRST)  # late
            await send(3, status="canceled")
            die()
            await until(lambda: profiles(settings), {})
            await until(listed, [])
            await until(lambda: known(MINISTER), 404)
            await client.until(lambda: len(client.events) >= 6, "gets too little")
        assert await told(settings) == sorted(
            [
                (MINISTER, "اللقاح متوفر"),
                (ORGANIZATION, "الوباء انتهى"),
                (MINISTER, "تكون الأسعار ارتفعت"),
                (ORGANIZATION, "corrected"),
                (MINISTER, "withdrawn"),
                (MINISTER, "withdrawn"),
            ]
        )
        assert sorted(e.name for e in client.events) == ["retraction"] * 3 + ["statement"] * 3
        with urllib.request.urlopen(f"{address}/v1/articles/story") as answer:
            view = json.load(answer)["article"]
        assert (view["version"], view["status"], view["statements"]) == (3, "canceled", [])
