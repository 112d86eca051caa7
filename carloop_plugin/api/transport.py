"""HTTP to one origin with one token: the only file that knows httpx.

It follows no redirect, asks for unencoded answers and refuses others before their body is read, limits the size of what
it reads, and ends each wait for the network at the call's deadline. Neither the token nor a body is in any repr, log or
exception.
"""

from __future__ import annotations

import logging
import ssl
import weakref
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from carloop_plugin import __version__
from carloop_plugin.api.call import (
    BODY_BYTES,
    CONNECT_TIMEOUT,
    CURRENT,
    DEADLINE,
    TOO_LARGE,
    AttemptFailed,
    Call,
    RawAnswer,
    Request,
)
from carloop_plugin.api.network import DeadlineBackend, seconds_left
from carloop_plugin.api.tls import make_context
from carloop_plugin.domain.addresses import origin_of
from carloop_plugin.domain.failures import Reason

_MOST_CONNECTIONS = 32
# below the 5 s after which common servers close an idle connection, so that it is seldom closed while in use
_KEEP_ALIVE_SECONDS = 4.0
_HEADERS_READ = ("content-type", "idempotent-replay", "retry-after")
# httpx logs whole addresses, httpcore headers with the token
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11")


class Transport:
    """An HTTP client for one origin and one token, safe to use from several threads.

    Connections are kept and used again. They are closed by `close`, or once nobody holds this object: neither its owner
    nor a running call.
    """

    def __init__(self, origin: str, url: str, token: str, *, ca_file: str | None) -> None:
        self._origin = origin
        self._url = url
        self._authorization = ("Authorization", f"Bearer {token}")
        # httpx would load its own authorities, 20 ms, if it were given no context at all
        context = (
            make_context(ca_file) if origin.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        transport = httpx.HTTPTransport(verify=context, trust_env=False)
        # No public name gives httpx's transport a network backend. It stays httpx's, since that is the class in which
        # recorded conversations (vcrpy) are put.
        transport._pool = httpcore.ConnectionPool(
            ssl_context=context,
            network_backend=DeadlineBackend(),
            max_connections=_MOST_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
        )
        client = httpx.Client(
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"response": [_refuse_by_headers]},
            follow_redirects=False,
            headers={
                "Accept": "application/json, application/problem+json",
                "Accept-Encoding": "identity",
                "User-Agent": f"carloop-plugin/{__version__}",
            },
            transport=transport,
            trust_env=False,
        )
        self._client = client
        self.close = weakref.finalize(self, client.close)
        # at its exit a forked process would wait for a lock of its parent's
        self.close.atexit = False

    def exchange(self, request: Request, call: Call) -> RawAnswer:
        """Send a request once and read its whole answer before the call's deadline, or raise `AttemptFailed`."""
        url = self._url + request.path
        if not url.startswith(f"{self._origin}/"):
            raise AttemptFailed(Reason("insecure_address", "api.foreign_origin"), again=False, sent=False)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(_is_not_ours)
        call.until, call.sent, call.answered, call.received = call.deadline, False, False, 0
        headers = [*request.headers, ("X-Retry-Count", str(call.attempt)), self._authorization]
        # a bytearray, since a list of one-byte chunks takes forty times their size
        body = bytearray()
        current = CURRENT.set(call)
        try:
            with self._client.stream(
                request.method, url, headers=headers, content=request.body, timeout=seconds_left(call)
            ) as response:
                for chunk in response.iter_raw():
                    body += chunk
                    # a body in chunks of a byte takes a tenth of a second for what one wait has brought
                    seconds_left(call)
        except AttemptFailed as failed:
            failed.sent = call.sent
            raise
        except (TimeoutError, httpx.PoolTimeout):
            connecting = call.until < call.deadline
            reason = CONNECT_TIMEOUT if connecting else DEADLINE
            raise AttemptFailed(reason, again=not connecting, sent=call.sent) from None
        except (OSError, httpx.HTTPError):
            # a protocol broken, a connection closed in the middle: what came is no answer
            reason = Reason("unreachable", "api.answer_lost" if call.sent else "api.connection_lost")
            raise AttemptFailed(reason, sent=call.sent) from None
        finally:
            CURRENT.reset(current)
        if len(body) > BODY_BYTES:
            raise AttemptFailed(TOO_LARGE)
        values = (response.headers.get(name, "") for name in _HEADERS_READ)
        return RawAnswer(response.status_code, bytes(body), *values)


def _is_not_ours(_record: logging.LogRecord) -> bool:
    """Keep the libraries' records of our own calls out of the host's logs; those of other calls stay in them."""
    return CURRENT.get(None) is None


def _refuse_by_headers(response: httpx.Response) -> None:
    """Refuse by its headers alone an answer that nothing good can follow."""
    CURRENT.get().answered = True
    if response.status_code in (301, 302, 303, 307, 308):
        location = response.headers.get("location", "")
        target = origin_of(f"https:{location}" if location.startswith("//") else location)
        params = (("origin", target or origin_of(str(response.request.url)) or ""),)
        raise AttemptFailed(Reason("invalid_answer", "api.redirect", params))
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise AttemptFailed(Reason("invalid_answer", "api.encoded"))
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_BYTES:
        raise AttemptFailed(TOO_LARGE)
