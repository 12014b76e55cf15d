"""What an operator may set: one typed class, read from the environment (`QAWL_…`) and a `.env` file."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "QAWL_"


class SettingsError(ValueError):
    """A setting that cannot be used; the text is one line that names the variable and what was expected."""


class Settings(BaseSettings):
    """All settings with their defaults. `Settings.load()` reads them; the constructor takes overrides by name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    kafka_bootstrap: Annotated[str, Field(pattern=r"^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$|^\[[0-9a-fA-F:]+\]:\d+$")] | None = Field(
        None, description="HOST:PORT of the Kafka brokers, comma separated; `qawl up` starts its own broker without it"
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to talk to the brokers"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism, with a SASL_… protocol"
    )
    kafka_sasl_username: str | None = Field(None, description="SASL user")
    kafka_sasl_password: SecretStr | None = Field(None, description="SASL password")
    kafka_ssl_cafile: Path | None = Field(None, description="PEM file of the authority that signed the brokers' certificates")
    kafka_ssl_certfile: Path | None = Field(None, description="PEM file of the client's certificate")
    kafka_ssl_keyfile: Path | None = Field(None, description="PEM file of the client's key")
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = Field(
        "", description="put before every topic's name"
    )
    partitions: Annotated[int, Field(ge=1, le=1000)] = Field(8, description="partitions of every topic")
    replication: Annotated[int, Field(ge=1, le=10)] = Field(1, description="replicas of every partition")
    retention_days: Annotated[float, Field(gt=0)] = Field(7.0, description="how long articles and statements are kept")
    deadletter_retention_days: Annotated[float, Field(gt=0)] = Field(90.0, description="how long dead letters are kept")
    consumer_group: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        "qawl", description="consumer group that the workers share"
    )
    http_host: str = Field("127.0.0.1", description="address of the worker's /healthz, /readyz and /metrics")
    http_port: Annotated[int, Field(ge=0, le=65535)] = Field(6066, description="its port, 0 for any free one")
    data_dir: Path = Field(Path(".qawl"), description="where a worker keeps what it can rebuild from Kafka")
    log_format: Literal["console", "json"] = Field("console", description="console or json")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least severity that is logged")
    max_body_chars: Annotated[int, Field(ge=1, le=10_000_000)] = Field(
        1_000_000, description="longest article body; longer ones go to the dead letters"
    )

    @model_validator(mode="after")
    def _sasl_is_complete(self) -> "Settings":
        if self.kafka_security_protocol.startswith("SASL"):
            for name in ("kafka_sasl_username", "kafka_sasl_password"):
                if getattr(self, name) is None:
                    raise ValueError(f"{PREFIX}{name.upper()} is needed with {self.kafka_security_protocol}")
        return self

    @classmethod
    def load(cls, **overrides: Any) -> "Settings":
        """The settings in force; `overrides` (command-line options) win, None among them means not given.

        Raises:
            SettingsError: a value that cannot be used.
        """
        given = {k: v for k, v in overrides.items() if v is not None}
        try:
            return cls(**given)
        except ValidationError as e:
            raise SettingsError(_one_line(e)) from None

    def masked(self) -> dict[str, str]:
        """Variable -> value for people to read; secrets are stars."""
        out = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            shown = "" if value is None else "********" if isinstance(value, SecretStr) else str(value)
            out[PREFIX + name.upper()] = shown
        return out


def _one_line(error: ValidationError) -> str:
    parts = []
    for e in error.errors():
        message = e["msg"].removeprefix("Value error, ")
        message = message[:1].lower() + message[1:] if not message.startswith(PREFIX) else message
        if not e["loc"]:
            parts.append(message)
            continue
        name = str(e["loc"][0])
        secret = "password" in name
        parts.append(f"{PREFIX}{name.upper()}={'********' if secret else e['input']}: {message}")
    return "; ".join(dict.fromkeys(parts))
