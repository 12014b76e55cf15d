"""What an operator may set: one typed class, read from the environment (`QAWL_…`) and a `.env` file."""

import difflib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX, FROM_PREFIX = "QAWL_", "QAWL_FROM_"
_ENV_FILE = ".env"
_MASK = "********"
_SHOWN_CHARS = 80  # a wrong value is shown for recognition, not whole
_ADDRESS = re.compile(r"(?:[^\s,:@/\[\]]+|\[[0-9a-fA-F:.]+\]):([0-9]{1,5})")
_SASL = ("kafka_sasl_username", "kafka_sasl_password")
_TLS = ("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile")


class SettingsError(ValueError):
    """A setting that cannot be used; the text is one line that names the variable and what was expected."""


def _addresses(value: str) -> str:
    addresses = [a.strip() for a in value.split(",")]
    for address in addresses:
        match = _ADDRESS.fullmatch(address)
        if match is None or not 0 < int(match[1]) < 65536:
            raise ValueError("expected HOST:PORT of one or more Kafka brokers, comma separated")
    return ",".join(addresses)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError, a folder's name an OSError
        raise ValueError("expected a time zone such as Asia/Riyadh or UTC") from None
    return value


def _listed(value: Any) -> Any:
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


# A shell expands `~`, a `.env` file does not: without this a folder of that name is made.
_Path = Annotated[Path, AfterValidator(Path.expanduser)]
_Days = Annotated[float, Field(gt=0, le=36_500, allow_inf_nan=False)]
_Name = r"^[A-Za-z0-9._-]{%d,100}$"  # what Kafka allows in a topic's name


