"""`qawl worker`: the Faust worker for production."""

import asyncio
import logging
import socket
from typing import TYPE_CHECKING

import click

from streams.cli import options, starting
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.extraction import Extractor

logger = logging.getLogger("qawl.worker")


@click.command("worker")
@options.bootstrap
@click.option("--http-port", type=int, help="Port of /healthz, /readyz and /metrics; 0 for any free one.")
def command(bootstrap: str | None, http_port: int | None) -> None:
    """Process articles from Kafka until SIGTERM; start several to share the partitions.

    Exit status 2: topics are missing or contradict the settings, or the HTTP port is taken. 1: no broker answers, or
    the worker could not go on; what it had not committed is processed again by the next.
    """
    settings = Settings.load(kafka_bootstrap=bootstrap, http_port=http_port)
    starting.begin_logs(settings)
    starting.check_topics("worker", settings)
    # Imported here: `qawl worker --help` and a wrong setting answer without loading Faust and the models.
    from streams.cli.engine import load_extractor

    extractor = load_extractor(settings)
    listener = starting.listening("worker", settings.http_host, settings.http_port, "QAWL_HTTP_PORT", to="serve HTTP")
    run(settings, extractor, listener)


def run(settings: Settings, extractor: "Extractor", listener: socket.socket) -> None:
    """Run the worker until a signal ends it; exits with Faust's status, 0 after SIGTERM."""
    import faust

    from streams.app import create_app

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # asyncio.run has closed the one there was
    app = create_app(settings, extractor, listener)
    host, port = listener.getsockname()[:2]
    logger.info("worker starts: http://%s:%d/metrics, /healthz, /readyz", host, port)
    worker = faust.Worker(app, override_logging=False, redirect_stdouts=False, quiet=True, loop=loop)
    worker.spinner = None  # it writes cursor movements to standard output, quiet or not
    worker.execute_from_commandline()
