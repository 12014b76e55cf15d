"""Who may ask a service over HTTP: tokens, and without them only who is on the same machine."""

import hmac
import ipaddress
from pathlib import Path
from typing import Literal

from streams.settings import PREFIX, Settings, SettingsError

_LOOPBACK, _EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104
_WANTED = "Name a file of tokens, one a line, that the user of this process can read"
Service = Literal["gateway", "ingest"]  # each has a host and a tokens file of its own in the settings


def read_tokens(settings: Settings, service: Service = "gateway") -> tuple[bytes, ...]:
    """One a line; empty lines and those that begin with # do not count.

    Raises:
        SettingsError: the file cannot be read, or holds none: then everybody would be let in.
    """
    path: Path | None = getattr(settings, f"{service}_tokens_file")
    if path is None:
        return ()
    name = f"{PREFIX}{service.upper()}_TOKENS_FILE={path}"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as e:
        raise SettingsError(f"{name}: cannot be read: {e.strerror}. {_WANTED}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}: cannot be read: it is no UTF-8. {_WANTED}") from None
    tokens = tuple(line.strip().encode() for line in lines if line.strip() and not line.startswith("#"))
    if not tokens:
        raise SettingsError(f"{name}: expected tokens, one a line")
    if any(len(token) < 16 for token in tokens):
        raise SettingsError(f"{name}: expected tokens of 16 characters or more, such as `openssl rand -hex 16` gives")
    return tokens


def host(settings: Settings, service: Service = "gateway") -> str:
    """The address to listen on.

    Raises:
        SettingsError: everybody on a network could ask, without a token, or the tokens cannot be read.
    """
    read_tokens(settings, service)
    address: str | None = getattr(settings, f"{service}_host")
    tokens_file: Path | None = getattr(settings, f"{service}_tokens_file")
    if address is None:
        return _EVERYWHERE if tokens_file else _LOOPBACK
    if tokens_file is None and not _is_loopback(address):
        name = "the gateway" if service == "gateway" else "`qawl ingest http`"
        raise SettingsError(
            f"{PREFIX}{service.upper()}_HOST={address}: without tokens {name} listens on loopback only; "
            f"set {PREFIX}{service.upper()}_TOKENS_FILE"
        )
    return address


def known_token(tokens: tuple[bytes, ...], authorization: str) -> str | None:
    """The bearer token of an Authorization header where it is one of these."""
    kind, _, token = authorization.partition(" ")
    given = token.strip().encode("utf-8", "surrogateescape")
    # All are compared, each in constant time: how long it takes tells nothing of any of them.
    known = [hmac.compare_digest(given, one) for one in tokens]
    return token.strip() if any(known) and kind.lower() == "bearer" else None


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
