"""What was said, asked of the index: over a real pipeline, and after the index is thrown away."""

import asyncio
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from schemas import Actor, Content, Cue
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.gateway.client import ids, send, statement
from tests.kafka.pipeline import GATEWAY, WorkerProcess, admin_of, article, enriched_until, publish

pytestmark = pytest.mark.kafka

BODY = 'قال وزير الصحة سامي الحداد إن اللقاح متوفر. ونفى الحداد أن تكون الأسعار ارتفعت.\n😀 وأضاف: "الحملة تبدأ غدا".'


def ask(gateway: WorkerProcess, path: str, **query: Any) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    address = f"http://127.0.0.1:{gateway.port}{path}?{urlencode(query, doseq=True)}"
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as e:
        assert e.headers["Content-Type"].startswith("application/problem+json")
        return e.code, json.load(e)


def told(answer: tuple[int, Any]) -> list[str]:
    """The ids of the statements of a page."""
    assert answer[0] == 200, answer
    return [s["statement_id"] for s in answer[1]["items"]]


async def until_indexed(gateway: WorkerProcess, count: int) -> None:
    """Until so many statements are there."""
    async with asyncio.timeout(60):
        while len(told(ask(gateway, "/v1/statements", limit=200))) < count:
            await asyncio.sleep(0.1)


async def test_an_article_its_actor_and_its_statements_can_be_asked_for(deployment: Settings, tmp_path: Path) -> None:
    with WorkerProcess(deployment, tmp_path), WorkerProcess(deployment, tmp_path, GATEWAY) as gateway:
        fields = {"source": "desk", "title": "لقاح", "published_at": "2026-03-01T10:20:00Z"}
        await publish(deployment, [(b"a1", article("a1", BODY, **fields)), (b"bad", b"no JSON")])
        await enriched_until(deployment, 1)
        await until_indexed(gateway, 3)
        async with asyncio.timeout(60):  # profiles come a moment after the statements
            while not (found := ask(gateway, "/v1/actors", q="حدا")[1]["items"]) or found[0]["statement_count"] < 3:
                await asyncio.sleep(0.1)
        profile = found[0]
        assert ask(gateway, "/v1/actors", q="الحداد")[1]["items"] == [profile]
        assert profile["names"] == ["سامي الحداد"]
        at = f"/v1/actors/{quote(profile['id'], safe='')}"
        assert ask(gateway, at) == (200, profile)
        assert len(told(ask(gateway, f"{at}/statements"))) == 3
        assert len(told(ask(gateway, f"{at}/statements", **{"class": "denied"}))) == 1
        hours = ask(gateway, f"{at}/activity")[1]["hours"]
        assert [hour["hour"] for hour in hours] == ["2026-03-01T10:00:00Z"]
        assert hours[0]["classes"]["denied"] == 1 and sum(hours[0]["classes"].values()) == 3
        assert ask(gateway, f"{at}/activity", since="2026-03-01T11:00:00Z")[1] == {"hours": []}
        assert ask(gateway, f"{at}/mentions")[0] == 200
        assert ask(gateway, "/v1/sources")[1] == {"items": [{"source": "desk", "statements": 3}]}
        status, view = ask(gateway, "/v1/articles/a1")
        assert (status, view["body"], view["article"]["title"]) == (200, BODY, "لقاح")
        braces = ask(gateway, f"/v1/articles/{quote('{9B1D}')}")  # as some systems write an id
        assert braces == ask(gateway, "/v1/articles/bad")
        for path in ("/v1/articles/bad", "/v1/actors/nobody", "/v1/actors/nobody/activity"):
            assert ask(gateway, path)[0] == 404


