"""`qawl up` as a user runs it: a real process, what it prints, how it ends, and that nothing is left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from streams.kafka.topics import create
from streams.settings import Settings
from tests.conftest import REPOSITORY
from tests.kafka.pipeline import PATIENCE, article

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for what is left in /proc"),
]

UP = (sys.executable, "-m", "streams.cli", "up")
FIRST_STATEMENT_SECONDS = 10.0
SUMMARY = r"(\d+) articles, (\d+) statements, (\d+) actors, (\d+) dead letters, (\d+\.\d) seconds"


def one_line(pipe: IO[str] | None) -> str:
    """A line, and no byte more: `readline` would keep what follows from `communicate`, which then loses it."""
    assert pipe is not None
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(pipe.fileno(), 1)):
        line += byte
    return line.decode()


def _heed_interrupts() -> None:
    """As a terminal starts its programs: a script that was put into the background lets its own ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Up:
    """`qawl up` in an empty folder, with a mark in its environment by which all of its processes are found."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder, self.temporary = folder / "cwd", folder / "tmp"
        self.folder.mkdir()
        self.temporary.mkdir()
        self._mark = f"TEST_OF_UP={folder}"  # not QAWL_…: it would be told to be no setting
        name, _, value = self._mark.partition("=")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*UP, *arguments],
            cwd=self.folder,
            env=os.environ | {name: value, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(self.temporary)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )

    def first_line(self) -> tuple[str, float]:
        """The first line on the screen, and the seconds until it came."""
        return one_line(self.process.stdout), time.monotonic() - self.started

    def end(self) -> tuple[int, str, str]:
        """Exit status, standard output and standard error, once it has ended."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err

    def processes(self) -> set[int]:
        """Every process that was started by it and runs still."""
        found = set()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    marked = self._mark.encode() in (folder / "environ").read_bytes().split(b"\0")
                    dead = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
                except OSError:  # it has just ended, or is another user's
                    continue
                if marked and not dead:
                    found.add(int(folder.name))
        return found

    def nothing_is_left(self) -> bool:
        """No process and no file, after a moment for the last ones to end."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if not (self.processes() or [*self.temporary.iterdir()] or [*self.folder.iterdir()]):
                return True
            time.sleep(0.05)
        return False


@pytest.fixture
def running() -> Iterator[list[Up]]:
    """What a test starts; killed at the end, where the test did not end it."""
    started: list[Up] = []
    yield started
    for up in started:
        for pid in up.processes():
            os.kill(pid, signal.SIGKILL)
        up.process.wait()


@pytest.mark.parametrize("once", [False, True])
def test_when_its_broker_ends_it_says_so_and_leaves_nothing(once: bool, tmp_path: Path, running: list[Up]) -> None:
    up = Up(tmp_path, *(["--once"] if once else []))
    running.append(up)
    up.first_line()
    for pid in up.processes():
        if "noida-db" in Path(f"/proc/{pid}/cmdline").read_text().partition("\0")[0]:
            os.kill(pid, signal.SIGKILL)
    status, _, err = up.end()
    assert status == 1
    assert "qawl up: the embedded broker has ended; its log ends: " in err
    assert "Traceback" not in err
    assert up.nothing_is_left()


def feed_of(folder: Path, *lines: bytes) -> Path:
    file = folder / "feed.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


def test_once_shows_the_sample_ends_with_a_summary_and_leaves_nothing(tmp_path: Path, running: list[Up]) -> None:
    up = Up(tmp_path, "--once")
    running.append(up)
    first, seconds = up.first_line()
    assert first.count(" | ") == 3
    assert seconds < FIRST_STATEMENT_SECONDS
    status, out, err = up.end()
    lines = [first, *out.splitlines()]
    summary = re.fullmatch(SUMMARY, lines.pop())
    assert (status, summary is not None) == (0, True), out + err
    assert summary is not None
    articles, statements, actors, dead_letters = map(int, summary.groups()[:4])
    assert (articles, dead_letters) == (12, 0)
    assert statements == len(lines) > 50
    assert 10 < actors < statements
    for line in lines:  # time, then actor, verb, content, source
        assert re.match(r"\d\d:\d\d:\d\d  .+ \| .+ \| .+ \| .+$", line), line
    assert re.fullmatch(
        r"broker 127\.0\.0\.1:\d+  metrics http://127\.0\.0\.1:\d+/metrics\npage http://127\.0\.0\.1:\d+/\n", err
    )
    assert up.nothing_is_left()


def test_without_once_it_runs_until_ctrl_c(tmp_path: Path, running: list[Up]) -> None:
    up = Up(tmp_path)
    running.append(up)
    up.first_line()
    time.sleep(1.0)  # the sample is through; it goes on
    assert up.process.poll() is None
    assert len(up.processes()) >= 4  # itself, broker, worker, gateway
    os.killpg(up.process.pid, signal.SIGINT)  # as a terminal does
    status, _, err = up.end()
    assert (status, err.splitlines()[2:]) == (0, ["", "stopped"])
    assert up.nothing_is_left()


ENDS = [(signal.SIGINT, 0, "\nstopped\n"), (signal.SIGTERM, 143, ""), (signal.SIGKILL, -9, "")]


@pytest.mark.parametrize("seconds", [0.0, 0.3])
@pytest.mark.parametrize(("how", "status", "told"), ENDS)
def test_ended_while_it_starts_it_leaves_nothing(
    how: signal.Signals, status: int, told: str, seconds: float, tmp_path: Path, running: list[Up]
) -> None:
    up = Up(tmp_path)
    running.append(up)
    assert one_line(up.process.stderr).startswith("broker ")
    assert one_line(up.process.stderr).startswith("page ")  # worker and gateway have just been started
    time.sleep(seconds)
    up.process.send_signal(how)
    assert up.end() == (status, "", told)
    assert up.nothing_is_left()


def test_a_feed_of_ones_own_with_dead_letters(tmp_path: Path, running: list[Up]) -> None:
    feed = feed_of(tmp_path, article("one"), b"{ no JSON", b"", b'{"article_id": "two"}', article("three"))
    up = Up(tmp_path, "--once", "--feed", str(feed))
    running.append(up)
    status, out, err = up.end()
    lines = out.splitlines()
    assert status == 0, err
    assert re.fullmatch(SUMMARY, lines[-1])
    assert lines[-1].startswith("4 articles, 2 statements, 1 actors, 2 dead letters, ")
    assert len([line for line in lines if "سامي الحداد" in line]) == 2
    told = [line for line in err.splitlines() if line.startswith("dead letter: ")]
    assert len(told) == 2
    assert any(
        "body: expected this field, it is missing [articles.raw/" in line and line.endswith(", line 4 of the feed]")
        for line in told
    )
    assert up.nothing_is_left()


def test_an_empty_feed_ends_at_once(tmp_path: Path, running: list[Up]) -> None:
    up = Up(tmp_path, "--once", "--feed", str(feed_of(tmp_path)))
    running.append(up)
    status, out, err = up.end()
    assert (status, out.splitlines()[-1][:25]) == (0, "0 articles, 0 statements,"), err
    assert up.nothing_is_left()


async def test_on_a_kafka_in_use_only_its_own_articles_count(
    settings: Settings, tmp_path: Path, running: list[Up]
) -> None:
    """And the topics are made, where they are missing; the given Kafka runs on."""
    environment = {
        "QAWL_TOPIC_PREFIX": settings.topic_prefix,
        "QAWL_PARTITIONS": str(settings.partitions),
        "QAWL_HTTP_PORT": "0",
    }
    feed = feed_of(tmp_path, article("one"), article("two"))
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        arguments = ("--once", "--feed", str(feed), "--bootstrap", str(settings.kafka_bootstrap))
        up = Up(folder, *arguments, **environment)
        running.append(up)
        status, out, err = up.end()
        assert status == 0, err
        told = (
            "2 statements, 1 actors" if run == "first" else "0 statements, 0 actors"
        )  # what is known is not told again
        assert out.splitlines()[-1].startswith(f"2 articles, {told}, 0 dead letters, ")
        assert up.nothing_is_left()
    assert all(state.partitions == settings.partitions for state in await create(settings))


def test_wrong_options_are_one_clear_message(tmp_path: Path, running: list[Up]) -> None:
    up = Up(tmp_path, "--feed", "no-such.jsonl")
    running.append(up)
    status, out, err = up.end()
    assert (status, out) == (2, "")
    assert "'no-such.jsonl' does not exist" in err


def test_a_kafka_that_does_not_answer_is_one_clear_line(tmp_path: Path, running: list[Up]) -> None:
    up = Up(tmp_path, "--once", "--bootstrap", "127.0.0.1:1")
    running.append(up)
    status, out, err = up.end()
    assert (status, out) == (1, "")
    assert err.startswith("qawl up: no Kafka broker answers at 127.0.0.1:1 ")
    assert err.count("\n") == 1


def test_lines_are_what_a_consumer_reads_not_what_the_feed_says(tmp_path: Path, running: list[Up]) -> None:
    """A body with terminal controls must not rule the screen."""
    hostile = json.loads(article("h"))
    hostile["body"] = hostile["body"].replace("متوفر", "متوفر\x1b[2J\u202e")
    up = Up(tmp_path, "--once", "--feed", str(feed_of(tmp_path, json.dumps(hostile).encode())))
    running.append(up)
    status, out, _ = up.end()
    assert status == 0
    assert "متوفر[2J" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
