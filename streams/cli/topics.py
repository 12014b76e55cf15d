"""`qawl topics create|describe`."""

import asyncio
import sys

import click

from streams.cli import options
from streams.cli.starting import tell_without_effect
from streams.kafka.topics import BrokerUnreachable, State, TopicProblem, create, describe, raise_problems
from streams.settings import Settings

_DAY_MS = 86_400_000


@click.group("topics")
def command() -> None:
    """Make and check the topics."""


@command.command("create", short_help="Make those that are missing.")
@options.bootstrap
def create_command(bootstrap: str | None) -> None:
    """Make the topics that are missing; those that exist are left as they are."""
    settings = _settings(bootstrap)
    try:
        _show(asyncio.run(create(settings)))
    except (BrokerUnreachable, TopicProblem) as e:
        _fail(e)


@command.command("describe", short_help="Show them as the cluster has them.")
@options.bootstrap
def describe_command(bootstrap: str | None) -> None:
    """Show the topics as the cluster has them; exit status 1 if a worker could not use them."""
    settings = _settings(bootstrap)
    try:
        states = asyncio.run(describe(settings))
        _show(states)
        raise_problems(states, settings)
    except (BrokerUnreachable, TopicProblem) as e:
        _fail(e)


def _settings(bootstrap: str | None) -> Settings:
    settings = Settings.load(kafka_bootstrap=bootstrap)
    tell_without_effect(settings)
    return settings


def _fail(error: Exception) -> None:
    click.echo(f"qawl: {error}", err=True)
    sys.exit(1)


def _show(states: list[State]) -> None:
    width = max(len(s.topic.name) for s in states)
    for state in states:
        size = "missing" if state.partitions is None else f"{state.partitions} partitions x {state.replicas}"
        kept = _kept(state.config)
        line = f"{state.topic.name:{width}}  {size:18}  {kept:16}  {state.topic.key} -> {state.topic.value}"
        click.echo(line.rstrip())


def _kept(config: dict[str, str]) -> str:
    """Cleanup policy and retention, "delete 7 d"; nothing where the topic's configuration is not known."""
    policy = config.get("cleanup.policy", "")
    milliseconds = int(config.get("retention.ms", "-1"))
    if "delete" not in policy or milliseconds < 0:
        return policy
    return f"{policy} {milliseconds / _DAY_MS:g} d"
