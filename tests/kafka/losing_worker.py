"""A worker that loses records between Kafka and its agents, as Faust may in a rebalance; otherwise `qawl worker`."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

from faust.types import TP

import streams.app
from streams.cli.worker import run
from streams.delivery import consumer
from streams.extraction import Extractor
from streams.observability import logs
from streams.observability.web import listen
from streams.settings import Settings

EVERY = 100


class Losing(consumer.Consumer):
    """Each 100th record that was fetched never arrives; the last 10 of `articles.raw`/0 do not the first time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._fetched = count(1)
        self._late: set[int] = set()

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:
        async for tp, message in super().getmany(timeout):
            first = message.offset not in self._late
            if tp.topic.endswith("articles.raw") and tp.partition == 0 and message.offset >= 40 and first:
                self._late.add(message.offset)
            elif next(self._fetched) % EVERY:
                yield tp, message


if __name__ == "__main__":
    logs.configure("json", "info")
    vars(streams.app)["Consumer"] = Losing
    consumer._STALLED_SECONDS = 2.0
    consumer._WATCH_SECONDS = 0.5
    run(Settings.load(), Extractor.load(), listen("127.0.0.1", 0))
