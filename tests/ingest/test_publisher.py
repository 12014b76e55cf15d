"""A broker that is away for a while: nothing is lost, nothing is told to be safe before it is, nothing comes twice."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from streams.ingest.intake import Intake
from streams.kafka.topics import create
from streams.settings import Settings
from tests.ingest.running import articles, item_of, run


def deployment(broker: EmbeddedBroker, tmp_path: Path) -> Settings:
    return Settings(kafka_bootstrap=broker.bootstrap, partitions=2, data_dir=tmp_path / "data")


async def test_a_broker_that_is_silent_for_a_while(tmp_path: Path) -> None:
    with EmbeddedBroker() as broker:
        settings = deployment(broker, tmp_path)
        await create(settings)

        async def work(intake: Intake, state: Any) -> None:
            await intake.take([item_of("before")])
            os.kill(broker.pid, signal.SIGSTOP)
            taking = asyncio.ensure_future(intake.take([item_of(f"a{n}") for n in range(50)]))
            await asyncio.sleep(1.5)
            assert not taking.done()
            assert state.known("a0") is None
            os.kill(broker.pid, signal.SIGCONT)
            assert await taking == ["accepted"] * 50

        await run(settings, work)
        assert len(await articles(settings)) == 51


async def test_a_broker_that_is_restarted(tmp_path: Path) -> None:
    port = free_port()
    first = EmbeddedBroker(tmp_path / "broker", port)
    first.start()
    settings = deployment(first, tmp_path)
    await create(settings)
    started: list[EmbeddedBroker] = []

    async def work(intake: Intake, state: Any) -> None:
        await intake.take([item_of("before")])
        await asyncio.sleep(1.5)  # the embedded broker writes once a second
        await asyncio.to_thread(first.stop)
        taking = asyncio.ensure_future(intake.take([item_of(f"a{n}") for n in range(50)]))
        await asyncio.sleep(0.5)
        again = EmbeddedBroker(tmp_path / "broker", port)
        await asyncio.to_thread(again.start)
        started.append(again)
        assert await taking == ["accepted"] * 50

    try:
        await run(settings, work)
        assert len({a.article_id for a in await articles(settings)}) == 51
    finally:
        for broker in started:
            broker.stop()


async def test_a_process_that_is_killed_sends_again_what_it_had_not_noted(tmp_path: Path) -> None:
    """Sent and not noted: it comes a second time in the same version, which the worker knows."""
    with EmbeddedBroker() as broker:
        settings = deployment(broker, tmp_path)
        await create(settings)

        async def killed(intake: Intake, state: Any) -> None:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(state, "note", lambda *_: None)
                await intake.take([item_of("a1")])

        async def again(intake: Intake, state: Any) -> list[Any]:
            return list(await intake.take([item_of("a1")]))

        await run(settings, killed)
        assert await run(settings, again) == ["accepted"]
        assert [(a.article_id, a.version) for a in await articles(settings)] == [("a1", 1)] * 2
