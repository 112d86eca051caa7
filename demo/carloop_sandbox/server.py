"""The sandbox's server: ours, on a connection that faults can reach, ending what waits on purpose first."""

import socket
from collections.abc import Callable

from starlette.types import ASGIApp

from carloop_sandbox.faults.broken_connections import SandboxProtocol
from carloop_sandbox.service import Service
from web_base.server import Server


class SandboxServer(Server):
    """Cuts delays and drips short when it stops."""

    def __init__(self, service: Service, app: ASGIApp, *, ready: Callable[[], None] = lambda: None) -> None:
        """Prepare to serve; nothing is started yet. `ready` is called as soon as requests are answered."""
        super().__init__(app, ready=ready, http=SandboxProtocol)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop what waits on purpose, then the rest."""
        self._service.stopping.set()
        await super().shutdown(sockets)
