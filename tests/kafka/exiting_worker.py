"""`qawl worker` that one article ends at once, as a crash in native code would."""

import os
from typing import Any

from schemas import Article
from streams.cli.worker import run
from streams.extraction import Extractor
from streams.extraction.pipeline import Enrichment
from streams.observability import logs
from streams.observability.web import listen
from streams.settings import Settings


class Exiting(Extractor):
    """Exits on the article `poison`."""

    def enrich(self, article: Article, **options: Any) -> Enrichment:
        if article.article_id == "poison":
            os._exit(77)
        return super().enrich(article, **options)


if __name__ == "__main__":
    logs.configure("json", "info")
    loaded = Extractor.load()
    exiting = Exiting(loaded._lexicon, loaded._encoder, loaded.entities, loaded._models, loaded._identities)
    run(Settings.load(), exiting, listen("127.0.0.1", 0))
