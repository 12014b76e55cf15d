"""Ids of articles that stay the same however a feed writes them, and whether a text is the one that was seen."""

import re
from hashlib import sha256
from urllib.parse import quote, urlsplit, urlunsplit

_MOST_CHARS = 512  # what the contract allows
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|cmpid|at_\w+|xtor|ocid|traffic_source", re.I)
_IN_QUERY = "%!$&'()*+,;=:@/?[]|"  # what stays as it is written
_PORTS = {"http": 80, "https": 443}
_NOISE = re.compile("[\x00-\x20\x7f-\x9f\ud800-\udfff]+")


def canonical_url(url: str) -> str | None:
    """One address for all the ways to write it, None for what is no http address.

    >>> canonical_url("HTTPS://Example.com:443/a/?utm_source=rss&id=7#top")
    'https://example.com/a/?id=7'
    """
    try:
        parts = urlsplit(_NOISE.sub("", url))
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
        if scheme not in _PORTS or not host:
            return None
        where = f"[{host}]" if ":" in host else host
        if port is not None and port != _PORTS[scheme]:
            where += f":{port}"
        # Not decoded: what is no UTF-8 there (`?t=%C7`, in windows-1256) would be the same for all.
        kept = [p for p in parts.query.split("&") if p and not _TRACKING.fullmatch(p.partition("=")[0])]
        # `#/story/1` and `#!/story/1` are pages of their own, `#top` is a place in one.
        page = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
        return urlunsplit((scheme, where, parts.path or "/", quote("&".join(kept), safe=_IN_QUERY), page))
    except ValueError:
        return None


def article_id(identifier: str | None, *, url: str | None = None, within: str = "", otherwise: str = "") -> str:
    """An article's id: what the source calls it, or else its address, or else a digest of `otherwise`.

    An identifier that is unique only in its feed (a bare number) is put behind `within`; one that is too long for the
    contract becomes its digest.

    >>> article_id("4711", within="example.com"), article_id(None, url="http://example.com/a#b")
    ('example.com:4711', 'http://example.com/a')
    """
    name = _NOISE.sub(" ", identifier or "").strip()
    if name:
        name = canonical_url(name) or (name if ":" in name or not within else f"{within}:{name}")
    else:
        name = canonical_url(url or "") or f"{within or 'qawl'}:{digest(otherwise)[:32]}"
    return name if len(name) <= _MOST_CHARS else f"sha256:{digest(name)}"


def shown(name: str) -> str:
    """A name as it can be written: what is no UTF-8 in that of a file is shown as `?`.

    >>> shown("قال\\udcc7.xml")
    'قال?.xml'
    """
    return name.encode("utf-8", "replace").decode()


def digest(text: str | bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")).hexdigest()
