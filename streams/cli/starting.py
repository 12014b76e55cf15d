"""How services begin: the topics must be there, and the port must be had; else one line tells why."""

import asyncio
import socket
import sys
from typing import NoReturn

import click

from streams.kafka.topics import BrokerUnreachable, TopicProblem, check
from streams.settings import Settings


def fail(command: str, message: str, status: int) -> NoReturn:
    """End the command with one line that says why."""
    click.echo(f"qawl {command}: {message}", err=True)
    sys.exit(status)


def check_topics(command: str, settings: Settings) -> None:
    """End the command where topics are missing or contradict the settings (2), or no broker answers (1)."""
    try:
        asyncio.run(check(settings))
    except (TopicProblem, BrokerUnreachable) as e:
        fail(command, str(e), 2 if isinstance(e, TopicProblem) else 1)


def listening(command: str, host: str, port: int, variable: str, *, to: str = "listen") -> socket.socket:
    """A listening socket; ends the command where it cannot be had. `variable` sets the port."""
    from streams.observability.web import listen

    try:
        return listen(host, port)
    except OSError as e:
        fail(command, f"cannot {to} on {host}:{port}: {e.strerror}. Set {variable} (0: any)", 2)
