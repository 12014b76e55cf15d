"""`qawl worker`: the Faust worker for production."""

import asyncio
import logging
import sys

import click

from streams.kafka.topics import BrokerUnreachable, TopicProblem, check
from streams.observability import logs
from streams.settings import Settings

logger = logging.getLogger("qawl.worker")


@click.command("worker")
@click.option("--bootstrap", help="HOST:PORT of the brokers, instead of QAWL_KAFKA_BOOTSTRAP.")
@click.option("--http-port", type=int, help="Port of /healthz, /readyz and /metrics; 0 for any free one.")
def command(bootstrap: str | None, http_port: int | None) -> None:
    """Process articles from Kafka until SIGTERM; start several to share the partitions."""
    settings = Settings.load(kafka_bootstrap=bootstrap, http_port=http_port)
    logs.configure(settings.log_format, settings.log_level)
    try:
        asyncio.run(check(settings))
    except TopicProblem as e:
        click.echo(f"qawl worker: {e}", err=True)
        sys.exit(2)
    except BrokerUnreachable as e:
        click.echo(f"qawl worker: {e}", err=True)
        sys.exit(1)
    run(settings)


def run(settings: Settings) -> None:
    """Run the worker until a signal ends it; exits with Faust's status."""
    # Imported here: `qawl worker --help` and a wrong setting answer without loading Faust and the models.
    import faust

    from streams.app import create_app
    from streams.embedded.broker import free_port
    from streams.extraction import Extractor

    port = settings.http_port or free_port()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    asyncio.set_event_loop(asyncio.new_event_loop())  # asyncio.run above closed the one there was
    app = create_app(settings, Extractor.load(), port)
    logger.info("worker starts: http://%s:%d/metrics, /healthz, /readyz", settings.http_host, port)
    faust.Worker(app, override_logging=False, loglevel=None, redirect_stdouts=False, quiet=True).execute_from_commandline()
