"""`qawl gateway`: the stream, the API and the page."""

import asyncio
import logging
import sqlite3
import sys

import click

from streams.cli import options
from streams.kafka.topics import BrokerUnreachable, TopicProblem, check
from streams.observability import logs
from streams.settings import Settings

logger = logging.getLogger("qawl.gateway")


@click.command("gateway")
@options.bootstrap
@click.option("--port", type=int, help="Port of the stream, the API and the page; 0 for any free one.")
def command(bootstrap: str | None, port: int | None) -> None:
    """Serve statements to browsers and programs until SIGTERM; any number of copies may run.

    Exit status 2: a setting cannot be used, topics are missing, or the port is taken. 1: no broker answers.
    """
    settings = Settings.load(kafka_bootstrap=bootstrap, gateway_port=port)
    logs.configure(settings.log_format, settings.log_level)
    try:
        asyncio.run(check(settings))
    except (TopicProblem, BrokerUnreachable) as e:
        click.echo(f"qawl gateway: {e}", err=True)
        sys.exit(2 if isinstance(e, TopicProblem) else 1)
    # Imported here: `qawl gateway --help` answers at once.
    from streams.gateway.access import host
    from streams.gateway.service import serve
    from streams.observability.web import listen

    where = host(settings)
    try:
        listener = listen(where, settings.gateway_port)
    except OSError as e:
        click.echo(
            f"qawl gateway: cannot listen on {where}:{settings.gateway_port}: {e.strerror}. "
            "Set QAWL_GATEWAY_PORT (0: any)",
            err=True,
        )
        sys.exit(2)
    address, number = listener.getsockname()[:2]
    logger.info("gateway starts: http://%s:%d/", address, number)
    try:
        asyncio.run(serve(settings, listener))
    except sqlite3.Error as e:
        click.echo(f"qawl gateway: the index in {settings.data_dir} cannot be used: {e}. Check QAWL_DATA_DIR", err=True)
        sys.exit(2)
