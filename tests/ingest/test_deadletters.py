"""What a source gave and nobody could read: listed, shown, and sent on once its cause is gone."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.tally import Tally
from streams.cli.up import _show
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.ingest.running import BODY, SAMPLES, command, environment, letters
from tests.kafka.pipeline import WorkerProcess, article, enriched_until, read

LONG = json.dumps({"article_id": "long", "body": f"{BODY}. " * 20}, ensure_ascii=False).encode()


def deadletters(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`qawl deadletters …` as a user runs it."""
    command = [sys.executable, "-m", "streams.cli", "deadletters", *arguments]
    return subprocess.run(command, env=environment(settings), capture_output=True, text=True, timeout=60, check=False)


def places(settings: Settings) -> list[str]:
    """Where those lie that were not sent back."""
    return [line.split()[0] for line in deadletters(settings, "list").stdout.splitlines()]


async def keys(settings: Settings) -> list[bytes | None]:
    """Those of what `articles.raw` holds."""
    return [record.key for record in await read(settings, declared(settings).raw)]


async def test_a_body_that_was_too_long_is_sent_on_once_when_longer_ones_are_allowed(
    settings: Settings, tmp_path: Path
) -> None:
    strict = settings.model_copy(update={"max_body_chars": 1000})
    refused = await asyncio.to_thread(command, strict, "jsonl", "-", stdin=LONG)
    assert (refused.returncode, b"1 item: 1 rejected" in refused.stderr) == (1, True)
    listed = deadletters(strict, "list").stdout
    assert "body_too_long" in listed
    assert "qawl ingest" in listed
    (place,) = places(strict)
    assert deadletters(strict, "show", place).stdout.encode() == LONG

    too_early = deadletters(strict, "replay", place)
    assert (too_early.returncode, "is no article: body: expected at most 1000" in too_early.stderr) == (1, True)
    assert await keys(settings) == []

    with WorkerProcess(settings, tmp_path):
        done = deadletters(settings, "replay", place)
        assert done.stdout == f"{place}  sent to {settings.topic_prefix}articles.raw\n"
        (enriched,) = await enriched_until(settings, 1)
    assert enriched.article_id == "long"
    again = deadletters(settings, "replay", place)
    assert (again.returncode, "was sent back at" in again.stderr) == (1, True)
    assert places(settings) == []
    assert await keys(settings) == [b"long"]  # its own id, so that its next version comes behind it


async def test_what_is_no_article_goes_nowhere_before_it_is_repaired(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = (SAMPLES / "newsml-item.xml").read_bytes()[:900]
    await asyncio.to_thread(command, settings, "newsml", "-", stdin=cut)
    (place,) = places(settings)
    as_it_is = deadletters(settings, "replay", place)
    assert (as_it_is.returncode, "give an article with --value FILE" in as_it_is.stderr) == (1, True)
    assert places(settings) == [place]

    repaired = tmp_path / "repaired.json"
    repaired.write_bytes(article("port"))
    assert deadletters(settings, "replay", place, "--value", str(repaired)).returncode == 0
    assert places(settings) == []
    assert await keys(settings) == [b"port"]

    for record in await letters(settings):  # the letter, and the note that it was sent back
        _show(declared(settings), Tally(), record)
    shown = capsys.readouterr().err
    assert "[qawl ingest]" in shown
    assert shown.count("\n") == 1
