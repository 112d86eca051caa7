"""Serve an application on a socket of our own, and stop without leaving anything behind."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """uvicorn, which ends normally on SIGTERM and SIGINT and lets what is being answered finish."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        ready: Callable[[], None] = lambda: None,
        stopping: Callable[[], None] = lambda: None,
        http: type[asyncio.Protocol] | str = "h11",
    ) -> None:
        """Prepare to serve.

        :param ready: called as soon as requests are answered.
        :param stopping: called before the server waits for what is being answered.
        """
        config = uvicorn.Config(
            app,
            http=http,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=GRACE_SECONDS,
            log_config=None,
            # Addresses hold references, and references hold an appointment's id.
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)

    def handle_exit(self, _sig: int, _frame: FrameType | None) -> None:
        """Stop on a signal, and let it be: uvicorn raises those it remembers again, and the program would fail."""
        self.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes any free one. OSError when it is in use or not ours."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # `socket.create_server` would keep IPv4 from a socket on `::`, and word its errors with the address in them.
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the web address of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
