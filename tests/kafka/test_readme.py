"""The README's Python examples, run as they stand but for the broker's address, beside a worker."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from streams.embedded import EmbeddedBroker
from streams.kafka.topics import create
from streams.settings import Settings
from tests.kafka.pipeline import PATIENCE, WorkerProcess
from tests.unit.test_readme import blocks

pytestmark = pytest.mark.kafka


async def test_the_examples_publish_an_article_and_read_its_statements(tmp_path: Path) -> None:
    with EmbeddedBroker() as broker:  # of its own: the examples use the topics' names without a prefix
        settings = Settings(kafka_bootstrap=broker.bootstrap)
        await create(settings)
        publish, follow = (code.replace("localhost:9092", broker.bootstrap) for code in blocks("python"))
        with WorkerProcess(settings, tmp_path):
            subprocess.run([sys.executable, "-c", publish], check=True, timeout=PATIENCE)
            reader = await asyncio.create_subprocess_exec(sys.executable, "-c", follow, stdout=subprocess.PIPE)
            try:
                assert reader.stdout is not None
                async with asyncio.timeout(PATIENCE):
                    lines = [(await reader.stdout.readline()).decode().rstrip() for _ in range(2)]
            finally:
                reader.kill()
                await reader.wait()
    assert [line.partition(" ")[2] for line in lines] == [
        "/qawl/desk سامي الحداد اللقاح متوفر",
        "/qawl/desk سامي الحداد الحملة تبدأ غدا",
    ]
