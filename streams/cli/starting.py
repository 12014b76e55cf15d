"""How commands begin: what is set in vain is told; topics must be there and ports be had, else one line tells why."""

import asyncio
import logging
import socket
import sys
from typing import NoReturn

import click

from streams.kafka.topics import BrokerUnreachable, TopicProblem, check
from streams.observability import logs
from streams.settings import Settings

logger = logging.getLogger("qawl")


def begin_logs(settings: Settings) -> None:
    """The logs of a service, as they are set; the first lines of them tell what is set and has no effect."""
    logs.configure(settings.log_format, settings.log_level)
    for remark in settings.without_effect():
        logger.warning("%s", remark)


def tell_without_effect(settings: Settings) -> None:
    """Tell on stderr what is set and has no effect, for commands without logs.

    What `qawl up` starts says nothing of it again: its logs are from errors on.
    """
    for remark in settings.without_effect():
        click.echo(f"qawl: {remark}", err=True)


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
