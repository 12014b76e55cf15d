"""`qawl evaluate`: how well Qawl does on texts that you have annotated."""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, get_args

import click

from streams.cli.plain import lines_of
from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    from streams.evaluation.entities import Counts, Score
    from streams.evaluation.statements import StatementScore

SURE = 0.8  # confidence from which on a statement may go out unread


@click.group("evaluate")
def command() -> None:
    """How well Qawl does on texts that you have annotated."""


@command.command("entities", short_help="The names that the entity engine finds.")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--engine",
    type=click.Choice(get_args(Settings.model_fields["entity_engine"].annotation)),
    help="The engine to measure, instead of QAWL_ENTITY_ENGINE.",
)
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
        articles = read_articles(lines_of(file))
    except click.ClickException as e:
        raise SettingsError(e.message) from None
    except Malformed as e:
        raise SettingsError(f"{file.name}: {e}") from None
    found = load_extractor(settings).entities
    types = getattr(found, "types", {"PER", "LOC", "ORG"})
    _print(score(articles, found.find, types), f"{found.name} engine on {file.name}")


def _png(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Refused before anything is compared, and before a PNG has the name of something else."""
    if path is not None and path.suffix.lower() != ".png":
        raise click.BadParameter(f"expected a name that ends in .png, as a PNG is written, got {str(path)!r}")
    return path


@command.command("statements", short_help="The statements that `qawl extract` found.")
@click.argument("gold", type=click.File("rb"))
@click.argument("pred", type=click.File("rb"))
@click.option(
    "--plot",
    "png",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_png,
    help="Write a reliability plot (PNG).",
)
def statements(gold: BinaryIO, pred: BinaryIO, png: Path | None) -> None:
    """Precision, recall and F1 of the statements in PRED, which `qawl extract` wrote, beside those annotated in GOLD.

    GOLD holds one article a line: id, body, source, actors {ID: {name, kind, aliases}} and statements, each with tier
    (core or extended), type, actor (an ID), cue [start, end], speaker [start, end] or null, content [[start, end], …];
    offsets are code points into body, which must be the one that PRED was extracted from. `-` stands where there was
    nothing to count. Exit status 2: a file is malformed, PRED is of other bodies, or the plot cannot be written.
    """
    from streams.evaluation.annotations import MalformedStatements, annotated_articles, check_bodies, found_articles
    from streams.evaluation.plot import NoPlotting, plot
    from streams.evaluation.statements import score

    try:
        annotated = annotated_articles(lines_of(gold), gold.name)
        found = found_articles(lines_of(pred), pred.name)
        check_bodies(annotated, found)
        result = score(annotated, found)
        _print_statements(result)
        if png is not None:
            plot(result.judged, png)
            click.echo(f"plot: {png}")
    except (MalformedStatements, NoPlotting, OSError, click.ClickException) as e:
        raise SettingsError(str(e)) from None


def _print_statements(result: "StatementScore") -> None:
    click.echo(f"{result.articles:,} articles; {len(result.missing):,} of them not in PRED {result.missing[:3] or ''}")
    click.echo(f"{'':<16}{'precision':>10}{'recall':>10}{'F1':>10}{'annotated':>11}{'found':>9}{'right':>9}")
    for (tier, measure), c in result.counts.items():
        click.echo(f"{tier + '.' + measure:<16}{_figures(c)}")
    accuracies = ", ".join(f"{name} {_share(c.recall, c.gold)}" for name, c in result.accuracy.items())
    click.echo(f"where the content is right: {accuracies}")
    sure = [j for j in result.judged if j.confidence >= SURE]
    if sure:
        right = sum(j.right for j in sure) / len(sure)
        click.echo(
            f"confidence of {SURE} or more: {len(sure) / len(result.judged):.0%} of all, {right:.1%} of them right"
        )
    by_source = sorted(result.sources.items(), key=lambda x: -x[1].gold)
    shares = ", ".join(f"{name} {_share(c.f1, c.gold + c.found, 2)} ({c.gold})" for name, c in by_source)
    click.echo(f"core.attributed F1 by source: {shares}")


def _figures(c: "Counts") -> str:
    """The cells of a row that both tables have."""
    shares = (_share(c.precision, c.found), _share(c.recall, c.gold), _share(c.f1, c.gold + c.found))
    return "".join(f"{share:>10}" for share in shares) + f"{c.gold:>11,}{c.found:>9,}{c.right:>9,}"


def _share(value: float, of: int, digits: int = 3) -> str:
    """A share of nothing is none: 0.000 would read as all wrong."""
    return f"{value:.{digits}f}" if of else "-"


def _print(result: "Score", title: str) -> None:
    click.echo(f"{title}: {result.sentences:,} sentences, {result.tokens:,} tokens")
    click.echo(f"{'':<6}{'precision':>10}{'recall':>10}{'F1':>10}{'annotated':>11}{'found':>9}{'right':>9}")
    for name, c in [*result.types.items(), ("micro", result.micro)]:
        click.echo(f"{name:<6}{_figures(c)}")
    if result.unscored:
        left = ", ".join(f"{name} ({n:,})" for name, n in sorted(result.unscored.items()))
        click.echo(f"annotated, not scored, because the engine does not give them: {left}")
