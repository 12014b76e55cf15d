"""`qawl config`: the settings in force, secrets masked."""

import click

from streams.settings import Settings


@click.command("config")
def command() -> None:
    """The settings in force, one VARIABLE=value a line; secrets are stars."""
    for name, value in Settings.load().masked().items():
        click.echo(f"{name}={value}")
