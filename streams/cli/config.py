"""`qawl config`: the settings in force, secrets masked."""

import click

from streams.cli.starting import tell_without_effect
from streams.settings import Settings


@click.command("config")
def command() -> None:
    """The settings in force, one VARIABLE=value a line; secrets are stars.

    What is set but has no effect (a misspelt variable, an unused password) is told on stderr.
    """
    settings = Settings.load()
    for name, value in settings.masked().items():
        click.echo(f"{name}={value}")
    tell_without_effect(settings)
