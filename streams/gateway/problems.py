"""Errors as `application/problem+json` (RFC 9457): what is wrong, and with which parameter."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int, detail: str, *, parameter: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A response that tells what is wrong."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if parameter is not None:
        body["parameter"] = parameter
    return web.Response(
        status=status, text=json.dumps(body, ensure_ascii=False), content_type=CONTENT_TYPE, headers=headers
    )
