"""`qawl worker`, but extraction fails on articles of certain ids, or ends the process. Run as a program."""

import os
import time
from datetime import datetime
from typing import Any

import msgspec

from schemas import Article
from streams.cli.worker import run
from streams.delivery import outbox
from streams.extraction import Enrichment, ExtractionFailed, Extractor
from streams.observability import logs
from streams.observability.web import listen
from streams.settings import Settings


class Failing(Extractor):
    """The real extractor, except for a few articles."""

    def __init__(self, real: Extractor) -> None:
        self._real = real

    def enrich(self, article: Article, *, extracted_at: datetime, clock: Any) -> Enrichment:
        if article.article_id == "raises":
            raise ExtractionFailed("actors", article.article_id, ZeroDivisionError("division by zero \ud800"))
        if article.article_id == "sleeps":
            time.sleep(float(os.environ["QAWL_TEST_SLEEP_SECONDS"]))
        if article.article_id == "poison":
            os._exit(77)  # as a crash in native code would
        if article.article_id == "interrupts":
            raise ExtractionFailed("contents", article.article_id, RecursionError())
        result = self._real.enrich(article, extracted_at=extracted_at, clock=clock)
        if article.article_id == "swells":
            swollen = msgspec.structs.replace(result.enriched, categories=("x" * 17_000_000,))
            return Enrichment(swollen, result.events)
        return result


if __name__ == "__main__":
    outbox._SETTLE_SECONDS = float(os.environ.get("QAWL_TEST_SETTLE_SECONDS", outbox._SETTLE_SECONDS))
    logs.configure("json", "info")
    run(Settings.load(), Failing(Extractor.load()), listen("127.0.0.1", 0))
