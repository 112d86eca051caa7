"""HTTP to one origin: the only file that knows httpx.

A client that keeps the call's deadline at every wait, follows no redirect, asks for unencoded answers and
refuses others before their body is read, and holds the size of what it reads. It speaks to one origin with
one token; neither the token nor a body is in any repr, log or exception.
"""

# ruff: noqa: ARG002  # the signatures of streams and backends are httpcore's
from __future__ import annotations

import select
import socket
import ssl
import time
import weakref
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from carloop_plugin.api import sockets
from carloop_plugin.api.call import BODY_BYTES, CURRENT, DEADLINE, TOO_LARGE, Call
from carloop_plugin.api.failures import Broken, RawAnswer, Trouble
from carloop_plugin.api.library_logs import hush_libraries
from carloop_plugin.api.links import shown_origin
from carloop_plugin.api.tls import make_context
from carloop_plugin.domain.failures import Reason

_MOST_CONNECTIONS = 32
# below the 5 s after which common servers close an idle connection, so that it is seldom closed in our hands
_KEEP_ALIVE_SECONDS = 4.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS_READ = ("content-type", "date", "idempotent-replay", "retry-after")


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask: `url` is absolute and of the transport's own origin, its query included."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)


class Transport:
    """An HTTP client for one origin and one token, safe to use from several threads.

    Connections are kept and used again. `close` closes them; running calls must have ended.
    """

    def __init__(self, origin: str, token: str, *, ca_file: str | None, agent: str) -> None:
        context = make_context(ca_file) if origin.startswith("https:") else None
        hush_libraries()
        self._backend = _Backend()
        self._client = httpx.Client(
            auth=_Bearer(origin, token),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            headers={
                "Accept": "application/json, application/problem+json",
                "Accept-Encoding": "identity",
                "User-Agent": agent,
            },
            transport=_DeadlineTransport(context, self._backend),
            trust_env=False,
        )

    def exchange(self, request: Request, call: Call) -> RawAnswer | Trouble:
        """Send a request once and read its whole answer, all before the call's deadline."""
        call.start_attempt()
        current = CURRENT.set(call)
        try:
            hush_libraries()
            return self._exchange(request, call)
        except Broken as broken:
            return Trouble(broken.reason, sent=call.sent, again=broken.again)
        except httpx.PoolTimeout:
            return Trouble(DEADLINE, sent=False)
        except httpx.HTTPError:
            # a protocol broken, a connection closed in the middle: what came is no answer
            reason = Reason("unreachable", "api.answer_lost" if call.sent else "api.connection_lost")
            return Trouble(reason, sent=call.sent)
        finally:
            CURRENT.reset(current)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def forget(self) -> None:
        """Let go of all connections without closing one, in a forked process: they are its parent's."""
        for stream in self._backend.streams:
            stream.forget()

    def _exchange(self, request: Request, call: Call) -> RawAnswer:
        built = self._client.build_request(
            request.method,
            request.url,
            headers=list(request.headers),
            content=request.body,
            timeout=httpx.Timeout(call.left()),
        )
        response = self._client.send(built, stream=True)
        try:
            body = _read(response, call)
        finally:
            response.close()
        headers = {name: response.headers[name] for name in _HEADERS_READ if name in response.headers}
        return RawAnswer(response.status_code, headers, body, call.moment)


def _read(response: httpx.Response, call: Call) -> bytes:
    # a bytearray, since a list of one-byte chunks takes forty times their size
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > BODY_BYTES:
            raise Broken(TOO_LARGE)
        call.left()
    return bytes(body)


class _Bearer(httpx.Auth):
    """Adds the token to requests to its own origin, and to no other."""

    def __init__(self, origin: str, token: str) -> None:
        self._start = f"{origin}/"
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Authorise one request."""
        if not str(request.url).startswith(self._start):
            raise Broken(Reason("insecure_address", "api.foreign_origin"), again=False)
        request.headers["Authorization"] = self._header
        yield request


class _DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport over sockets that keep the deadline.

    A subclass, because that is where recorded conversations (vcrpy patches `HTTPTransport.handle_request`)
    are put in; what is checked here holds for them too.
    """

    def __init__(self, context: ssl.SSLContext | None, backend: _Backend) -> None:
        # httpx would load its own authorities, 20 ms, if it were given no context at all
        context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            network_backend=backend,
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; refuse by its headers alone an answer that nothing good can follow."""
        response = super().handle_request(request)
        CURRENT.get().mark_answered()
        reason = _refusal_by_headers(response, str(request.url))
        if reason is None:
            return response
        response.stream.close()  # type: ignore[union-attr]  # a sync transport's stream
        raise Broken(reason)


def _refusal_by_headers(response: httpx.Response, url: str) -> Reason | None:
    if response.status_code in _REDIRECTS:
        target = shown_origin(response.headers.get("location", "")) or shown_origin(url) or ""
        return Reason("invalid_answer", "api.redirect", (("origin", target),))
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Reason("invalid_answer", "api.encoded")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_BYTES:
        return TOO_LARGE
    return None


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self.streams: weakref.WeakSet[_Stream] = weakref.WeakSet()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # httpcore's own alias is not public
    ) -> httpcore.NetworkStream:
        """Connect within the current call's deadline; httpcore's `timeout` knows less."""
        return _Stream(sockets.connect(host, port, call=CURRENT.get()), self.streams)

    def sleep(self, seconds: float) -> None:
        """Wait, as httpcore would between attempts it is not asked to make."""
        time.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, sock: socket.socket, streams: weakref.WeakSet[_Stream]) -> None:
        self._sock = sock
        self._streams = streams
        streams.add(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes within the current call's deadline."""
        return sockets.receive(self._sock, max_bytes, call=CURRENT.get())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes within the current call's deadline."""
        rest = memoryview(buffer)
        while rest:
            try:
                rest = rest[sockets.send(self._sock, rest, call=CURRENT.get()) :]
            except OSError as error:
                # httpcore then reads what the server said before it closed, if anything
                raise httpcore.WriteError from error

    def close(self) -> None:
        """Close the connection at once."""
        self._sock.close()

    def forget(self) -> None:
        """Let go of the connection, so that nothing that is collected later closes it."""
        self._sock.detach()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Secure the connection within the current call's deadline."""
        try:
            secured = sockets.start_tls(self._sock, ssl_context, server_hostname or "", call=CURRENT.get())
            return _Stream(secured, self._streams)
        except BaseException:  # whatever it is, the socket must not outlive it
            self.close()
            raise

    def get_extra_info(self, info: str) -> object:
        """Tell httpcore whether an idle connection has been closed by the other side."""
        return _is_readable(self._sock) if info == "is_readable" else None


def _is_readable(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