class Settings(BaseSettings):
    """All settings with their defaults. `Settings.load()` reads them; the constructor takes overrides by name.

    An empty variable counts as not set: container files often pass `QAWL_KAFKA_BOOTSTRAP=` for "none".
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=_ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True
    )

    kafka_bootstrap: Annotated[str, AfterValidator(_addresses)] | None = Field(
        default=None,
        description="HOST:PORT of the Kafka brokers, comma separated; `qawl up` starts its own broker without it",
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="how to talk to the brokers"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="SASL mechanism, with a SASL_… protocol"
    )
    kafka_sasl_username: str | None = Field(default=None, description="SASL user")
    kafka_sasl_password: SecretStr | None = Field(default=None, description="SASL password")
    kafka_ssl_cafile: _Path | None = Field(
        default=None,
        description="PEM file of the authority that signed the brokers' certificates; the system's if not set",
    )
    kafka_ssl_certfile: _Path | None = Field(default=None, description="PEM file of the client's certificate")
    kafka_ssl_keyfile: _Path | None = Field(default=None, description="PEM file of the client's key, not encrypted")
    topic_prefix: Annotated[str, Field(pattern=_Name % 0)] = Field(
        default="", description="put before every topic's name"
    )
    partitions: Annotated[int, Field(ge=1, le=1000)] = Field(default=8, description="partitions of every topic")
    replication: Annotated[int, Field(ge=1, le=10)] = Field(default=1, description="replicas of every partition")
    retention_days: _Days = Field(default=7.0, description="how long articles and statements are kept")
    deadletter_retention_days: _Days = Field(default=90.0, description="how long dead letters are kept")
    consumer_group: Annotated[str, Field(pattern=_Name % 1)] = Field(
        default="qawl", description="consumer group that the workers share"
    )
    worker_id: Annotated[str, Field(pattern=_Name % 1)] | None = Field(
        default=None,
        description="name that this worker keeps over restarts: then its partitions wait for it, without a rebalance",
    )
    http_host: str = Field(default="127.0.0.1", description="address of the worker's /healthz, /readyz and /metrics")
    http_port: Annotated[int, Field(ge=0, le=65535)] = Field(default=6066, description="its port, 0 for any free one")
    entity_engine: Literal["builtin", "camel"] = Field(
        default="builtin", description="what finds names: the shipped model, or a BERT of camel-tools"
    )
    camel_model: str | None = Field(
        default=None,
        description="folder of the camel engine's model, or its name in camel-tools' catalogue; its default if not set",
    )
    actors_file: _Path | None = Field(
        default=None,
        description="TSV file of actors that you know, beside the shipped ones; read again when it changes",
    )
    gateway_host: str | None = Field(
        default=None,
        description="address of the gateway; if not set: loopback without tokens, all addresses with them",
    )
    gateway_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=6080, description="its port, 0 for any free one"
    )
    gateway_tokens_file: _Path | None = Field(
        default=None, description="file of bearer tokens, one a line; without it the gateway listens on loopback only"
    )
    gateway_cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        default=(), description="origins whose pages may ask the gateway, comma separated; `*` for all"
    )
    gateway_requests_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=600, description="most requests of one client (token or address) in a minute; 0 for any number"
    )
    gateway_streams: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=2000, description="most clients of the stream at once"
    )
    gateway_client_bytes: Annotated[int, Field(ge=1 << 16, le=1 << 30)] = Field(
        default=4 << 20, description="most bytes that wait for one client of the stream; then it is told and let go"
    )
    gateway_heartbeat_seconds: Annotated[float, Field(gt=0, le=600)] = Field(
        default=15.0, description="how often a client hears something where there is nothing to tell"
    )
    data_dir: _Path = Field(
        default=Path(".qawl"),
        description="where the gateway keeps its index, which it can rebuild from Kafka, and `qawl ingest` what left",
    )
    ingest_host: str | None = Field(
        default=None,
        description="address of `qawl ingest http`; if not set: loopback without tokens, all addresses with them",
    )
    ingest_port: Annotated[int, Field(ge=0, le=65535)] = Field(default=6090, description="its port, 0 for any free one")
    ingest_tokens_file: _Path | None = Field(
        default=None, description="file of its bearer tokens, one a line; without it it listens on loopback only"
    )
    ingest_queue: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        default=1000, description="most articles that it has in hand; then clients are told to come later"
    )
    ingest_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="time zone of dates that feeds give without one, such as `Asia/Riyadh`"
    )
    ingest_duplicate_share: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.6, description="share of four-word runs from which on an article counts as another one's copy"
    )
    ingest_duplicate_days: _Days = Field(default=3.0, description="how long an article is looked for copies of")
    log_format: Literal["console", "json"] = Field(default="console", description="console or json")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least severity that is logged"
    )
    traces_endpoint: Annotated[str, Field(pattern=r"^https?://[^\s/]+\S*$")] | None = Field(
        default=None,
        description="where traces go by OTLP over HTTP, such as `http://collector:4318/v1/traces`; needs `qawl[otel]`",
    )
    transaction_records: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=500, description="most records of one partition whose outputs are one Kafka transaction"
    )
    transaction_bytes: Annotated[int, Field(ge=1024, le=1 << 30)] = Field(
        default=8 << 20, description="most bytes of their outputs"
    )
    transaction_seconds: Annotated[float, Field(ge=0, le=30)] = Field(
        default=0.5, description="how long outputs wait for company under load; without load they do not wait"
    )
    max_attempts: Annotated[int, Field(ge=1, le=100)] = Field(
        default=3, description="how often an article may end the worker before it goes to the dead letters"
    )
    max_body_chars: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        default=1_000_000, description="longest article body; longer ones go to the dead letters"
    )

    @model_validator(mode="after")
    def _security_is_complete(self) -> "Settings":
        if self.kafka_security_protocol.startswith("SASL"):
            for name in _SASL:
                if getattr(self, name) is None:
                    raise ValueError(f"{self._variable(name)} is needed with {self.kafka_security_protocol}")
        if self.kafka_ssl_keyfile is not None and self.kafka_ssl_certfile is None:
            certfile, keyfile = self._variable("kafka_ssl_certfile"), self._variable("kafka_ssl_keyfile")
            raise ValueError(f"{certfile} is needed with {keyfile}")
        return self

    @classmethod
    def load(cls, **overrides: Any) -> "Settings":
        """The settings in force; `overrides` (command-line options) win, None among them means not given.

        Raises:
            SettingsError: a value that cannot be used, or a `.env` that cannot be read.
        """
        given = {k: v for k, v in overrides.items() if v is not None}
        try:
            _check(Path(_ENV_FILE))
            return cls(**given)
        except ValidationError as e:
            raise SettingsError(_one_line(e, cls._variable)) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{Path(_ENV_FILE).absolute()}: expected UTF-8 text") from None
        except OSError as e:
            raise SettingsError(f"{Path(_ENV_FILE).absolute()} cannot be read: {e.strerror}") from None

    @property
    def prefix(self) -> str:
        """What the variables of these settings begin with."""
        return self.model_config.get("env_prefix", PREFIX)

    @classmethod
    def _variable(cls, name: str) -> str:
        return cls.model_config.get("env_prefix", PREFIX) + name.upper()

    def masked(self) -> dict[str, str]:
        """Variable -> value for people to read; secrets are stars."""
        out = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            text = ",".join(value) if isinstance(value, tuple) else str(value)
            out[self._variable(name)] = "" if value is None else _MASK if isinstance(value, SecretStr) else text
        return out

    def without_effect(self) -> list[str]:
        """What is set and does nothing, one remark each: a misspelt variable, credentials that the protocol ignores."""
        known = [name.upper() for name in Settings.model_fields]
        known += [FROM_PREFIX.removeprefix(PREFIX) + name for name in known if name.startswith("KAFKA_")]
        remarks = []
        for variable in sorted({v.upper() for v in [*os.environ, *dotenv_values(_ENV_FILE)]}):
            name = variable.removeprefix(PREFIX)
            if variable.startswith(PREFIX) and name not in known:
                near = difflib.get_close_matches(name, known, 1, cutoff=0.7)
                remarks.append(f"{variable} is no setting" + (f" (did you mean {PREFIX}{near[0]}?)" if near else ""))
        protocol = self.kafka_security_protocol
        for names, word, remedy in ((_SASL, "SASL", "SASL_SSL"), (_TLS, "SSL", "SSL or SASL_SSL")):
            unused = [self._variable(n) for n in names if getattr(self, n) is not None]
            if unused and word not in protocol:
                wanted = f"set {self._variable('kafka_security_protocol')} to {remedy} to use it"
                remarks += [f"{v} is not used with {protocol}: {wanted}" for v in unused]
        return remarks


class FromSettings(Settings):
    """The Kafka that `qawl ingest kafka` reads from: the connection's settings by the names `QAWL_FROM_KAFKA_…`."""

    model_config = SettingsConfigDict(env_prefix=FROM_PREFIX)


