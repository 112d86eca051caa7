"""The line to one Carloop: opened at first use, closed when its last call has ended.

Kept apart from the session so that importing and building a session loads no HTTP library, and so that
closing it never cuts off a call that another thread has under way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from carloop_plugin import __version__
from carloop_plugin.api.call import Call
from carloop_plugin.api.failures import Broken, RawAnswer, Trouble
from mobility_hookspecs.authoring.forking import delay_fork, renew_in_child

if TYPE_CHECKING:
    from carloop_plugin.api.transport import Transport


class Line:
    """Opens a transport when it is needed. Its repr names the origin alone."""

    def __init__(self, origin: str, token: str, *, ca_file: str | None) -> None:
        self.origin = origin
        self._token = token
        self._ca_file = ca_file
        self._transport: Transport | None = None
        self._users: dict[Transport, int] = {}
        self._lock = Lock()
        renew_in_child(self._renew)

    def __repr__(self) -> str:
        return f"Line({self.origin!r})"

    def exchange(
        self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes | None, *, call: Call
    ) -> RawAnswer | Trouble:
        """Send one request, once. `url` is absolute; the token is added."""
        from carloop_plugin.api.transport import Request

        try:
            call.left()
        except Broken as broken:
            return Trouble(broken.reason, sent=False)
        with self._open() as transport:
            return transport.exchange(Request(method, url, headers, body), call)

    def close(self) -> None:
        """Close as soon as no call is under way any more. A later call opens anew."""
        with self._lock:
            transport, self._transport = self._transport, None
            unused = transport is not None and not self._users.get(transport)
        if transport is not None and unused:
            transport.close()

    @contextmanager
    def _open(self) -> Iterator[Transport]:
        with self._lock:
            transport = self._transport = self._transport or self._make()
            self._users[transport] = self._users.get(transport, 0) + 1
        try:
            yield transport
        finally:
            with self._lock:
                self._users[transport] -= 1
                last = not self._users[transport]
                if last:
                    del self._users[transport]
                abandoned = last and transport is not self._transport
            if abandoned:
                transport.close()

    def _renew(self) -> None:
        for transport in {self._transport, *self._users}:
            if transport is not None:
                transport.forget()
        self._transport, self._users, self._lock = None, {}, Lock()

    def _make(self) -> Transport:
        from carloop_plugin.api.transport import Transport

        # OpenSSL sets itself up, under locks of its own, when the first context is made.
        with delay_fork():
            return Transport(
                self.origin, self._token, ca_file=self._ca_file, agent=f"carloop-plugin/{__version__}"
            )
