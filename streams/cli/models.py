"""`qawl models`: what is shipped, what camel-tools has installed; install and verify it."""

import sys

import click

from streams.inventory import Checked, State, camel, shipped


@click.group("models")
def command() -> None:
    """What models are shipped and installed; install and verify them."""


@command.command("list", short_help="What is shipped and installed.")
def list_() -> None:
    """What is shipped with Qawl, and which data of camel-tools is installed."""
    from streams.extraction.entities.camel_data import NoCamelData, folder

    click.echo(f"shipped, in {shipped.FOLDER}")
    for model in shipped.models():
        click.echo(f"  {model.name:<20}{_size(model.bytes):>10}  {model.date or 'no date'}")
        scores = ", ".join(f"{name} {value}" for name, value in model.scores.items())
        for what, text in (("made by", model.command), ("scores", scores), *(("from", s) for s in model.sources)):
            if text:
                click.echo(f"    {what}: {text}")
    click.echo(f"camel-tools' data, in {folder()}")
    try:
        packages = camel.packages()
    except NoCamelData as e:
        raise click.ClickException(str(e)) from None
    for p in packages:
        if p.installed or p.name == camel.DEFAULT:
            state = "not installed" if not p.installed else p.installed if p.current else f"{p.installed}, old"
            click.echo(
                f"  {p.name:<32}{_size(p.bytes):>10}  {state}  ({p.description}; licence: {p.licence or 'unknown'})"
            )
    if not any(p.name == camel.DEFAULT and p.installed for p in packages):
        click.echo(f"  `qawl models install` downloads {camel.DEFAULT} (540 MB), which only the camel engine needs")


@command.command("install", short_help="Download and verify data of camel-tools.")
@click.argument("package", default=camel.DEFAULT)
@click.option("--force", is_flag=True, help="Download again what is installed.")
def install(package: str, force: bool) -> None:
    """Download PACKAGE of camel-tools' data by its own installer, and verify it; ner-arabert if none is named."""
    try:
        names = camel.install(package, force=force)
    except camel.InstallError as e:
        raise click.ClickException(str(e)) from None
    click.echo(f"installed and verified: {', '.join(sorted(names))}")


@command.command("verify", short_help="Check all files against their checksums.")
def verify() -> None:
    """Check the files of all models against their checksums. Exit status 1: one is missing or changed."""
    from streams.extraction.entities.camel_data import NoCamelData

    try:
        checked = [*shipped.verify(), *camel.verify()]
    except NoCamelData as e:
        raise click.ClickException(str(e)) from None
    for name, state in checked:
        click.echo(f"{state.value:<12} {name}")
    if bad := [c for c in checked if _is_bad(c)]:
        click.echo(f"qawl models verify: {len(bad)} of {len(checked)} files are not what they should be", err=True)
        sys.exit(1)


def _is_bad(checked: Checked) -> bool:
    return checked.state in (State.MISSING, State.CHANGED)


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
