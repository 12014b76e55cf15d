"""`qawl config` and the group of commands: what is in force, secrets masked, and nothing loaded that is not needed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from streams.cli import _group, main
from streams.settings import Settings

SECRET = "open-sesame"


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in os.environ if n.startswith("QAWL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def config() -> Result:
    return CliRunner().invoke(_group, ["config"])


def test_every_setting_is_printed_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_PARTITIONS", "3")
    done = config()
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert list(lines) == [f"QAWL_{name.upper()}" for name in Settings.model_fields]
    assert (lines["QAWL_PARTITIONS"], lines["QAWL_HTTP_PORT"], lines["QAWL_KAFKA_BOOTSTRAP"]) == ("3", "6066", "")
    assert (done.exit_code, done.stderr) == (0, "")


def test_secrets_are_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_KAFKA_SASL_PASSWORD", SECRET)
    done = config()
    assert "QAWL_KAFKA_SASL_PASSWORD=********\n" in done.stdout
    assert SECRET not in done.output
    assert SECRET not in repr(Settings.load())


def test_a_secret_is_not_told_in_an_error_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QAWL_KAFKA_SASL_PASSWORD", SECRET)
    monkeypatch.setenv("QAWL_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("QAWL_PARTITIONS", "x")
    monkeypatch.setattr("sys.argv", ["qawl", "config"])
    with pytest.raises(SystemExit):
        main()
    assert SECRET not in "".join(capsys.readouterr())


def test_what_has_no_effect_is_told_on_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_PARTITON", "3")
    monkeypatch.setenv("QAWL_KAFKA_SASL_PASSWORD", SECRET)
    Path(".env").write_text("QAWL_COLOUR=red\n")
    done = config()
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "qawl: QAWL_COLOUR is no setting",
        "qawl: QAWL_PARTITON is no setting (did you mean QAWL_PARTITIONS?)",
        "qawl: QAWL_KAFKA_SASL_PASSWORD is not used with PLAINTEXT: "
        "set QAWL_KAFKA_SECURITY_PROTOCOL to SASL_SSL to use it",
    ]


def without_broker(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: services set up the logs of all of it."""
    arguments = [sys.executable, "-m", "streams.cli", *command.split(), "--bootstrap", "127.0.0.1:1"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | variables
    return subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("command", ["worker", "gateway", "ingest jsonl -", "topics describe", "up --once"])
def test_what_uses_the_settings_begins_with_what_has_no_effect(command: str) -> None:
    remark, why = without_broker(command, QAWL_PARTITON="3").stderr.splitlines()
    assert remark.endswith("qawl: QAWL_PARTITON is no setting (did you mean QAWL_PARTITIONS?)")
    assert "no Kafka broker answers" in why


def test_the_gateway_refuses_its_own_settings_before_any_broker_is_asked() -> None:
    done = without_broker("gateway", QAWL_GATEWAY_TOKENS_FILE="missing")
    assert done.returncode == 2
    assert done.stderr.startswith("qawl: QAWL_GATEWAY_TOKENS_FILE=missing: cannot be read")


def test_version() -> None:
    done = CliRunner().invoke(_group, ["--version"])
    assert (done.exit_code, done.output) == (0, "qawl, version 0.1.0\n")


def test_an_unknown_command_is_told() -> None:
    done = CliRunner().invoke(_group, ["upp"])
    assert done.exit_code == 2
    assert "No such command 'upp'" in done.output


def commands(group: click.Group, path: str = "qawl") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_help_says_whole_sentences_and_something_of_every_option() -> None:
    for path, command in [("qawl", _group), *commands(_group)]:
        assert "..." not in command.get_help(click.Context(command, info_name=path)).partition("\nCommands:")[2], path
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, f"{path} {option.opts}"


def test_help_loads_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys; from streams.cli import _group; _group(['--help'], standalone_mode=False);"
        "heavy = {'pydantic', 'aiokafka', 'faust', 'msgspec', 'numpy', 'rich', 'asyncio'};"
        "print(sorted(heavy & set(sys.modules)), [m for m in sys.modules if m.startswith('streams.cli.')])"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.splitlines()[-1] == "[] []", done.stderr
