"""The command `qawl`: one file a command, imported only when it is run."""

import os
import sys
from importlib import import_module

import click

# An article's matrices are small: a second thread would wait for the first more than it helps, and take the core of
# another worker. Read by numpy's linear algebra when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_COMMANDS = {
    "up": "Broker, topics, worker and the page in one go; shows each statement as it leaves.",
    "ingest": "Feeds, wires, files and programs into the topic of articles.",
    "worker": "Process articles from Kafka: the production worker.",
    "gateway": "The stream, the API and the page for people.",
    "extract": "Articles in, statements out; no Kafka.",
    "analyze": "The words of a text with their analysis.",
    "evaluate": "Measure on texts that you have annotated.",
    "models": "What models are shipped and installed; install and verify them.",
    "explain": "Why each statement of an article was found, and why it is given to its actor.",
    "deadletters": "What could not be processed; sends it back, repaired or as it is, once.",
    "topics": "Make and check the topics.",
    "config": "The settings in force.",
}


class _Lazy(click.Group):
    """Commands are modules of this package; `qawl --help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"streams.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "--version", prog_name="qawl", package_name="qawl")
def _group() -> None:
    """Who said what, live from Arabic news."""


def main() -> None:
    """Entry point. A setting that cannot be used is one line on stderr and exit status 2."""
    try:
        _group(standalone_mode=True)
    except ValueError as e:
        # Imported here: `qawl --help` answers in half the time without pydantic.
        from streams.settings import SettingsError

        if not isinstance(e, SettingsError):
            raise
        click.echo(f"qawl: {e}", err=True)
        sys.exit(2)