def _check(env_file: Path) -> None:
    """Refuse a `.env` with a line that sets nothing: python-dotenv would pass over it, and what it meant not hold.

    Raises:
        SettingsError: names file and line.
        OSError, UnicodeDecodeError: it cannot be read, such as a directory.
    """
    if not env_file.exists() or env_file.is_fifo():  # a pipe gives what it has only once
        return
    with env_file.open(encoding="utf-8") as file:
        for binding in parse_stream(file):
            text = binding.original.string
            # Of other programs' names without a value nothing is known: a shell's `export NAME` is one.
            if binding.error or (binding.value is None and (binding.key or "").upper().startswith(PREFIX)):
                line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
                raise SettingsError(f"{env_file.absolute()}:{line}: expected NAME=value")


def _one_line(error: ValidationError, variable: Callable[[str], str]) -> str:
    parts = []
    for e in error.errors():
        message = e["msg"].removeprefix("Value error, ")
        message = message.replace("Input should be", "expected").replace(
            "String should match pattern", "expected text like"
        )
        if e["loc"]:
            name = str(e["loc"][0])
            # repr's escapes keep a line break in the value from breaking the line
            shown = _MASK if "password" in name else repr(str(e["input"]))[1:-1][:_SHOWN_CHARS]
            message = f"{variable(name)}={shown}: {message}"
        parts.append(message)
    return "; ".join(dict.fromkeys(parts))
