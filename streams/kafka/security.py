"""Settings to connection parameters, the same for aiokafka and for Faust (which passes them to aiokafka)."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from streams.settings import Settings, SettingsError


def bootstrap(settings: Settings) -> str:
    """HOST:PORT of the brokers. Raises SettingsError where none is set."""
    if settings.kafka_bootstrap is None:
        raise SettingsError(
            f"{settings.prefix}KAFKA_BOOTSTRAP is not set: give HOST:PORT of a Kafka broker (or try `qawl up`)"
        )
    return settings.kafka_bootstrap


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context of the settings, None for a protocol without TLS. Broker certificates are always verified.

    Raises:
        SettingsError: a file that cannot be read or is no certificate; names the variable.
    """
    if settings.kafka_security_protocol not in ("SSL", "SASL_SSL"):
        return None
    for name in ("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            raise SettingsError(f"{settings.prefix}{name.upper()}={path}: there is no such file")
    cafile, certfile, keyfile = settings.kafka_ssl_cafile, settings.kafka_ssl_certfile, settings.kafka_ssl_keyfile
    try:
        context = ssl.create_default_context(cafile=cafile)
    except OSError as e:  # ssl.SSLError is one
        raise SettingsError(f"{settings.prefix}KAFKA_SSL_CAFILE={cafile}: expected certificates in PEM: {e}") from e
    if certfile is not None:
        try:
            # Without a password OpenSSL would ask for an encrypted key's on the terminal, and a service would hang.
            context.load_cert_chain(certfile, keyfile, password="")
        except (OSError, ValueError) as e:
            names = f"{settings.prefix}KAFKA_SSL_CERTFILE={certfile}" + (
                f", {settings.prefix}KAFKA_SSL_KEYFILE={keyfile}" if keyfile else ""
            )
            raise SettingsError(f"{names}: expected a certificate and its key, not encrypted, in PEM: {e}") from e
    return context


def client_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of every aiokafka client.

    Raises:
        SettingsError: no broker is set, or the TLS files cannot be used.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": bootstrap(settings),
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": ssl_context(settings),
    }
    if settings.kafka_security_protocol.startswith("SASL"):
        assert settings.kafka_sasl_password is not None  # Settings refuses to load without it
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_sasl_username,
            "sasl_plain_password": settings.kafka_sasl_password.get_secret_value(),
        }
    return options


def faust_credentials(settings: Settings) -> Any:
    """`broker_credentials` of a Faust app, None for plain text.

    Raises:
        SettingsError: the TLS files cannot be used.
    """
    from faust.auth import SASLCredentials, SSLCredentials

    context = ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        assert settings.kafka_sasl_password is not None
        # Faust takes SASL_SSL with a context and SASL_PLAINTEXT without one.
        return SASLCredentials(
            username=settings.kafka_sasl_username,
            password=settings.kafka_sasl_password.get_secret_value(),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
    return SSLCredentials(context) if context is not None else None


@contextmanager
def connection_reasons() -> Iterator[list[str]]:
    """Why aiokafka cannot connect, filled while the block runs.

    With a wrong password or an untrusted certificate aiokafka raises only "Unable to bootstrap" and logs the reason,
    which would not reach an operator whose command shows no log. Where there is a log, it would stand there a second
    time, beside the one clear line: aiokafka's own log is silent in the block.
    """
    reasons: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            args = record.args if isinstance(record.args, tuple) else ()
            error = args[-1] if args else None
            if isinstance(error, BaseException):
                reasons.append(str(error) or type(error).__name__)  # a timeout has no text

    handler = Collect(logging.WARNING)
    logger = logging.getLogger("aiokafka")
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield reasons
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated
