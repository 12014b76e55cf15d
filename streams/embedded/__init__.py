"""A Kafka broker in a child process, so that `qawl up` and the tests need nothing installed beside Qawl."""

from streams.embedded.broker import BrokerFailed, EmbeddedBroker

__all__ = ["BrokerFailed", "EmbeddedBroker"]
