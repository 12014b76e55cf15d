"""What leaves, waits and stays, over a real broker and over restarts (each `take` is a process's life)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka.errors import TopicAuthorizationFailedError
from prometheus_client import REGISTRY

from schemas.codec import InvalidPayload
from streams.ingest.draft import Item
from streams.ingest.intake import Intake
from streams.ingest.publisher import Publisher
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.ingest.running import BODY, articles, header, item_of, letters, run, take
from tests.kafka.pipeline import read


async def test_an_article_leaves_once_under_its_id(settings: Settings) -> None:
    assert await take(settings, item_of()) == ["accepted"]
    assert await take(settings, item_of()) == ["duplicate"]
    (record,) = await read(settings, declared(settings).raw)
    assert record.key == b"a1"


async def test_a_source_that_numbers_versions_is_believed(settings: Settings) -> None:
    for version, outcome in [(2, "accepted"), (2, "duplicate"), (1, "outdated"), (3, "accepted")]:
        assert await take(settings, item_of(version=version)) == [outcome]
    assert [a.version for a in await articles(settings)] == [2, 3]


async def test_a_source_that_does_not_number_them_gives_a_version_for_each_change(settings: Settings) -> None:
    for body, outcome in [(BODY, "accepted"), (BODY + ".", "accepted"), (BODY + ".", "duplicate"), (BODY, "accepted")]:
        assert await take(settings, item_of(body=body)) == [outcome]
    assert [a.version for a in await articles(settings)] == [1, 2, 3]


async def test_the_same_article_twice_in_one_batch(settings: Settings) -> None:
    assert await take(settings, item_of(), item_of(), item_of(body=BODY + "!")) == ["accepted", "duplicate", "accepted"]
    assert [a.version for a in await articles(settings)] == [1, 2]


async def test_what_is_withheld_never_leaves(settings: Settings) -> None:
    assert await take(settings, item_of(version=1, status="withheld")) == ["withheld"]
    assert await articles(settings) == []
    assert await take(settings, item_of(version=2)) == ["accepted"]


async def test_what_is_withheld_later_is_taken_back_without_a_word_of_it(settings: Settings) -> None:
    later = item_of(version=2, body=f"{BODY} سر", title="سر", status="withheld")
    assert await take(settings, item_of(version=1), later, later) == ["accepted", "withheld", "duplicate"]
    _, notice = await articles(settings)
    assert (notice.version, notice.status, notice.body, notice.title) == (2, "withheld", "", None)


async def test_what_is_canceled_leaves_without_a_body(settings: Settings) -> None:
    assert await take(settings, item_of(version=1), item_of(version=2, status="canceled", body="")) == ["accepted"] * 2
    assert [(a.version, a.status) for a in await articles(settings)] == [(1, "usable"), (2, "canceled")]


async def test_an_embargo_is_waited_for_over_restarts(settings: Settings) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    assert await take(settings, item_of(version=1, embargoed_until=soon.isoformat())) == ["embargoed"]
    assert await take(settings, item_of(version=1, embargoed_until=soon.isoformat())) == ["duplicate"]
    assert await articles(settings) == []

    async def work(intake: Intake, state: Any) -> None:
        while state.count_waiting():
            await asyncio.sleep(0.05)

    await run(settings, work)
    (article,) = await articles(settings)
    assert datetime.now(UTC) > soon
    assert article.embargoed_until == soon
    assert await take(settings, item_of(version=1)) == ["duplicate"]


async def test_an_embargoed_article_that_no_broker_takes_is_a_dead_letter_when_it_is_due(settings: Settings) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=4)
    large = item_of(embargoed_until=soon.isoformat(), title="ع" * 9_000_000)
    assert await take(settings, large) == ["embargoed"]

    async def work(intake: Intake, state: Any) -> None:
        while state.count_waiting():
            await asyncio.sleep(0.05)

    await run(settings, work)
    assert await articles(settings) == []
    assert [header(letter, "error.type") for letter in await letters(settings)] == ["too_large"]


async def test_a_kill_during_the_embargo_ends_it(settings: Settings) -> None:
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    killed = item_of(version=2, status="canceled", body="")
    assert await take(settings, item_of(version=1, embargoed_until=later), killed) == ["embargoed", "accepted"]
    await asyncio.sleep(1.1)
    await take(settings)
    (notice,) = await articles(settings)
    assert (notice.status, notice.body, notice.title) == ("canceled", "", None)  # nobody learns what it was


async def test_a_kill_under_the_number_of_what_it_kills(settings: Settings) -> None:
    killed = item_of(version=1, status="canceled", body="")
    assert await take(settings, item_of(version=1), killed, killed) == ["accepted", "accepted", "duplicate"]
    assert [a.status for a in await articles(settings)] == ["usable", "canceled"]


async def test_an_embargo_that_is_over_holds_nothing(settings: Settings) -> None:
    assert await take(settings, item_of(embargoed_until="2020-01-01T00:00:00Z")) == ["accepted"]


async def test_the_same_story_in_another_paper_is_marked(settings: Settings) -> None:
    copy = BODY.replace("المستشفيات", "المشافي")
    other = " ".join(f"كلمة{n}" for n in range(40))
    items = [item_of("agency:1"), item_of("paper:1", copy), item_of("paper:2", other), item_of("radio:1", copy + ".")]
    assert await take(settings, *items[:2]) == ["accepted"] * 2
    assert await take(settings, *items[2:]) == ["accepted"] * 2  # the window outlives the process
    found = {a.article_id: a.duplicate_of for a in await articles(settings)}
    assert found == {"agency:1": None, "paper:1": "agency:1", "paper:2": None, "radio:1": "agency:1"}


async def test_a_new_version_repeats_nobody_but_whom_it_did(settings: Settings) -> None:
    await take(settings, item_of("agency:1", version=1), item_of("agency:1", body=BODY + " اليوم", version=2))
    assert [a.duplicate_of for a in await articles(settings)] == [None, None]


async def test_what_cannot_be_read_is_a_dead_letter_once(settings: Settings) -> None:
    why = InvalidPayload(error="not_xml", field="$", expected="expected XML")
    bad = Item("story.xml", b"<a>", rejected=why)
    assert await take(settings, bad, item_of()) == ["rejected", "accepted"]
    assert await take(settings, bad) == ["rejected"]
    (letter,) = await letters(settings)
    assert letter.value == b"<a>"
    assert header(letter, "error.type") == "not_xml"
    assert header(letter, "error.stage") == "ingest"
    assert header(letter, "error.message") == "story.xml: $: expected XML"
    assert header(letter, "source.topic") == declared(settings).raw.name


async def test_what_kafka_has_not_acknowledged_is_no_dead_letter_yet_and_is_sent_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = InvalidPayload(error="not_acknowledged", field="$", expected="expected XML")
    bad, counted = (
        Item("story.xml", b"<a>", rejected=why),
        ("qawl_deadletters_total", {"stage": "ingest", "error": why.error}),
    )

    async def refused(*_: Any) -> "asyncio.Future[None]":
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sent.set_exception(TopicAuthorizationFailedError())
        return sent

    with monkeypatch.context() as patched, pytest.raises(TopicAuthorizationFailedError):
        patched.setattr(Publisher, "send", refused)
        await take(settings, bad)
    assert REGISTRY.get_sample_value(*counted) is None
    assert await take(settings, bad, bad) == ["rejected"] * 2
    assert [letter.value for letter in await letters(settings)] == [b"<a>"]
    assert REGISTRY.get_sample_value(*counted) == 1


async def test_a_signal_loses_nothing_that_was_sent(settings: Settings) -> None:
    """Stopped in the middle of a batch: what was handed over is noted, so that it does not come twice."""
    import os
    import signal

    async def work(intake: Intake, state: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        for n in range(200):
            await intake.take([item_of(f"a{n}")])

    await run(settings, work)
    sent = {a.article_id for a in await articles(settings)}

    async def known(intake: Intake, state: Any) -> set[str]:
        return {f"a{n}" for n in range(200) if state.known(f"a{n}") is not None}

    assert await run(settings, known) == sent


async def test_a_hundred_thousand_characters_of_anything(settings: Settings) -> None:
    assert await take(settings, item_of(body="قال " * 25_000)) == ["accepted"]


@pytest.mark.parametrize("setting", ["Nowhere/Town", "/etc", ""])
def test_a_zone_that_there_is_not_is_told(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from streams.settings import SettingsError

    monkeypatch.setenv("QAWL_INGEST_ZONE", setting)
    if setting:
        with pytest.raises(SettingsError, match="QAWL_INGEST_ZONE"):
            Settings.load()
    else:
        assert Settings.load().ingest_zone == "UTC"
