"""A network backend for httpcore that ends each wait at the current call's deadline: connect, TLS, send, receive.

A wait that ends there raises `TimeoutError`. What a person can act on is an `AttemptFailed` with its reason; others are
the sockets' own. The time-outs that httpcore passes know less.
"""

# ruff: noqa: ARG002  # the signatures are httpcore's
from __future__ import annotations

import selectors
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from carloop_plugin.api.call import BODY_BYTES, CURRENT, TOO_LARGE, AttemptFailed, Call
from carloop_plugin.api.tls import tls_reason
from carloop_plugin.domain.failures import Reason
from mobility_hookspecs.authoring.forking import delay_fork, renew_in_child

CONNECT_SECONDS = 3.0

_HEADER_BYTES = 256 * 1024
# so small that parsing one read's worth of hostile header lines takes milliseconds
_HEADER_READ_BYTES = 8 * 1024
_BODY_READ_BYTES = 64 * 1024
# the framing of a chunked body comes on top; no real server sends a body in one-byte chunks
_RAW_BYTES = 2 * BODY_BYTES

# getaddrinfo cannot be interrupted: a name server that hangs may hold this many threads, not more
_MOST_RESOLVERS = 8
_RESOLVERS = threading.BoundedSemaphore(_MOST_RESOLVERS)

_Address = tuple[str, int]


def seconds_left(call: Call) -> float:
    """Return the seconds that the present wait may take. Raise `TimeoutError` once there are none."""
    seconds = call.until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections whose waits, like its own, end at the current call's deadline."""

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        """Connect to the first of a host's addresses that answers, each given its share of the time left."""
        call = CURRENT.get()
        call.until = min(call.deadline, time.monotonic() + CONNECT_SECONDS)
        addresses = _resolve(host, port, call)
        for position, address in enumerate(addresses):
            share = seconds_left(call) / (len(addresses) - position)
            try:
                sock = socket.create_connection(address, share)
                break
            except ConnectionRefusedError:
                failure = _reason(
                    "api.connection_refused", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                )
            except OSError:
                failure = _reason("api.no_connection", host)
        else:
            seconds_left(call)
            raise AttemptFailed(failure)
        with suppress(OSError):  # a connection that is gone already says so when it is written to
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Stream(sock)


@dataclass(eq=False)
class _Stream(httpcore.NetworkStream):
    """A connection that counts what arrives."""

    sock: socket.socket

    def __post_init__(self) -> None:
        # what a forked process inherited is neither used nor closed, not even when it is collected
        renew_in_child(self.sock.detach)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Receive some bytes; none where the other side has closed."""
        call = CURRENT.get()
        size, most = (_BODY_READ_BYTES, _RAW_BYTES) if call.answered else (_HEADER_READ_BYTES, _HEADER_BYTES)
        self.sock.settimeout(seconds_left(call))
        try:
            data = self.sock.recv(min(max_bytes, size))
        except ssl.SSLEOFError:
            return b""
        except ssl.SSLError:
            raise AttemptFailed(Reason("unreachable", "api.tls_broken_off"), again=False) from None
        call.received += len(data)
        if call.received > most:
            raise AttemptFailed(TOO_LARGE)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        call = CURRENT.get()
        # what follows a connection's handshake, so connecting is over
        call.until = call.deadline
        rest = memoryview(buffer)
        while rest:
            self.sock.settimeout(seconds_left(call))
            if isinstance(self.sock, ssl.SSLSocket):
                # a record may be on its way although the call fails
                call.sent = True
            try:
                rest = rest[self.sock.send(rest) :]
            except TimeoutError:
                raise
            except OSError as error:
                # httpcore then reads what the server said before it closed, if anything
                raise httpcore.WriteError from error
            call.sent = True

    def close(self) -> None:
        """Close the connection at once."""
        self.sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands and check the certificate. A failure here is never worth another attempt."""
        host, sock, call = server_hostname or "", self.sock, CURRENT.get()
        try:
            # OpenSSL looks up its algorithms under locks that all connections share
            with delay_fork():
                sock = secured = ssl_context.wrap_socket(
                    sock, server_hostname=host, do_handshake_on_connect=False
                )
                secured.settimeout(seconds_left(call))
                secured.do_handshake()
        except BaseException as error:  # whatever it is, the socket must not outlive it
            sock.close()
            if isinstance(error, TimeoutError) or not isinstance(error, OSError):
                raise
            raise AttemptFailed(tls_reason(error, host), again=False) from None
        return _Stream(secured)

    def get_extra_info(self, info: str) -> object:
        """Return whether an idle connection has been closed by the other side, for `is_readable`."""
        if info != "is_readable":
            return None
        # httpcore asks under its pool's lock, but another thread that uses the connection may close it at any moment
        with suppress(OSError, ValueError), selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(0))
        return True


def _resolve(host: str, port: int, call: Call) -> list[_Address]:
    """Look up a host's addresses within the time left; a numeric one needs no name server."""
    with suppress(OSError):
        socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
        return [(host, port)]
    if not _RESOLVERS.acquire(timeout=seconds_left(call)):
        raise TimeoutError
    found: SimpleQueue[list[_Address]] = SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, found), name="carloop-dns", daemon=True).start()
    try:
        addresses = found.get(timeout=seconds_left(call))
    except Empty:
        raise TimeoutError from None
    if not addresses:
        raise AttemptFailed(_reason("api.unknown_host", host))
    return addresses


def _look_up(host: str, port: int, found: SimpleQueue[list[_Address]]) -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.put([(str(address[0]), int(address[1])) for *_, address in rows])
    except (OSError, UnicodeError):
        found.put([])
    finally:
        _RESOLVERS.release()


def _reason(text: str, host: str) -> Reason:
    return Reason("unreachable", text, (("host", host),))


def _renew() -> None:
    global _RESOLVERS
    _RESOLVERS = threading.BoundedSemaphore(_MOST_RESOLVERS)


renew_in_child(_renew)
