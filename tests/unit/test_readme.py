"""What the README says of commands, settings, metrics and topics is what the code has."""

import ast
import json
import re
from typing import get_args

import pytest
from prometheus_client.metrics import MetricWrapperBase

from streams.gateway import metrics as gateway_metrics
from streams.kafka.topics import declared
from streams.observability import metrics
from streams.settings import PREFIX, Settings
from tests.conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def settings_table() -> str:
    """The README's settings table; paste what a failing test prints."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        choices = ", ".join(f"`{c}`" for c in get_args(field.annotation) if isinstance(c, str))
        default = "" if field.default in (None, "") else f"`{field.default}`"
        allowed = f": {choices}" if choices else ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description}{allowed} |")
    return "\n".join(rows)


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_two_commands_are_one_line_each(number: int) -> None:
    assert len(blocks("sh")[number].splitlines()) == 1
    assert blocks("sh")[number].startswith("python -m pip install ")


def test_the_settings_table_is_current() -> None:
    assert settings_table() in README, f"the README's settings table is stale, it should be:\n{settings_table()}"


def test_every_metric_is_described_and_no_other() -> None:
    every = (*vars(metrics).values(), *vars(gateway_metrics).values())
    wrapped = [m for m in every if isinstance(m, MetricWrapperBase)]
    ours = {family.name for m in wrapped for family in m.describe()}
    described = set(re.findall(r"^\| `(qawl_[a-z_]+)", README, re.MULTILINE))
    assert {d.removesuffix("_total").removesuffix("_info") for d in described} == ours


def test_every_topic_is_described() -> None:
    for topic in declared(Settings()):
        row = rf"^\| `{re.escape(topic.name)}` \| `?{re.escape(topic.key)}`? \| {topic.value.removeprefix('the ')}"
        assert re.search(row, README, re.MULTILINE), row


def test_the_notice_names_every_model() -> None:
    notice = (REPOSITORY / "NOTICE").read_text(encoding="utf-8")
    for note in (REPOSITORY / "streams/extraction/models").glob("*.meta.json"):
        model = json.loads(note.read_text(encoding="utf-8"))
        assert re.search(rf"^{re.escape(model['model'])}: ", notice, re.MULTILINE), model["sources"]


@pytest.mark.parametrize("code", blocks("python"))
def test_the_examples_are_python(code: str) -> None:
    ast.parse(code)
