"""Options that several commands have."""

import click

bootstrap = click.option("--bootstrap", help="HOST:PORT of the brokers, instead of QAWL_KAFKA_BOOTSTRAP.")
