"""The bundled sample feed: articles written for Qawl, in the manner of different papers."""

from importlib.resources import files


def sample_feed() -> list[bytes]:
    """The feed's articles, one JSON object each, ready to publish."""
    return [line for line in (files(__package__) / "feed.jsonl").read_bytes().split(b"\n") if line.strip()]
