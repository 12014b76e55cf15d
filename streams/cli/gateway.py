"""`qawl gateway`: the stream, the API and the page."""

import asyncio
import logging
import sqlite3

import click

from streams.cli import options, starting
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
    starting.begin_logs(settings)
    # Imported here: `qawl gateway --help` answers at once.
    from streams.gateway.tokens import host

    listens_on = host(settings)  # before the brokers are asked: a wrong setting is told without them
    starting.check_topics("gateway", settings)
    from streams.gateway.service import serve

    listener = starting.listening("gateway", listens_on, settings.gateway_port, "QAWL_GATEWAY_PORT")
    address, number = listener.getsockname()[:2]
    logger.info("gateway starts: http://%s:%d/", address, number)
    try:
        asyncio.run(serve(settings, listener))
    except (sqlite3.Error, OSError) as e:
        how = "A broken one is removed, and made at the next start; else check QAWL_DATA_DIR"
        starting.fail("gateway", f"the index in {settings.data_dir} cannot be used: {e}. {how}", 2)
