"""Workers as processes, a feed, faults at random; then the comparison."""

import asyncio
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from streams.extraction import Extractor
from streams.kafka.topics import create
from streams.settings import Settings
from tests.faults.brokers import Broker
from tests.faults.comparison import Expectation, Result, compare
from tests.faults.feed import Feed
from tests.kafka.pipeline import WORKER, worker_environment

_LOOK = 0.3  # seconds between two looks at whether a worker has ended
_ZOMBIE_SECONDS = 14.0  # more than the session timeout
_STUCK_SECONDS = 45.0  # nothing more comes
_PAUSES = (2.0, 7.0)  # between two faults
Command = Sequence[str]
Fault = Callable[["Crew", list[str]], Coroutine[Any, Any, None]]


class Crew:
    """Workers that are started again when they end, as an operator's supervisor does."""

    def __init__(self, settings: Settings, folder: Path, command: Command) -> None:
        self._settings, self._folder, self._command = settings, folder, command
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._wanted: set[str] = set()

    def add(self, name: str) -> None:
        """One more worker."""
        self._wanted.add(name)
        self._start(name)

    def remove(self, name: str) -> None:
        """SIGTERM, for good."""
        self._wanted.discard(name)
        self._processes[name].terminate()

    def signal(self, name: str, how: signal.Signals) -> None:
        """Send a signal."""
        self._processes[name].send_signal(how)

    async def watch(self) -> None:
        """Start again whoever has ended."""
        while True:
            await asyncio.sleep(_LOOK)
            for name in sorted(self._wanted):
                if self._processes[name].poll() is not None:
                    self._start(name)

    def stop(self) -> None:
        """End all."""
        self._wanted.clear()
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()

    def _start(self, name: str) -> None:
        environment = worker_environment(self._settings, QAWL_WORKER_ID=name)
        with (self._folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self._command, env=environment, cwd=self._folder, stdout=log, stderr=log, start_new_session=True
            )


class Harness:
    """One run. Faults come in rounds that hold each of them once, in random order."""

    def __init__(self, broker: Broker, workers: int, seed: int, rate: float, command: Command = WORKER) -> None:
        self._broker, self._workers, self._rate, self._command = broker, workers, rate, command
        self._seed, self._draw = seed, random.Random(seed)
        self.faults: Counter[str] = Counter()

    async def run(self, seconds: float, folder: Path, partitions: int = 8) -> Result:
        """Feed and disturb for `seconds`, at least one round of faults; wait until all is done; compare."""
        settings = Settings(
            kafka_bootstrap=self._broker.bootstrap, topic_prefix=f"faults{self._seed}.", partitions=partitions
        )
        await create(settings)
        crew, feed = Crew(settings, folder, self._command), Feed(settings, self._rate, self._seed)
        names = [f"worker-{n}" for n in range(1, self._workers + 1)]
        for name in names:
            crew.add(name)
        watching, feeding = asyncio.create_task(crew.watch()), asyncio.create_task(feed.run())
        try:
            ends = time.monotonic() + seconds
            await asyncio.sleep(5)
            while not self.faults or time.monotonic() < ends:
                for fault in self._round():
                    await fault(crew, names)
                    await asyncio.sleep(self._draw.uniform(*_PAUSES))
                    if feeding.done():
                        feeding.result()
            feed.end()
            await feeding
            return await self._drained(settings)
        finally:
            watching.cancel()
            feeding.cancel()
            await asyncio.to_thread(crew.stop)

    def _round(self) -> list[Fault]:
        faults: list[Fault] = [self._kill, self._kill, self._terminate]
        if self._broker.name == "apache":
            faults.append(self._restart_broker)
        if self._broker.expires:
            faults += [self._pause, self._join]
        self._draw.shuffle(faults)
        return faults

    async def _kill(self, crew: Crew, names: list[str]) -> None:
        self.faults["kill"] += 1
        crew.signal(self._draw.choice(names), signal.SIGKILL)

    async def _terminate(self, crew: Crew, names: list[str]) -> None:
        self.faults["terminate"] += 1
        crew.signal(self._draw.choice(names), signal.SIGTERM)

    async def _join(self, crew: Crew, names: list[str]) -> None:
        """A worker joins, and leaves again."""
        self.faults["join"] += 1
        crew.add("guest")
        await asyncio.sleep(self._draw.uniform(4, 8))
        self.faults["leave"] += 1
        crew.remove("guest")

    async def _pause(self, crew: Crew, names: list[str]) -> None:
        """A worker sleeps past its session timeout and wakes up as a zombie."""
        self.faults["zombie"] += 1
        name = self._draw.choice(names)
        crew.signal(name, signal.SIGSTOP)
        await asyncio.sleep(_ZOMBIE_SECONDS)
        with suppress(ProcessLookupError):
            crew.signal(name, signal.SIGCONT)

    async def _restart_broker(self, crew: Crew, names: list[str]) -> None:
        kill = self._draw.random() < 0.5
        self.faults["broker killed" if kill else "broker restarted"] += 1
        await asyncio.to_thread(self._broker.restart, kill=kill)

    async def _drained(self, settings: Settings) -> Result:
        """The comparison, once nothing is missing or has been missing for too long, and nothing more comes."""
        expectation = Expectation(settings, await asyncio.to_thread(Extractor.load))
        before, since = -1, time.monotonic()
        while True:
            result = await compare(settings, expectation)
            missing = result.lost + result.different
            if missing != before:
                before, since = missing, time.monotonic()
            if missing == 0 or time.monotonic() - since > _STUCK_SECONDS:
                await asyncio.sleep(2)
                return await compare(settings, expectation)
            await asyncio.sleep(1)


async def short_run(broker: Broker, seed: int, folder: Path | None = None, command: Command = WORKER) -> Result:
    """About a minute with every fault at least once; for the tests."""
    with tempfile.TemporaryDirectory(prefix="qawl-faults-") as temporary:
        broker.start()
        try:
            # In a group of several noida-db may wait for ever for a member that stays away: one worker there.
            harness = Harness(broker, workers=2 if broker.expires else 1, seed=seed, rate=8, command=command)
            return await harness.run(0, folder or Path(temporary), partitions=4)
        finally:
            broker.stop()