async def test_pages_hold_each_statement_once_also_while_new_ones_come(deployment: Settings, tmp_path: Path) -> None:
    with WorkerProcess(deployment, tmp_path, GATEWAY) as gateway:
        await send(deployment, [statement(n) for n in range(25)])
        await until_indexed(gateway, 25)
        found: list[str] = []
        cursor: dict[str, str] = {}
        for begin in range(3):
            status, page = ask(gateway, "/v1/statements", limit=10, **cursor)
            assert status == 200
            found += [s["statement_id"] for s in page["items"]]
            cursor = {"cursor": page["next"]}
            await send(deployment, [statement(100 + begin)])
            await until_indexed(gateway, 26 + begin)
        assert cursor == {"cursor": None}
        assert found == ids(range(24, -1, -1))
        assert ask(gateway, "/v1/statements", cursor="nonsense")[0] == 404


async def test_the_filters_are_those_of_the_stream(deployment: Settings, tmp_path: Path) -> None:
    denied = Cue(text="ونفى", lemma="نفى", cue_class="denied", span=(0, 4))
    ministry = Actor(id="organization:وزاره-الصحه", name="وزارة الصحّة", name_latin="Ministry", kind="organization")
    with WorkerProcess(deployment, tmp_path, GATEWAY) as gateway:
        events = [
            statement(1),
            statement(2, cue=denied),
            statement(3, actor=ministry, confidence=0.4),
            statement(4, content=Content(text="«والأخبارُ» كثيرة", spans=((0, 5),)), type="direct"),
        ]
        await send(deployment, events)
        await until_indexed(gateway, 4)
        for query, expected in (
            ({"class": ["denied", "asked"]}, [2]),
            ({"kind": "organization"}, [3]),
            ({"actor": "وزاره الصحة"}, [3]),
            ({"actor": "ministry"}, [3]),
            ({"actor": ministry.id}, [3]),
            ({"q": "اخبار"}, [4]),
            ({"q": "وزارة"}, [3, 2, 1]),  # whose first letter might be attached, and in the text is `للوزارة`
            ({"q": 'للأخبار" OR '}, []),
            ({"q": "؟!"}, []),
            ({"type": "direct", "min_confidence": 0.5}, [4]),
            ({"source": "other"}, []),
        ):
            assert told(ask(gateway, "/v1/statements", **query)) == ids(expected), query


async def test_an_index_that_is_lost_is_built_again(deployment: Settings, tmp_path: Path) -> None:
    await send(deployment, [statement(n) for n in range(12)])
    with WorkerProcess(deployment, tmp_path, GATEWAY) as gateway:
        await until_indexed(gateway, 12)
        before = ask(gateway, "/v1/statements", limit=200)
        gateway.stop()
        files = [*(tmp_path / ".qawl").glob("*.sqlite*")]
        assert files
        for how in ("removed", "broken"):
            for file in files:
                file.unlink(missing_ok=True)
            if how == "broken":
                files[0].write_bytes(b"SQLite format 3\0 and then nothing of the kind" * 100)
            gateway.start()
            gateway.wait_ready()
            assert ask(gateway, "/v1/statements", limit=200) == before, how
            gateway.stop()
        gateway.start()  # and one that is whole is taken as it is
        await until_indexed(gateway, 12)
        assert gateway.metric("qawl_gateway_read_total", topic="index.statements") == 0


async def test_an_index_of_topics_that_were_made_anew_while_nobody_looked_is_made_anew(
    apache: str, prefix: str, tmp_path: Path
) -> None:
    """Also where they hold more than before: then there is something at each place where the index ends."""
    settings = Settings(kafka_bootstrap=apache, topic_prefix=prefix, partitions=2)
    await create(settings)
    await send(settings, [statement(n) for n in range(20)])
    with WorkerProcess(settings, tmp_path, GATEWAY) as gateway:
        await until_indexed(gateway, 20)
        gateway.stop()
        topic = declared(settings).statements.name
        async with admin_of(settings) as admin:
            await admin.delete_topics([topic])
            while topic in await admin.list_topics():
                await asyncio.sleep(0.1)
        await create(settings)
        await send(settings, [statement(n) for n in range(100, 160)])
        gateway.start()
        gateway.wait_ready()
        found = told(ask(gateway, "/v1/statements", limit=200))
        assert sorted(found) == ids(range(100, 160))
        assert any(e["message"] == "the topics were made anew: so is the index" for e in gateway.logged())
