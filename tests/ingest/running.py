"""Sources run in this process or as a command, and what the topics hold then."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from aiokafka import ConsumerRecord

from schemas import Article
from schemas.codec import decode_article
from streams.ingest import service
from streams.ingest.draft import Draft, Item, Rules, item
from streams.ingest.intake import Intake, Outcome
from streams.ingest.service import Work
from streams.kafka.topics import declared
from streams.settings import Settings
from tests.kafka.pipeline import read, worker_environment

T = TypeVar("T")
SAMPLES = Path(__file__).parent / "samples"
BODY = (
    "قال وزير الصحة سامي الحداد إن اللقاح متوفر في جميع المدن والقرى منذ صباح اليوم وأضاف أن الحملة تبدأ غدا في "
    "المدارس ثم تنتقل بعد أسبوعين إلى المراكز الصحية والمستشفيات في المحافظات الشمالية"
)


async def run(settings: Settings, work: Work[T], source: str = "jsonl") -> T | None:
    """A source's work as its process does it, from opening its state to closing it."""
    return await service.run(settings, source, work)


async def take(settings: Settings, *items: Item) -> list[Outcome]:
    """One run of a process that is given these items."""

    async def work(intake: Intake, _: Any) -> list[Outcome]:
        return await intake.take(items)

    outcomes = await run(settings, work)
    assert outcomes is not None
    return outcomes


def item_of(article_id: str = "a1", body: str = BODY, **fields: Any) -> Item:
    """An item with an article."""
    return item(Draft(article_id=article_id, body=body, **fields), Rules(), origin="test", raw=body.encode())


async def articles(settings: Settings) -> list[Article]:
    """What `articles.raw` holds."""
    return [decode_article(record.value) for record in await read(settings, declared(settings).raw)]


async def letters(settings: Settings) -> list[ConsumerRecord]:
    """What the dead letters hold."""
    return await read(settings, declared(settings).deadletter)


def header(letter: ConsumerRecord, name: str) -> str:
    """One header of a dead letter."""
    value: bytes = dict(letter.headers)[name]
    return value.decode()


def lines(*values: object) -> bytes:
    """JSON Lines."""
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def command(
    settings: Settings, *arguments: str, stdin: bytes = b"", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`qawl ingest …` as a user runs it, with more in its environment."""
    env = {**environment(settings), **(more or {})}
    return subprocess.run(ingest(*arguments), env=env, input=stdin, capture_output=True, timeout=60, check=False)


def ingest(*arguments: str) -> Sequence[str]:
    """The command line."""
    return (sys.executable, "-m", "streams.cli", "ingest", *arguments)


def environment(settings: Settings) -> dict[str, str]:
    """What the command needs to run on a deployment."""
    return {**os.environ, **worker_environment(settings), "QAWL_DATA_DIR": str(settings.data_dir)}
