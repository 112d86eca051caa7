"""Sockets that keep a call's deadline: resolve, connect, TLS, send, receive.

Plain functions over `socket` and `ssl`, so that the deadline holds whichever HTTP library sits on top.
Each raises `Broken` with a reason a person can act on.
"""

from __future__ import annotations

import socket
import ssl
import threading
from queue import Empty, SimpleQueue

from carloop_plugin.api.call import Call
from carloop_plugin.api.failures import Broken
from carloop_plugin.api.tls import tls_reason
from carloop_plugin.domain.failures import Reason
from mobility_hookspecs.authoring.forking import delay_fork, renew_in_child

# getaddrinfo cannot be interrupted: a name server that hangs may hold this many threads, not more
_MOST_RESOLVERS = 8
_RESOLVERS = threading.BoundedSemaphore(_MOST_RESOLVERS)

_Target = tuple[socket.AddressFamily, tuple[object, ...]]


def connect(host: str, port: int, *, call: Call) -> socket.socket:
    """Connect to the first of a host's addresses that answers, each given its share of the time left."""
    with call.connecting():
        targets = _resolve(host, port, call)
        failure = Broken(_reason("api.no_connection", host))
        for position, target in enumerate(targets):
            share = call.left() / (len(targets) - position)
            try:
                return _connect_one(target, share)
            except TimeoutError:
                failure = call.timed_out() if len(targets) == 1 else failure
            except ConnectionRefusedError:
                place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
                failure = Broken(_reason("api.connection_refused", place))
            except OSError:
                failure = Broken(_reason("api.no_connection", host))
        call.left()
        raise failure


def start_tls(plain: socket.socket, context: ssl.SSLContext, host: str, *, call: Call) -> ssl.SSLSocket:
    """Shake hands and check the certificate. A failure here is never worth another attempt."""
    # OpenSSL looks up its algorithms under locks that all connections share.
    with delay_fork():
        return _start_tls(plain, context, host, call)


def _start_tls(plain: socket.socket, context: ssl.SSLContext, host: str, call: Call) -> ssl.SSLSocket:
    try:
        secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except OSError:
        raise Broken(_reason("api.tls_broken", host), again=False) from None
    try:
        with call.connecting():
            _shake_hands(secured, host, call)
    except BaseException:  # whatever it is, the socket must not outlive it
        secured.close()
        raise
    return secured


def send(sock: socket.socket, data: memoryview, *, call: Call) -> int:
    """Send some of `data` and give how much went. Raise `OSError` where the connection is gone."""
    sock.settimeout(call.left())
    if isinstance(sock, ssl.SSLSocket):
        # a record may be on its way although the call fails
        call.mark_sent()
    try:
        size = sock.send(data)
    except TimeoutError:
        raise call.timed_out() from None
    call.mark_sent()
    return size


def receive(sock: socket.socket, most: int, *, call: Call) -> bytes:
    """Receive some bytes, none where the other side has closed."""
    sock.settimeout(call.left())
    try:
        data = sock.recv(min(most, call.read_size()))
    except TimeoutError:
        raise call.timed_out() from None
    except ssl.SSLEOFError:
        return b""
    except ssl.SSLError:
        raise Broken(Reason("unreachable", "api.tls_broken_off"), again=False) from None
    except OSError:
        raise Broken(Reason("unreachable", "api.answer_lost")) from None
    call.count_received(len(data))
    return data


def _shake_hands(secured: ssl.SSLSocket, host: str, call: Call) -> None:
    secured.settimeout(call.left())
    try:
        secured.do_handshake()
    except TimeoutError:
        raise call.timed_out() from None
    except ssl.SSLError as error:
        raise Broken(tls_reason(error, host, secured), again=False) from None
    except OSError:
        raise Broken(_reason("api.tls_broken", host), again=False) from None


def _connect_one(target: _Target, seconds: float) -> socket.socket:
    family, address = target
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:  # whatever it is, the socket must not outlive it
        sock.close()
        raise
    return sock


def _resolve(host: str, port: int, call: Call) -> list[_Target]:
    try:
        return _lookup(host, port, socket.AI_NUMERICHOST)
    except OSError:
        pass
    if not _RESOLVERS.acquire(timeout=call.left()):
        raise call.timed_out()
    found: SimpleQueue[list[_Target] | None] = SimpleQueue()
    threading.Thread(target=_look_up_into, args=(host, port, found), name="carloop-dns", daemon=True).start()
    try:
        targets = found.get(timeout=call.left())
    except Empty:
        raise call.timed_out() from None
    if not targets:
        raise Broken(_reason("api.unknown_host", host))
    return targets


def _look_up_into(host: str, port: int, found: SimpleQueue[list[_Target] | None]) -> None:
    try:
        found.put(_lookup(host, port, 0))
    except (OSError, UnicodeError):
        found.put(None)
    finally:
        _RESOLVERS.release()


def _lookup(host: str, port: int, flags: int) -> list[_Target]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in rows]


def _reason(text: str, host: str) -> Reason:
    return Reason("unreachable", text, (("host", host),))


def _renew() -> None:
    global _RESOLVERS
    _RESOLVERS = threading.BoundedSemaphore(_MOST_RESOLVERS)


renew_in_child(_renew)
