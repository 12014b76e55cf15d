"""How the worker is wired together."""

from streams.app import create_app
from streams.extraction import Extractor
from streams.settings import Settings


def test_what_waits_for_the_agents_is_bounded(extractor: Extractor) -> None:
    app = create_app(Settings(kafka_bootstrap="localhost:9092"), extractor)
    agents = app.agents
    # Faust would let 4096 articles wait, each of which may have megabytes
    assert agents["enrich"].channel.maxsize == 80
    assert agents["profile"].channel.maxsize == 1024
    assert app.conf.broker_max_poll_records == 16
