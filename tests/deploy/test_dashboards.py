"""Every panel of the dashboards shows something: asked of a real Prometheus beside a running pipeline."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.grafana.dashboards import DASHBOARDS, FOLDER, rendered
from tests.conftest import REPOSITORY
from tests.deploy.monitored import Prometheus, monitored

_PROVISIONING = REPOSITORY / "deploy" / "grafana" / "provisioning"


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with monitored(tmp_path_factory.mktemp("monitored")) as running:
        yield running


def panels(name: str) -> list[dict[str, Any]]:
    found = json.loads(rendered(name))["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def targets(name: str) -> list[tuple[str, str, str]]:
    """Title, legend and query of all panels."""
    return [(p["title"], t["legendFormat"], t["expr"]) for p in panels(name) for t in p["targets"]]


def chosen(prometheus: Prometheus, name: str) -> dict[str, str]:
    """The dashboard's variables with all values chosen, as Grafana puts them into a query."""
    values = {"__rate_interval": "15s"}
    for variable in json.loads(rendered(name))["templating"]["list"]:
        if variable["type"] == "query":
            asked = re.fullmatch(r"label_values\((.+), (\w+)\)", substituted(variable["query"], values))
            assert asked is not None, variable["query"]
            found = prometheus.ask(f"label/{asked[2]}/values", **{"match[]": asked[1]})
            assert found, f"{variable['query']} offers nothing"
            values[variable["name"]] = "|".join(re.escape(v).replace("\\", "\\\\") for v in found)
    return values


def substituted(query: str, values: dict[str, str]) -> str:
    return re.sub(r"\$(\w+)", lambda m: values[m[1]], query)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_files_are_current(name: str) -> None:
    stale = "run: python -m deploy.grafana.dashboards"
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == rendered(name), stale


def test_there_is_no_other_file() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(DASHBOARDS)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_fill_their_rows_and_can_be_told_apart(name: str) -> None:
    dashboard = json.loads(rendered(name))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    widths: dict[int, int] = {}
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        widths[at["y"]] = widths.get(at["y"], 0) + at["w"]
        letters = [target["refId"] for target in panel.get("targets", [])]
        assert len(set(letters)) == len(letters) and all(letters), panel["title"]
    assert set(widths.values()) == {24}


@pytest.mark.kafka
@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_query_gives_data(prometheus: Prometheus, name: str) -> None:
    values = chosen(prometheus, name)
    empty = []
    for title, legend, query in targets(name):
        found = prometheus.series(substituted(query, values))
        numbers = [float(v) for series in found for _, v in series["values"]]
        if all(math.isnan(n) for n in numbers):
            empty.append(f"{title}: {query}")
        for label in re.findall(r"{{(\w+)}}", legend):
            assert all(label in series["metric"] for series in found), f"{title}: no label {label}"
    assert not empty, "\n".join(empty)


@pytest.mark.kafka
def test_the_panels_show_what_happened(prometheus: Prometheus) -> None:
    queries: dict[tuple[str, str], str] = {}
    for name in DASHBOARDS:
        for title, _, expr in targets(name):
            queries.setdefault((name, title), expr)  # the row of numbers comes first
    values = {name: chosen(prometheus, name) for name in DASHBOARDS}

    def shown(name: str, title: str) -> float:
        return prometheus.value(substituted(queries[name, title], values[name]))

    assert shown("pipeline", "Dead letters") > 0
    assert shown("pipeline", "Restarts") == 0
    assert shown("pipeline", "Waiting") == 0
    assert shown("gateway", "Broker answers") == 1
    assert shown("gateway", "Index lag") == 0
    assert 5 < shown("statements", "Statements per article") < 15  # twelve articles with 113 statements


@pytest.mark.kafka
def test_the_rules_can_be_evaluated_and_none_fires_while_all_is_well(prometheus: Prometheus) -> None:
    rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    assert [rule["name"] for rule in rules if rule.get("state") == "firing"] == []


def test_grafana_finds_its_source_and_the_dashboards() -> None:
    (source,) = yaml.safe_load((_PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((_PROVISIONING / "dashboards" / "qawl.yml").read_text())["providers"]
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    host, port = source["url"].removeprefix("http://").split(":")
    assert host in services and port == "9090"
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in services["grafana"]["volumes"]}
    assert (REPOSITORY / mounted[provider["options"]["path"]]).samefile(FOLDER)
    assert (REPOSITORY / mounted["/etc/grafana/provisioning"]).samefile(_PROVISIONING)
