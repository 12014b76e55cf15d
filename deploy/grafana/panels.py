"""The few kinds of panels that the dashboards are made of, all asking the data source that the reader chose."""

from collections.abc import Mapping, Sequence
from itertools import count
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import common, dashboard, heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    VariableOption,
    VariableRefresh,
)
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

RATE = "$__rate_interval"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_COLUMNS = 24

Panel = Builder[Any]
Row = tuple[str, Sequence[Panel]]


def of(**labels: str) -> str:
    """The label selector of the chosen job and instances, and of more labels.

    >>> of(outcome="retried")
    '{job=~"$job",instance=~"$instance",outcome="retried"}'
    """
    more = "".join(f',{name}="{value}"' for name, value in labels.items())
    return f'{{job=~"$job",instance=~"$instance"{more}}}'


ALL = of()
RESTARTS = f"sum(changes(process_start_time_seconds{ALL}[1h]))"


def mean(histogram: str, by: str = "") -> str:
    """PromQL: the mean of what a histogram saw."""
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate({histogram}_sum{ALL}[{RATE}])) / sum{grouped} (rate({histogram}_count{ALL}[{RATE}]))"


def quantile(share: float, histogram: str, *by: str) -> str:
    """PromQL: the value that this share of what a histogram saw stays below."""
    return f"histogram_quantile({share}, sum by ({', '.join(('le', *by))}) (rate({histogram}_bucket{ALL}[{RATE}])))"


def lines(title: str, about: str, unit: str, queries: Mapping[str, str], *, stacked: bool = False) -> Panel:
    """A panel of curves; `queries` are legend -> PromQL, where a legend may hold labels as {{label}}."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(about)
        .datasource(_SOURCE)
        .unit(unit)
        .min(0)
        .fill_opacity(60 if stacked else 8)
        .line_width(1)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
    )
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
    for letter, (legend, expression) in zip(ascii_uppercase, queries.items(), strict=False):
        panel = panel.with_target(_query(expression, legend).ref_id(letter))
    return panel


def heat(title: str, about: str, unit: str, histogram: str) -> Panel:
    """A heat map of a Prometheus histogram: time, bucket, how many."""
    counted = f"sum by (le) (increase({histogram}_bucket{ALL}[{RATE}]))"
    return (
        heatmap.Panel()
        .title(title)
        .description(about)
        .datasource(_SOURCE)
        .calculate(False)
        .color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64))
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .with_target(_query(counted, "{{le}}").format(PromQueryFormat.HEATMAP))
    )


def number(title: str, about: str, unit: str, expression: str, *, bad_from: float | None = None) -> Panel:
    """One number of now with a small curve, red from `bad_from` on."""
    steps = [Threshold(color="green")]
    if bad_from is not None:
        steps.append(Threshold(value=bad_from, color="red"))
    return (
        stat.Panel()
        .title(title)
        .description(about)
        .datasource(_SOURCE)
        .unit(unit)
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
        .with_target(_query(expression, title))
    )


def board(uid: str, title: str, about: str, found_by: str, rows: Sequence[Row]) -> Dashboard:
    """A dashboard of rows, whose panels share its width; jobs and instances are those that have `found_by`."""
    builder = (
        dashboard.Dashboard(f"Qawl: {title}")
        .uid(uid)
        .description(about)
        .tags(["qawl"])
        .refresh("30s")
        .time("now-3h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(
            dashboard.DashboardLink("Qawl")
            .type(DashboardLinkType.DASHBOARDS)
            .tags(["qawl"])
            .include_vars(False)
            .keep_time(True)
        )
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_choice("job", f"label_values({found_by}, job)"))
        .with_variable(_choice("instance", f'label_values({found_by}{{job=~"$job"}}, instance)'))
    )
    ids = count(1)
    for name, panels in rows:
        builder = builder.with_row(dashboard.Row(name).id(next(ids)))
        for panel in panels:
            sized: Any = panel
            height = 4 if isinstance(panel, stat.Panel) else 8
            builder = builder.with_panel(sized.id(next(ids)).span(_COLUMNS // len(panels)).height(height))
    return builder.build()


def processes() -> Row:
    """The row of memory, CPU and restarts, for any service."""
    return (
        "Processes",
        [
            lines("Memory", "resident", "bytes", {"{{instance}}": f"process_resident_memory_bytes{ALL}"}),
            lines("CPU", "cores", "none", {"{{instance}}": f"rate(process_cpu_seconds_total{ALL}[{RATE}])"}),
            lines(
                "Running since",
                "how long each process runs; a fall is a restart",
                "s",
                {"{{instance}}": f"time() - process_start_time_seconds{ALL}"},
            ),
        ],
    )


def _query(expression: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().ref_id("A").expr(expression).legend_format(legend).datasource(_SOURCE)


def _choice(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(_SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .current(VariableOption(selected=True, text="All", value="$__all"))
    )
