"""An index of what the topics hold, for questions about the past: a SQLite file that is rebuilt from Kafka."""

from streams.gateway.index.builder import Builder
from streams.gateway.index.store import Store

__all__ = ["Builder", "Store"]
