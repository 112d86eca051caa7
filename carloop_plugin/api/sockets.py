"""Sockets that keep a call's deadline: resolve, connect, TLS, send, receive.

Plain functions over `socket` and `ssl`, so that the deadline holds whichever HTTP library is above. Each raises
`AttemptFailed` with a reason a person can act on.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from carloop_plugin.api.call import DEADLINE, AttemptFailed, Call
from carloop_plugin.api.tls import tls_reason
from carloop_plugin.domain.failures import Reason
from mobility_hookspecs.authoring.forking import delay_fork, renew_in_child

# getaddrinfo cannot be interrupted: a name server that hangs may hold this many threads, not more
_MOST_RESOLVERS = 8
_RESOLVERS = threading.BoundedSemaphore(_MOST_RESOLVERS)

CONNECT_TIMEOUT = Reason("unreachable", "api.connect_timeout")


def seconds_left(call: Call) -> float:
    """Return the seconds that a wait may take. Raise `AttemptFailed` once there are none."""
    seconds = call.until - time.monotonic()
    if seconds > 0:
        return seconds
    raise AttemptFailed(DEADLINE if time.monotonic() >= call.deadline else CONNECT_TIMEOUT)


def connect(host: str, port: int, *, call: Call) -> socket.socket:
    """Connect to the first of a host's addresses that answers, each given its share of the time left."""
    with _connecting(call):
        addresses = _resolve(host, port, call)
        failure = AttemptFailed(_reason("api.no_connection", host))
        for position, address in enumerate(addresses):
            share = seconds_left(call) / (len(addresses) - position)
            try:
                sock = socket.create_connection(address, share)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except TimeoutError:
                failure = _timed_out(call) if len(addresses) == 1 else failure
            except ConnectionRefusedError:
                place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                failure = AttemptFailed(_reason("api.connection_refused", place))
            except OSError:
                failure = AttemptFailed(_reason("api.no_connection", host))
        seconds_left(call)
        raise failure


def start_tls(plain: socket.socket, context: ssl.SSLContext, host: str, *, call: Call) -> ssl.SSLSocket:
    """Shake hands and check the certificate. A failure here is never worth another attempt."""
    # OpenSSL looks up its algorithms under locks that all connections share
    with delay_fork(), _connecting(call):
        try:
            secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        except OSError:
            raise AttemptFailed(_reason("api.tls_broken", host), again=False) from None
        try:
            _shake_hands(secured, host, call)
        except BaseException:  # whatever it is, the socket must not outlive it
            secured.close()
            raise
        return secured


def send(sock: socket.socket, data: memoryview, *, call: Call) -> int:
    """Send some of `data` and return how much. Raise `OSError` where the connection is gone."""
    sock.settimeout(seconds_left(call))
    if isinstance(sock, ssl.SSLSocket):
        # a record may be on its way although the call fails
        call.sent_at = call.sent_at or time.monotonic()
    try:
        size = sock.send(data)
    except TimeoutError:
        raise _timed_out(call) from None
    call.sent_at = call.sent_at or time.monotonic()
    return size


def receive(sock: socket.socket, most: int, *, call: Call) -> bytes:
    """Receive some bytes, none where the other side has closed."""
    sock.settimeout(seconds_left(call))
    try:
        return sock.recv(most)
    except TimeoutError:
        raise _timed_out(call) from None
    except ssl.SSLEOFError:
        return b""
    except ssl.SSLError:
        raise AttemptFailed(Reason("unreachable", "api.tls_broken_off"), again=False) from None
    except OSError:
        raise AttemptFailed(Reason("unreachable", "api.answer_lost")) from None


@contextmanager
def _connecting(call: Call) -> Iterator[None]:
    """Limit what happens inside to what is left of the call's three seconds for connecting."""
    started = time.monotonic()
    call.until = min(call.deadline, started + call.connect_left)
    try:
        yield
    finally:
        call.connect_left -= time.monotonic() - started
        call.until = call.deadline


def _timed_out(call: Call) -> AttemptFailed:
    """Return which limit a wait has just run into."""
    return AttemptFailed(CONNECT_TIMEOUT if call.until < call.deadline else DEADLINE)


def _shake_hands(secured: ssl.SSLSocket, host: str, call: Call) -> None:
    secured.settimeout(seconds_left(call))
    try:
        secured.do_handshake()
    except TimeoutError:
        raise _timed_out(call) from None
    except ssl.SSLError as error:
        raise AttemptFailed(tls_reason(error, host, secured), again=False) from None
    except OSError:
        raise AttemptFailed(_reason("api.tls_broken", host), again=False) from None


def _resolve(host: str, port: int, call: Call) -> list[tuple[str, int]]:
    """Look up a host's addresses within the time left; a numeric one needs no name server."""
    try:
        return _look_up(host, port, socket.AI_NUMERICHOST)
    except OSError:
        pass
    if not _RESOLVERS.acquire(timeout=seconds_left(call)):
        raise _timed_out(call)
    found: SimpleQueue[list[tuple[str, int]]] = SimpleQueue()
    threading.Thread(target=_look_up_into, args=(host, port, found), name="carloop-dns", daemon=True).start()
    try:
        addresses = found.get(timeout=seconds_left(call))
    except Empty:
        raise _timed_out(call) from None
    if not addresses:
        raise AttemptFailed(_reason("api.unknown_host", host))
    return addresses


def _look_up_into(host: str, port: int, found: SimpleQueue[list[tuple[str, int]]]) -> None:
    try:
        found.put(_look_up(host, port, 0))
    except (OSError, UnicodeError):
        found.put([])
    finally:
        _RESOLVERS.release()


def _look_up(host: str, port: int, flags: int) -> list[tuple[str, int]]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(str(address[0]), int(address[1])) for *_, address in rows]


def _reason(text: str, host: str) -> Reason:
    return Reason("unreachable", text, (("host", host),))


def _renew() -> None:
    global _RESOLVERS
    _RESOLVERS = threading.BoundedSemaphore(_MOST_RESOLVERS)


renew_in_child(_renew)
