"""What an operator reads while no broker answers."""

import logging
import time

import pytest

from streams.observability.logs import BrokerTrouble, configure


def record(logger: str, message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord(logger, logging.ERROR, "", 0, message, args, None)


def connecting() -> logging.LogRecord:
    return record("aiokafka", "Unable connect to node with id %s: %s", 1, "[Errno 111] Connect call failed")


def test_a_broker_that_is_gone_is_told_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    trouble, first = BrokerTrouble(), connecting()
    assert trouble.filter(first)
    assert first.getMessage() == (
        "no answer from the Kafka broker, trying again: "
        "Unable connect to node with id 1: [Errno 111] Connect call failed"
    )
    fetching = record("aiokafka.consumer.fetcher", "Failed fetch messages from %s: %s", 1, "NodeNotReadyError: …")
    assert not any(trouble.filter(r) for r in (connecting(), fetching, connecting()))
    now += 5.0
    again = connecting()
    assert trouble.filter(again)
    assert again.getMessage().endswith(" (3 more since the last of these)")


def test_no_chatter_below_the_level_that_was_asked_for() -> None:
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    try:
        for level, expected in (("error", logging.ERROR), ("info", logging.WARNING), ("debug", logging.DEBUG)):
            configure("json", level)
            assert logging.getLogger("faust").level == expected
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]


def test_nothing_else_is_kept_back() -> None:
    trouble = BrokerTrouble()
    for _ in range(2):
        assert trouble.filter(record("aiokafka", "Topic %s not found", "x"))
        assert trouble.filter(record("streams.app", "Unable to connect"))
