"""`qawl deadletters`: what is there, what it holds, and sending it back once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from streams.delivery.replay import NotReplayable, Place, replay
from streams.kafka.security import client_options
from streams.kafka.topics import create, declared
from streams.settings import Settings
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, publish, read, read_until, worker_environment

pytestmark = pytest.mark.kafka


@pytest_asyncio.fixture
async def topics(settings: Settings) -> AsyncIterator[None]:
    await create(settings)
    yield


async def qawl(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`qawl deadletters …` against the deployment."""
    environment = worker_environment(settings)
    command = [sys.executable, "-m", "streams.cli", "deadletters", *arguments]
    return await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, timeout=60)


async def test_a_dead_letter_is_repaired_and_sent_back_once(settings: Settings, topics: None, tmp_path: Path) -> None:
    with WorkerProcess(settings, tmp_path):
        await publish(settings, [(b"broken", b'{"article_id": "broken"}'), (b"worse", b"\xff")])
        await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 2)
        listed = (await qawl(settings, "list")).stdout.decode().splitlines()
        assert len(listed) == 2
        (line,) = [x for x in listed if "missing_field" in x]
        place = line.split()[0]
        shown = await qawl(settings, "show", place)
        assert shown.stdout == b'{"article_id": "broken"}'
        assert b"body: expected this field, it is missing" in shown.stderr

        repaired = tmp_path / "repaired.json"
        repaired.write_bytes(article("broken"))
        done = await qawl(settings, "replay", place, "--value", str(repaired))
        assert done.stdout.decode() == f"{place}  sent to {settings.topic_prefix}articles.raw\n"
        (enriched,) = await enriched_until(settings, 1)
        assert enriched.article_id == "broken"

        again = await qawl(settings, "replay", place)
        assert again.returncode == 1
        assert f"the dead letter at {place} was sent back at " in again.stderr.decode()
        left = (await qawl(settings, "list")).stdout.decode().splitlines()
        assert len(left) == 1 and "not_utf8" in left[0]
        assert len((await qawl(settings, "list", "--all")).stdout.decode().splitlines()) == 2
    assert len(await read(settings, declared(settings).raw)) == 3


async def test_all_of_a_kind_at_once(settings: Settings, topics: None, tmp_path: Path) -> None:
    with WorkerProcess(settings, tmp_path):
        await publish(settings, [(b"a", b"{"), (b"b", b"{{"), (b"c", b"\xff")])
        await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 3)
        done = await qawl(settings, "replay", "--error", "not_json")
        assert len(done.stdout.decode().splitlines()) == 2
        # What is still wrong comes back as a new dead letter; with the notes that two were sent back there are seven.
        await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 7)
        left = (await qawl(settings, "list", "--error", "not_json")).stdout.decode().splitlines()
        assert len(left) == 2


async def test_a_place_that_is_named_twice_is_sent_once(settings: Settings, topics: None, tmp_path: Path) -> None:
    with WorkerProcess(settings, tmp_path):
        await publish(settings, [(b"a", b"{")], partition=0)
        await read_until(settings, declared(settings).deadletter, lambda found: len(found) == 1)
        done = await qawl(settings, "replay", "0@0", "0@0")
        assert done.stdout.decode().count("0@0  sent to ") == 1
    assert len(await read(settings, declared(settings).raw)) == 2


async def test_nothing_is_sent_before_all_notes_can_be_read(
    settings: Settings, topics: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a transaction that is still open the note may stand that a letter was sent back."""
    letters = declared(settings).deadletter
    with WorkerProcess(settings, tmp_path) as worker:
        await publish(settings, [(b"a", b"{")], partition=0)
        (letter,) = await read_until(settings, letters, lambda found: len(found) == 1)
        assert worker.stop() == 0
    place = Place(letter.partition, letter.offset)
    other = AIOKafkaProducer(**client_options(settings), transactional_id=f"{settings.topic_prefix}other")
    await other.start()
    try:
        await other.begin_transaction()
        await other.send_and_wait(letters.name, b"open", b"k", partition=letter.partition)
        with monkeypatch.context() as m:
            m.setattr("streams.delivery.replay._OPEN_SECONDS", 1.0)
            with pytest.raises(NotReplayable, match="does not end"):
                await replay(settings, [place])
        assert len(await read(settings, declared(settings).raw)) == 1
        waiting = asyncio.create_task(replay(settings, [place]))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        await other.commit_transaction()
        assert [sent.place for sent in await waiting] == [place]
    finally:
        await other.stop()
    assert len(await read(settings, declared(settings).raw)) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("replay", "0@99"), 1, "there is no dead letter at 0@99"),
        (("show", "0@99"), 1, "there is no dead letter at 0@99"),
        (("show", "nonsense"), 2, "expected PARTITION@OFFSET"),
        (("replay",), 2, "name places, or a kind with --error"),
    ],
)
async def test_what_cannot_be_done_is_one_clear_line(
    settings: Settings, topics: None, arguments: tuple[str, ...], status: int, told: str
) -> None:
    done = await qawl(settings, *arguments)
    assert done.returncode == status
    assert told in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
