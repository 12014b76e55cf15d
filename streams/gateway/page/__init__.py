"""The page that people read: one document and its assets, served as they are."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from importlib.resources import files

from aiohttp import web

_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
}


def add_page(app: web.Application) -> None:
    """Serve `/` and `/assets/…`; each is read once, and a browser asks whether it has changed."""
    for file in files(__package__).joinpath("assets").iterdir():
        path = "/" if file.name == "index.html" else f"/assets/{file.name}"
        app.router.add_get(path, _handler(file.read_bytes(), _TYPES[file.name.rpartition(".")[2]]))


def _handler(content: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    tag = f'"{sha256(content).hexdigest()[:16]}"'

    async def handle(request: web.Request) -> web.Response:
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, content_type=content_type, charset="utf-8", headers=headers)

    return handle
