"""Logs for people (console) or for machines (JSON lines); a record may carry the article and its Kafka position."""

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any

# Set through `extra=position(...)`, shown where present.
_FIELDS = ("article_id", "topic", "partition", "offset", "stage", "error")


def position(topic: str, partition: int, offset: int, **more: Any) -> dict[str, Any]:
    """`extra` of a log call about one Kafka record."""
    return {"topic": topic, "partition": partition, "offset": offset, **more}


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339), level, logger, message, position fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class Console(logging.Formatter):
    """`10:31:07 warning streams.agents.enrich: message [topic/partition@offset article_id]`."""

    def format(self, record: logging.LogRecord) -> str:
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        text = f"{clock} {record.levelname.lower()} {record.name}: {record.getMessage()}"
        if hasattr(record, "topic"):
            where = f"{record.topic}/{getattr(record, 'partition', '?')}@{getattr(record, 'offset', '?')}"
            text += f" [{where} {getattr(record, 'article_id', '') or ''}".rstrip() + "]"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


class BrokerTrouble(logging.Filter):
    """One line each few seconds while no broker answers; aiokafka tells each of its attempts, a hundred a second."""

    _SECONDS = 5.0
    _MEANT = re.compile("Unable (to )?(connect|update metadata)|NodeNotReady|KafkaConnectionError|CoordinatorNotAvail")

    def __init__(self) -> None:
        super().__init__()
        self._told: float | None = None
        self._kept_back = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written; says in it how many were not."""
        if record.name.partition(".")[0] != "aiokafka" or not self._MEANT.search(record.getMessage()):
            return True
        now = time.monotonic()
        if self._told is not None and now - self._told < self._SECONDS:
            self._kept_back += 1
            return False
        more = f" ({self._kept_back} more since the last of these)" if self._kept_back else ""
        record.msg, record.args = f"no answer from the Kafka broker, trying again: {record.getMessage()}{more}", ()
        self._told, self._kept_back = now, 0
        return True


def configure(log_format: str, level: str) -> None:
    """Send all logs to stderr in the given format; Faust's and aiokafka's chatter only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else Console())
    if level != "debug":
        handler.addFilter(BrokerTrouble())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    quiet = max(logging.WARNING, root.level) if level != "debug" else logging.DEBUG
    for name in ("faust", "mode", "aiokafka", "aiohttp", "asyncio", "kafka"):
        logging.getLogger(name).setLevel(quiet)
    if level != "debug":
        # A producer that fails tells its whole stack; the transactions tell it in one line, and what they do about it.
        logging.getLogger("aiokafka.producer.sender").setLevel(logging.CRITICAL)
