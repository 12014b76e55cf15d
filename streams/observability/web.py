"""The worker's web server on a socket that is open before anything else is begun."""

import logging
import socket

from aiohttp.web import BaseSite, SockSite
from faust.types import AppT
from faust.web.drivers.aiohttp import Web


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises OSError where the address cannot be had."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server((address[0], port), family=family)


class Pages(Web):
    """Faust's web server on a given socket.

    Faust knows no port 0: to look for a free port and tell Faust would lose it to another process now and then, and a
    taken port would be told as a traceback after the worker has joined its group.
    """

    logger = logging.getLogger("faust.web")

    def __init__(self, app: AppT, listener: socket.socket) -> None:
        super().__init__(app)
        self._listener = listener

    def _new_transport_tcp(self) -> BaseSite:
        return SockSite(self._runner, self._listener)
