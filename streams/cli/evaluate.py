"""`qawl evaluate`: how well Qawl does on texts that you have annotated."""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, get_args

import click

from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    from streams.evaluation.entities import Score
    from streams.evaluation.statements import StatementScore

SURE = 0.8  # confidence from which on a statement may go out unread


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


@command.command("statements")
@click.argument("gold", type=click.File("rb"))
@click.argument("pred", type=click.File("rb"))
@click.option("--plot", "png", type=click.Path(dir_okay=False, path_type=Path), help="Write a reliability plot (PNG).")
def statements(gold: BinaryIO, pred: BinaryIO, png: Path | None) -> None:
    """Precision, recall and F1 of the statements in PRED, which `qawl extract` wrote, beside those annotated in GOLD.

    GOLD holds one article a line: id, body, source, actors {ID: {name, kind, aliases}} and statements, each with tier
    (core or extended), type, actor (an ID), cue [start, end], speaker [start, end] or null, content [[start, end], …];
    offsets are code points into body. Exit status 2: a file is malformed, or the plot cannot be written.
    """
    from streams.evaluation.annotations import MalformedStatements, annotated_articles, found_articles
    from streams.evaluation.plot import NoPlotting, plot
    from streams.evaluation.statements import score

    try:
        annotated = annotated_articles(gold, gold.name)
        result = score(annotated, found_articles(pred, pred.name))
        _print_statements(result)
        if png is not None:
            plot(result.judged, png)
            click.echo(f"plot: {png}")
    except (MalformedStatements, NoPlotting, OSError) as e:
        raise SettingsError(str(e)) from None


def _print_statements(result: "StatementScore") -> None:
    click.echo(f"{result.articles:,} articles; {len(result.missing):,} of them not in PRED {result.missing[:3] or ''}")
    click.echo(f"{'':<16}{'precision':>10}{'recall':>10}{'F1':>10}{'annotated':>11}{'found':>9}{'right':>9}")
    for (tier, measure), c in result.counts.items():
        figures = f"{c.precision:>10.3f}{c.recall:>10.3f}{c.f1:>10.3f}{c.gold:>11,}{c.found:>9,}{c.right:>9,}"
        click.echo(f"{tier + '.' + measure:<16}{figures}")
    accuracies = ", ".join(f"{name} {c.recall:.3f}" for name, c in result.accuracy.items())
    click.echo(f"where the content is right: {accuracies}")
    sure = [j for j in result.judged if j.confidence >= SURE]
    if sure:
        right = sum(j.right for j in sure) / len(sure)
        click.echo(
            f"confidence of {SURE} or more: {len(sure) / len(result.judged):.0%} of all, {right:.1%} of them right"
        )
    by_source = sorted(result.sources.items(), key=lambda x: -x[1].gold)
    click.echo("core.attributed F1 by source: " + ", ".join(f"{name} {c.f1:.2f} ({c.gold})" for name, c in by_source))


def _print(result: "Score", title: str) -> None:
    click.echo(f"{title}: {result.sentences:,} sentences, {result.tokens:,} tokens")
    click.echo(f"{'':<6}{'precision':>10}{'recall':>10}{'F1':>10}{'annotated':>11}{'found':>9}{'right':>9}")
    for name, c in [*result.types.items(), ("micro", result.micro)]:
        figures = f"{c.precision:>10.3f}{c.recall:>10.3f}{c.f1:>10.3f}{c.gold:>11,}{c.found:>9,}{c.right:>9,}"
        click.echo(f"{name:<6}{figures}")
    if result.unscored:
        left = ", ".join(f"{name} ({n:,})" for name, n in sorted(result.unscored.items()))
        click.echo(f"annotated, not scored, because the engine does not give them: {left}")
