"""A real article through Kafka: who said what, each speaker under one id, and one profile for each."""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import ConsumerRecord

from schemas import ActorProfile, StatementEvent
from schemas.codec import decode_article, decode_profile, decode_statement
from streams.extraction import Extractor
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, publish, read, read_until, statements

pytestmark = pytest.mark.kafka

LAVROV, KERRY, MUALLEM = "سيرغي لافروف", "جون كيري", "وليد المعلم"
Spans = Iterable[Iterable[int]]


@pytest_asyncio.fixture
async def topics(settings: Settings) -> AsyncIterator[None]:
    await create(settings)
    yield


def characters(spans: Spans) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def likeness(one: Spans, other: Spans) -> float:
    """Of the characters that either content covers, the share that both do."""
    a, b = characters(one), characters(other)
    return len(a & b) / len(a | b)


def latest(records: Iterable[ConsumerRecord]) -> dict[str, ActorProfile]:
    """The current profile of every key, as compaction would leave it."""
    return {r.key.decode(): decode_profile(r.value) for r in records}


def counted(records: Iterable[ConsumerRecord]) -> int:
    """Statements that the current profiles count."""
    return sum(profile.statement_count for profile in latest(records).values())


@pytest.fixture
def lavrov(gold_folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The article `seed-lavrov` and its annotation."""
    story = json.loads((gold_folder / "dev/articles/seed-lavrov.json").read_text(encoding="utf-8"))
    for line in (gold_folder / "dev/gold.jsonl").read_text(encoding="utf-8").splitlines():
        annotated = json.loads(line)
        if annotated["id"] == story["id"]:
            return story, annotated
    pytest.fail("the article seed-lavrov is not annotated")


@pytest.mark.gold
async def test_three_foreign_ministers_each_under_one_id(
    settings: Settings, topics: None, tmp_path: Path, lavrov: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    story, annotated = lavrov
    raw = article(story["id"], story["body"], title=story["title"], source=story["source"])
    with WorkerProcess(settings, tmp_path):
        await publish(settings, [(story["id"].encode(), raw)])
        (enriched,) = await enriched_until(settings, 1)
        count = len(enriched.statements)
        records = await read_until(settings, declared(settings).statements, lambda found: len(found) == count)
        profiles = latest(await read_until(settings, declared(settings).actors, lambda found: counted(found) == count))
    events = [decode_statement(r.value) for r in records]

    ids = {name: {e.actor.id for e in events if e.actor.name == name} for name in (LAVROV, KERRY, MUALLEM)}
    assert {name: len(found) for name, found in ids.items()} == {LAVROV: 1, KERRY: 1, MUALLEM: 1}
    assert [r.key.decode() for r in records] == [e.actor.id for e in events]

    # Whatever the article calls him, what the annotators gave to one of the three stands under his one id.
    given = given_to(annotated, events)
    for name, (actor_id,) in ids.items():
        named = story["body"].index(name)
        assert {e.actor.id for e in given[name] if e.cue.span[0] > named} == {actor_id}
        assert len(given[name]) >= 3

    # "the latter" is the Syrian minister, and "his counterpart" is an alias of the one whom the sentence names.
    assert said(events, "الأخير").actor.name == MUALLEM
    aliases = {a.name: {x.text for x in a.aliases} for a in enriched.actors}
    assert "نظيره الأمريكي جون كيري" in aliases[KERRY]
    assert {"نظيره السوري وليد المعلم", "الأخير"} <= aliases[MUALLEM]

    for name, (actor_id,) in ids.items():
        mine = [e for e in events if e.actor.id == actor_id]
        profile = profiles[actor_id]
        assert name in profile.names
        assert (profile.statement_count, profile.article_count) == (len(mine), 1)
        assert set(profile.recent_statements) <= {e.statement_id for e in mine}
        spoken = {e.speaker.text for e in mine if e.speaker}
        assert spoken == {a.text for a in profile.aliases}


@pytest.mark.gold
def test_a_title_before_the_first_name_is_the_same_man(
    extractor: Extractor, lavrov: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """The article begins with "the Russian foreign minister", whom only its second paragraph names."""
    story, annotated = lavrov
    raw = decode_article(article(story["id"], story["body"]))
    events = extractor.enrich(raw, extracted_at=datetime.now(UTC), clock=lambda: 0.0).events
    assert len({e.actor.id for e in given_to(annotated, events)[LAVROV]}) == 1


def given_to(annotated: dict[str, Any], events: Iterable[StatementEvent]) -> dict[str, list[StatementEvent]]:
    """The statements found that the annotators found too, by the actor's name that they gave."""
    found: dict[str, list[StatementEvent]] = {a["name"]: [] for a in annotated["actors"].values()}
    for gold in annotated["statements"]:
        name = annotated["actors"][gold["actor"]]["name"]
        best = max(events, key=lambda e, content=gold["content"]: likeness(e.content.spans, content))  # type: ignore[misc]
        if likeness(best.content.spans, gold["content"]) > 0.5:
            found[name].append(best)
    return found


def said(events: Iterable[StatementEvent], speaker: str) -> StatementEvent:
    (event,) = [e for e in events if e.speaker is not None and e.speaker.text == speaker]
    return event


async def test_an_actor_of_two_articles_has_one_profile_and_keeps_it_over_a_restart(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    for number in (1, 2):
        with WorkerProcess(settings, tmp_path) as worker:
            await publish(settings, [article(f"a{number}", published_at=f"2026-01-0{number}T08:00:00Z")])
            actors = await read_until(settings, declared(settings).actors, lambda r, n=number: len(r) == n)  # type: ignore[misc]
            assert worker.stop() == 0
    (profile,) = latest(actors).values()
    assert (profile.statement_count, profile.article_count) == (2, 2)
    assert profile.names == ("سامي الحداد",)
    assert (profile.first_seen.day, profile.last_seen.day) == (1, 2)
    assert set(profile.recent_statements) == {e.statement_id for e in await statements(settings)}


async def test_a_statement_is_a_cloud_event_and_keeps_its_id_when_other_paragraphs_change(
    settings: Settings, topics: None, tmp_path: Path
) -> None:
    first = article("a", "قال وزير الصحة سامي الحداد إن اللقاح متوفر.", source="الخبر")
    again = article("a", "مقدمة جديدة للخبر.\nقال وزير الصحة سامي الحداد إن اللقاح متوفر.", source="الخبر", version=2)
    with WorkerProcess(settings, tmp_path):
        await publish(settings, [(b"a", first), (b"a", again)])
        two = (await enriched_until(settings, 2))[1].statements[0]
        records = await read(settings, declared(settings).statements)
    (one,) = [decode_statement(r.value) for r in records]  # it is not told again
    assert one.statement_id == two.statement_id
    assert two.content.spans[0][0] - one.content.spans[0][0] == len("مقدمة جديدة للخبر.\n")
    headers = {name: value.decode() for name, value in records[0].headers}
    assert headers.pop("ce_time").endswith("Z")
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": one.statement_id,
        "ce_type": "qawl.statement.v1",
        "ce_source": "/qawl/الخبر",
        "content-type": "application/json",
    }
