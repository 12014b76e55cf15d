"""The alert rules: valid, each shown to fire and not to fire, each told in the README."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from deploy.prometheus import operator
from tests.conftest import REPOSITORY
from tests.deploy.monitored import PROMETHEUS, tool

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
    if "alert" in rule
]
CASES: list[dict[str, Any]] = [
    case
    for test in yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    for case in test["alert_rule_test"]
]


@pytest.mark.parametrize(
    "arguments",
    [("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")],
    ids=" ".join,
)
def test_promtool_is_content(arguments: tuple[str, ...]) -> None:
    done = subprocess.run([tool("promtool"), *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_is_shown_to_fire_and_not_to_fire(rule: dict[str, Any]) -> None:
    fires = {bool(case["exp_alerts"]) for case in CASES if case["alertname"] == rule["alert"]}
    assert fires == {True, False}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_says_what_happened_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    said = rule["annotations"]
    assert said["summary"] and len(said["description"]) > 80
    anchor = said["runbook"].removeprefix("README.md#")
    assert f'<a id="{anchor}"></a>`{rule["alert"]}`' in README


def test_the_readme_tells_of_no_other_alert() -> None:
    assert set(re.findall(r'<a id="qawl\w+"></a>`(\w+)`', README)) == {rule["alert"] for rule in RULES}


def test_the_operators_rules_are_the_same() -> None:
    assert operator.RESOURCE.read_text(encoding="utf-8") == operator.rendered(), (
        "run: python -m deploy.prometheus.operator"
    )
    spec = yaml.safe_load(operator.rendered())["spec"]
    assert spec == yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())
