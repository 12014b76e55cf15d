"""`qawl topics create|describe`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import click

from streams.kafka.topics import BrokerUnreachable, State, TopicProblem, check, create, describe
from streams.settings import Settings


@click.group("topics")
def command() -> None:
    """Make and check the topics."""


@command.command("create")
@click.option("--bootstrap", help="HOST:PORT of the brokers, instead of QAWL_KAFKA_BOOTSTRAP.")
def create_command(bootstrap: str | None) -> None:
    """Make the topics that are missing."""
    _show(Settings.load(kafka_bootstrap=bootstrap), create)


@command.command("describe")
@click.option("--bootstrap", help="HOST:PORT of the brokers, instead of QAWL_KAFKA_BOOTSTRAP.")
def describe_command(bootstrap: str | None) -> None:
    """Show the topics and whether they are as the settings say; exit status 1 if they are not."""
    settings = Settings.load(kafka_bootstrap=bootstrap)
    _show(settings, describe)
    try:
        asyncio.run(check(settings))
    except TopicProblem as e:
        click.echo(f"qawl: {e}", err=True)
        sys.exit(1)


def _show(settings: Settings, action: Callable[[Settings], Awaitable[list[State]]]) -> None:
    async def run() -> list[State]:
        return await action(settings)

    try:
        states = asyncio.run(run())
    except (BrokerUnreachable, TopicProblem) as e:
        click.echo(f"qawl: {e}", err=True)
        sys.exit(1)
    width = max(len(s.topic.name) for s in states)
    for state in states:
        partitions = "missing" if state.partitions is None else f"{state.partitions} partitions"
        policy = state.topic.config["cleanup.policy"]
        click.echo(f"{state.topic.name:{width}}  {partitions:14}  {policy:8}  {state.topic.key} -> {state.topic.value}")
