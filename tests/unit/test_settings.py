"""Settings: from the environment and `.env`; a wrong value is one clear line and exit status 2."""

import os
import subprocess
from pathlib import Path

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.cli import main
from streams.kafka.security import bootstrap, client_options, faust_credentials, ssl_context
from streams.settings import Settings, SettingsError

WRONG = {
    "QAWL_PARTITIONS": ("many", "QAWL_PARTITIONS=many: expected a valid integer"),
    "QAWL_REPLICATION": ("0", "QAWL_REPLICATION=0: expected greater than or equal to 1"),
    "QAWL_RETENTION_DAYS": ("nan", "QAWL_RETENTION_DAYS=nan: expected a finite number"),
    "QAWL_HTTP_PORT": ("70000", "QAWL_HTTP_PORT=70000: expected less than or equal to 65535"),
    "QAWL_KAFKA_BOOTSTRAP": ("kafka", "QAWL_KAFKA_BOOTSTRAP=kafka: expected HOST:PORT of one or more Kafka brokers"),
    "QAWL_TOPIC_PREFIX": ("a b\nc", r"QAWL_TOPIC_PREFIX=a b\nc: expected text like"),
    "QAWL_CONSUMER_GROUP": ("a/b", "QAWL_CONSUMER_GROUP=a/b: expected text like"),
    "QAWL_LOG_FORMAT": ("xml", "QAWL_LOG_FORMAT=xml: expected 'console' or 'json'"),
    "QAWL_KAFKA_SECURITY_PROTOCOL": ("SASL_SSL", "QAWL_KAFKA_SASL_USERNAME is needed with SASL_SSL"),
    "QAWL_KAFKA_SSL_KEYFILE": ("key.pem", "QAWL_KAFKA_SSL_CERTFILE is needed with QAWL_KAFKA_SSL_KEYFILE"),
}


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [n for n in os.environ if n.startswith("QAWL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("variable", WRONG)
def test_a_wrong_value_is_one_line_that_names_it(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    value, told = WRONG[variable]
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    for arguments in (["config"], ["topics", "create"], ["topics", "describe"]):
        monkeypatch.setattr("sys.argv", ["qawl", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        out, err = capsys.readouterr()
        assert (out, err) == ("", f"qawl: {caught.value}\n")


def test_every_wrong_value_is_told_at_once_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_PARTITIONS", "9" * 10_000 + "x")
    monkeypatch.setenv("QAWL_LOG_FORMAT", "xml")
    with pytest.raises(SettingsError, match=r"QAWL_PARTITIONS=9+: .*; QAWL_LOG_FORMAT=xml: ") as caught:
        Settings.load()
    assert len(str(caught.value)) < 400


def test_environment_wins_over_dot_env_and_options_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("QAWL_PARTITIONS=3\nQAWL_TOPIC_PREFIX=desk.\nOTHER=1\n")
    monkeypatch.setenv("QAWL_PARTITIONS", "5")
    settings = Settings.load()
    assert (settings.partitions, settings.topic_prefix) == (5, "desk.")
    assert Settings.load(partitions=7, topic_prefix=None).partitions == 7


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_KAFKA_BOOTSTRAP", "")
    monkeypatch.setenv("QAWL_HTTP_PORT", "")
    settings = Settings.load()
    assert (settings.kafka_bootstrap, settings.http_port) == (None, 6066)


def test_a_dot_env_that_is_no_text_is_told() -> None:
    Path(".env").write_bytes(b"QAWL_TOPIC_PREFIX=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env: expected UTF-8 text"):
        Settings.load()


@pytest.mark.parametrize(
    "line", ["QAWL_PARTITIONS: 3", "QAWL PARTITIONS=3", 'QAWL_TOPIC_PREFIX="desk.', "QAWL_PARTITIONS"]
)
def test_a_line_of_dot_env_that_sets_nothing_is_told_and_not_passed_over(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".env").write_text(f"# of the desk\n\n{line}\nQAWL_HTTP_PORT=1\n")
    monkeypatch.setattr("sys.argv", ["qawl", "config"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (
        2,
        f"qawl: {Path('.env').absolute()}:3: expected NAME=value\n",
    )


def test_a_dot_env_that_is_a_directory_is_told() -> None:
    Path(".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Is a directory"):
        Settings.load()


def test_dot_env_may_be_as_shells_write_it() -> None:
    Path(".env").write_text("export QAWL_PARTITIONS=3  # few\nexport OTHER\n\nQAWL_TOPIC_PREFIX='desk.'\n")
    assert (Settings.load().partitions, Settings.load().topic_prefix) == (3, "desk.")


@pytest.mark.parametrize("value", ["kafka:9092", "a.b-c:1,127.0.0.1:65535", "[::1]:9092", "[::1]:1,b:2", "a:1, b:2"])
def test_addresses_of_brokers(value: str) -> None:
    assert Settings.load(kafka_bootstrap=value).kafka_bootstrap == value.replace(" ", "")


@pytest.mark.parametrize("value", ["a", "a:", ":1", "a:0", "a:65536", "a:1,", "a b:1", "kafka://a:1", "u@a:1", "::1:9"])
def test_what_is_no_address_of_a_broker(value: str) -> None:
    with pytest.raises(SettingsError, match="expected HOST:PORT"):
        Settings.load(kafka_bootstrap=value)


def test_no_broker_is_told() -> None:
    with pytest.raises(SettingsError, match="QAWL_KAFKA_BOOTSTRAP is not set"):
        bootstrap(Settings.load())


def test_a_folder_in_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("QAWL_DATA_DIR=~/qawl\n")
    assert Settings.load().data_dir == Path.home() / "qawl"


@pytest.mark.parametrize("name", ["cafile", "certfile"])
def test_certificate_files_that_cannot_be_used_are_named(name: str) -> None:
    settings = {"kafka_bootstrap": "h:1", "kafka_security_protocol": "SSL", f"kafka_ssl_{name}": Path("a.pem")}
    with pytest.raises(SettingsError, match=f"QAWL_KAFKA_SSL_{name.upper()}=a.pem: there is no such file"):
        client_options(Settings.load(**settings))
    Path("a.pem").write_text("not a certificate")
    with pytest.raises(SettingsError, match=f"QAWL_KAFKA_SSL_{name.upper()}=a.pem: expected .* in PEM"):
        client_options(Settings.load(**settings))


def test_an_encrypted_key_is_an_error_and_never_a_question() -> None:
    request = ["req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:s", "-subj", "/CN=c"]
    request += ["-keyout", "k.pem", "-out", "c.pem"]
    try:
        subprocess.run(["openssl", *request], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl to make a key")
    settings = Settings.load(kafka_security_protocol="SSL", kafka_ssl_certfile="c.pem", kafka_ssl_keyfile="k.pem")
    with pytest.raises(SettingsError, match=r"QAWL_KAFKA_SSL_KEYFILE=k\.pem: expected .*not encrypted"):
        ssl_context(settings)


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_faust_connects_as_every_other_client_does(protocol: str, mechanism: str) -> None:
    settings = Settings.load(
        kafka_bootstrap="h:1",
        kafka_security_protocol=protocol,
        kafka_sasl_mechanism=mechanism,
        kafka_sasl_username="u",
        kafka_sasl_password="p",
    )
    of_client = client_options(settings)
    of_faust = dict(credentials_to_aiokafka_auth(faust_credentials(settings)))
    assert (of_client.pop("ssl_context") is None) == (of_faust.pop("ssl_context", None) is None)
    assert of_client.pop("bootstrap_servers") == "h:1"
    assert of_client == of_faust
