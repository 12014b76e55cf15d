"""`qawl evaluate`: how well Qawl does on texts that you have annotated."""

from typing import TYPE_CHECKING, BinaryIO, get_args

import click

from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    from streams.evaluation.entities import Score


@click.group("evaluate")
def command() -> None:
    """How well Qawl does on texts that you have annotated."""


@command.command("entities")
@click.argument("file", type=click.File("rb"))
@click.option("--engine", type=click.Choice(get_args(Settings.model_fields["entity_engine"].annotation)))
def entities(file: BinaryIO, engine: str | None) -> None:
    """Precision, recall and F1 of the entity engine on FILE, - for standard input.

    A line is a token and its tag (O, B-PERS, I-PERS, B-LOC, … ORG, MISC; PER is PERS), separated by a blank or a tab;
    an empty line ends a sentence, a line -DOCSTART- begins an article. A name counts where its tokens and its type are
    exactly the annotated ones. Exit status 2: the file is malformed.
    """
    settings = Settings.load(entity_engine=engine)
    # Imported here: a wrong option answers without loading the models.
    from streams.cli.engine import load_extractor
    from streams.evaluation.conll import Malformed, read_articles
    from streams.evaluation.entities import score

    try:
        articles = read_articles(file)
    except Malformed as e:
        raise SettingsError(f"{file.name}: {e}") from None
    found = load_extractor(settings).entities
    types = getattr(found, "types", {"PER", "LOC", "ORG"})
    _print(score(articles, found.find, types), f"{found.name} engine on {file.name}")


def _print(result: "Score", title: str) -> None:
    click.echo(f"{title}: {result.sentences:,} sentences, {result.tokens:,} tokens")
    click.echo(f"{'':<6}{'precision':>10}{'recall':>10}{'F1':>10}{'annotated':>11}{'found':>9}{'right':>9}")
    for name, c in [*result.types.items(), ("micro", result.micro)]:
        figures = f"{c.precision:>10.3f}{c.recall:>10.3f}{c.f1:>10.3f}{c.gold:>11,}{c.found:>9,}{c.right:>9,}"
        click.echo(f"{name:<6}{figures}")
    if result.unscored:
        left = ", ".join(f"{name} ({n:,})" for name, n in sorted(result.unscored.items()))
        click.echo(f"annotated, not scored, because the engine does not give them: {left}")
