"""Settings to connection parameters, the same for aiokafka and for Faust (which passes them to aiokafka)."""

import ssl
from typing import Any

from streams.settings import PREFIX, Settings, SettingsError


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context of the settings, None for a protocol without TLS.

    Raises:
        SettingsError: a file that cannot be read or is no certificate; names the variable.
    """
    if settings.kafka_security_protocol not in ("SSL", "SASL_SSL"):
        return None
    for name in ("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            raise SettingsError(f"{PREFIX}{name.upper()}={path}: there is no such file")
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ssl_cafile)
        if settings.kafka_ssl_certfile:
            context.load_cert_chain(settings.kafka_ssl_certfile, settings.kafka_ssl_keyfile)
    except (ssl.SSLError, OSError) as e:
        raise SettingsError(f"{PREFIX}KAFKA_SSL_…: the certificate files cannot be used: {e}") from e
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


def bootstrap(settings: Settings) -> str:
    """HOST:PORT of the brokers. Raises SettingsError where none is set."""
    if settings.kafka_bootstrap is None:
        raise SettingsError(f"{PREFIX}KAFKA_BOOTSTRAP is not set: give HOST:PORT of a Kafka broker (or try `qawl up`)")
    return settings.kafka_bootstrap


def faust_credentials(settings: Settings) -> Any:
    """`broker_credentials` of a Faust app, None for plain text."""
    from faust.auth import SASLCredentials, SSLCredentials

    context = ssl_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        assert settings.kafka_sasl_password is not None
        credentials = SASLCredentials(
            username=settings.kafka_sasl_username,
            password=settings.kafka_sasl_password.get_secret_value(),
            mechanism=settings.kafka_sasl_mechanism,
            ssl_context=context,
        )
        if context is None:
            # Faust turns SASL into SASL_SSL of its own accord unless it is told the protocol.
            from faust.types.auth import AuthProtocol

            credentials.protocol = AuthProtocol.SASL_PLAINTEXT
        return credentials
    return SSLCredentials(context) if context is not None else None
