"""Drop folders: whole files are read once and moved, unfinished ones are left alone."""

import asyncio
import os
from pathlib import Path

import pytest

from streams.ingest import newsml, ninjs
from streams.ingest.draft import Item, Rules
from streams.ingest.folder import DropFolder, receive
from streams.ingest.intake import Intake, Outcome
from streams.ingest.state import State
from streams.settings import Settings
from tests.ingest.running import SAMPLES, articles, command, ingest, letters, run
from tests.ingest.test_formats import BOMB
from tests.kafka.pipeline import WorkerProcess


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "wire"
    made.mkdir()
    return made


def put(folder: Path, name: str, data: bytes | None = None) -> Path:
    path = folder / name
    path.write_bytes((SAMPLES / name).read_bytes() if data is None else data)
    return path


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.is_file())


async def received(settings: Settings, folder: Path, settle: float = 0.0) -> list[Outcome]:
    """Everything in the folder, read as its name's end says."""

    def read(path: Path) -> list[Item]:
        reader = newsml.items if path.suffix == ".xml" else ninjs.items
        return reader(path.read_bytes(), Rules(), origin=path.name)

    async def work(intake: Intake, state: State) -> list[Outcome]:
        return await receive(DropFolder(folder, settle), read, intake, once=True)

    outcomes = await run(settings, work, "ninjs")
    assert outcomes is not None
    return outcomes


async def test_files_are_read_and_moved_to_done(settings: Settings, folder: Path) -> None:
    for name in ("ninjs-1.json", "ninjs-2.json", "ninjs-3.json", "newsml-item.xml", "newsml-message.xml"):
        put(folder, name)
    assert await received(settings, folder) == ["accepted"] * 6
    assert names(folder) == []
    assert len(names(folder / "done")) == 5
    assert len(await articles(settings)) == 6


@pytest.mark.parametrize("name", ["ninjs-1.json", "newsml-item.xml"])
async def test_files_in_windows_1256_that_say_they_are_utf_8(settings: Settings, folder: Path, name: str) -> None:
    put(folder, name, (SAMPLES / name).read_text(encoding="utf-8").encode("cp1256"))
    assert await received(settings, folder) == ["accepted"]
    assert [a.title for a in await articles(settings)] == [
        {"ninjs-1.json": "اللقاح متوفر في جميع المدن", "newsml-item.xml": "المرفأ يستأنف العمل"}[name]
    ]


async def test_a_wire_sends_a_name_again(settings: Settings, folder: Path) -> None:
    for _ in range(2):
        put(folder, "ninjs-1.json")
        await received(settings, folder)
    assert names(folder / "done") == ["ninjs-1.1.json", "ninjs-1.json"]
    assert len(await articles(settings)) == 1


BAD = {
    "bomb.xml": BOMB,
    "cut.xml": (SAMPLES / "newsml-item.xml").read_bytes()[:900],
    "cut.json": (SAMPLES / "ninjs-1.json").read_bytes()[:300],
    "empty.xml": b"",
}


async def test_what_cannot_be_read_fails_with_the_reason(settings: Settings, folder: Path) -> None:
    for name, data in BAD.items():
        put(folder, name, data)
    put(folder, "ninjs-1.json")
    outcomes = await received(settings, folder)
    assert sorted(outcomes) == ["accepted"] + ["rejected"] * 4
    assert names(folder / "failed") == sorted([*BAD, *(f"{name}.reason.txt" for name in BAD)])
    assert "expected XML without entities" in (folder / "failed" / "bomb.xml.reason.txt").read_text()
    assert (folder / "failed" / "cut.json").read_bytes() == BAD["cut.json"]
    assert {letter.value for letter in await letters(settings)} == set(BAD.values())


NAMES = {
    "letters of windows-1256": os.fsdecode("قال.xml".encode("cp1256")),
    "120 letters of two bytes each": "ق" * 120 + ".xml",
    "a name that is an ending": "a." + "ق" * 120,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("data", [b"<cut", (SAMPLES / "newsml-item.xml").read_bytes()], ids=["unreadable", "whole"])
async def test_a_file_may_be_called_whatever_it_likes(settings: Settings, folder: Path, name: str, data: bytes) -> None:
    (folder / NAMES[name]).write_bytes(data)
    drop = DropFolder(folder, 0)

    def read(path: Path) -> list[Item]:
        return newsml.items(path.read_bytes(), Rules(), origin=path.name)

    async def work(intake: Intake, state: State) -> list[Outcome]:
        return await receive(drop, read, intake, once=True)

    assert await run(settings, work, "newsml") == (["rejected"] if data == b"<cut" else ["accepted"])
    kept = names(folder / ("failed" if data == b"<cut" else "done"))
    assert len(kept) == (2 if data == b"<cut" else 1)


async def test_pictures_are_done_and_give_nothing(settings: Settings, folder: Path) -> None:
    put(folder, "photo.json", b'{"uri": "urn:x", "type": "picture"}')
    assert await received(settings, folder) == []
    assert names(folder / "done") == ["photo.json"]


async def test_a_file_that_is_being_written_is_left_alone(folder: Path) -> None:
    drop, path = DropFolder(folder, 0.3), put(folder, "slow.json", b"{")
    for _ in range(4):
        assert drop.ready() == []
        with path.open("ab") as file:
            file.write(b" ")
        await asyncio.sleep(0.1)
    assert drop.ready() == []
    await asyncio.sleep(0.35)
    assert drop.ready() == [path]


@pytest.mark.parametrize("name", [".hidden.json", "a.json.part", "a.json.tmp", "a.filepart", "a.json~", "A.TMP"])
def test_unfinished_names_are_left_alone(folder: Path, name: str) -> None:
    put(folder, name, b"{}")
    drop = DropFolder(folder, 0)
    assert drop.ready() == []
    assert drop.is_empty()


def test_links_and_folders_are_left_alone(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "link.json").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.json")
    assert DropFolder(folder, 0).ready() == []


async def test_two_receivers_of_one_folder(settings: Settings, folder: Path) -> None:
    """They may both see a file before one moves it."""
    drop, path = DropFolder(folder, 0), put(folder, "ninjs-1.json")
    assert drop.ready() == [path]
    path.unlink()

    async def work(intake: Intake, state: State) -> list[Outcome]:
        drop.ready = lambda: [path]  # type: ignore[method-assign]
        return await receive(drop, lambda p: ninjs.items(p.read_bytes(), Rules(), origin=""), intake, once=True)

    assert await run(settings, work, "ninjs") == []


async def test_a_service_takes_what_comes_until_it_is_told_to_end(settings: Settings, folder: Path) -> None:
    process = WorkerProcess(
        settings,
        folder.parent,
        ingest("ninjs", str(folder), "--settle", "0.1"),
        QAWL_DATA_DIR=str(settings.data_dir),
    )
    process.start()
    for name in ("ninjs-1.json", "ninjs-2.json"):
        put(folder, name)
        await asyncio.to_thread(process.until, (folder / "done" / name).exists, "has not read it")
    assert process.metric("qawl_ingest_articles_total", source="ninjs", outcome="accepted") == 2
    assert await asyncio.to_thread(process.stop) == 0
    assert len(await articles(settings)) == 2


def test_the_commands_read_a_folder_a_file_and_standard_input(settings: Settings, folder: Path) -> None:
    put(folder, "ninjs-1.json")
    done = command(settings, "ninjs", str(folder), "--once", "--settle", "0")
    assert done.returncode == 0, done.stderr
    assert b"1 item: 1 accepted" in done.stderr
    done = command(settings, "newsml", "-", stdin=(SAMPLES / "newsml-message.xml").read_bytes())
    assert done.returncode == 0, done.stderr
    done = command(settings, "newsml", str(put(folder, "cut.xml", BAD["cut.xml"])))
    assert done.returncode == 1
    assert b"expected XML" in done.stderr
    assert len(asyncio.run(articles(settings))) == 3


async def test_a_file_that_is_written_anew_while_it_is_read_is_read_again(settings: Settings, folder: Path) -> None:
    path = put(folder, "ninjs-1.json")
    again = path.read_bytes().replace("و".encode(), "وو".encode(), 1).replace(b'"version"', b'"Version"')

    def read(found: Path) -> list[Item]:
        items = ninjs.items(found.read_bytes(), Rules(), origin=found.name)
        if found.read_bytes() != again:
            found.write_bytes(again)
        return items

    async def work(intake: Intake, state: State) -> list[Outcome]:
        return await receive(DropFolder(folder, 0), read, intake, once=True)

    outcomes = await run(settings, work, "ninjs")
    assert outcomes is not None
    assert len(outcomes) == 2
    assert (folder / "done" / path.name).read_bytes() == again


async def test_a_file_that_may_not_be_read_keeps_no_other_from_being_read(settings: Settings, folder: Path) -> None:
    put(folder, "ninjs-1.json")
    put(folder, "ninjs-2.json")

    def read(found: Path) -> list[Item]:
        if found.name == "ninjs-1.json":
            raise PermissionError(13, "Permission denied")
        return ninjs.items(found.read_bytes(), Rules(), origin=found.name)

    async def work(intake: Intake, state: State) -> list[Outcome]:
        return await receive(DropFolder(folder, 0), read, intake, once=True)

    assert sorted(await run(settings, work, "ninjs") or []) == ["accepted", "rejected"]
    assert names(folder) == ["ninjs-1.json"]


async def test_somebody_tidied_up(settings: Settings, folder: Path) -> None:
    drop = DropFolder(folder, 0)
    (folder / "done").rmdir()
    path = put(folder, "ninjs-1.json")
    drop.done(path)
    drop.done(path)  # another receiver was quicker
    assert names(folder / "done") == ["ninjs-1.json"]
