"""Errors as `application/problem+json` (RFC 9457): what is wrong, and with which parameter."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from aiohttp import web

CONTENT_TYPE = "application/problem+json"


def problem(
    status: int,
    detail: str,
    *,
    parameter: str | None = None,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, object]] | None = None,
) -> web.Response:
    """A response that tells what is wrong; `errors` tells each fault of a request that holds several things."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if parameter is not None:
        body["parameter"] = parameter
    if errors:
        body["errors"] = errors
    return web.Response(
        status=status, text=json.dumps(body, ensure_ascii=False), content_type=CONTENT_TYPE, headers=headers
    )


def no_token() -> web.Response:
    """To a request without a bearer token, or with one that is not known."""
    return problem(401, "expected a bearer token", headers={"WWW-Authenticate": 'Bearer realm="qawl"'})


def of_http(error: web.HTTPException) -> web.Response:
    """What aiohttp, or a handler, raised: no such path, another method."""
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
    return problem(error.status, error.reason, headers=headers)
