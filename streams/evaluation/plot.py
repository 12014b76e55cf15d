"""The reliability plot: how often statements of each confidence are right."""

from collections.abc import Sequence
from pathlib import Path

from streams.evaluation.statements import Judged, reliability


class NoPlotting(RuntimeError):
    """matplotlib is not installed."""


def plot(judged: Sequence[Judged], path: Path) -> None:
    """Write the plot as PNG.

    Raises:
        NoPlotting: the `plot` extra is not installed.
        OSError: `path` cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NoPlotting("the plot needs matplotlib: pip install 'qawl[plot]'") from None
    points = list(reliability(judged))
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="calibrated")
    axes.plot([x for x, _, _ in points], [y for _, y, _ in points], marker="o", label="statements")
    for x, y, n in points:
        axes.annotate(str(n), (x, y), textcoords="offset points", xytext=(6, -10), fontsize=8)
    axes.set(xlabel="confidence", ylabel="share with right content and actor", xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="upper left")
    figure.savefig(path, format="png", dpi=110)
