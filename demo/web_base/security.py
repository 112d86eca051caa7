"""What every page's answer carries, and what every request must show before anything is done.

- the Content-Security-Policy and its companions; no inline script or style anywhere
- a request that changes something comes from one of our own pages: `Sec-Fetch-Site`, which a page cannot forge,
  or an `Origin` that is ours (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site)
- the `Host` is one we answer to, so that no other name can be pointed at this address
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web_base.forms import Refused

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_NAME: Final = r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
_HOST: Final = re.compile(rf"({_NAME})(?::\d{{1,5}})?")
# Nothing of what a policy is made of: no blank, comma, semicolon, quotation mark or asterisk.
_ORIGIN: Final = re.compile(rf"(https?)://({_NAME}(?::\d{{1,5}})?)(?![^/?#])", re.IGNORECASE)


def content_security_policy(images: Iterable[str] = ()) -> str:
    """Write the policy: everything from here, nothing inline, pictures from the given origins too."""
    pictures = " ".join(["'self'", "data:", *sorted({origin_of(each) for each in images} - {""})])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def origin_of(url: str) -> str:
    """Return a web address's scheme, host and port; empty where it has none that a policy could name."""
    found = _ORIGIN.match(url)
    return f"{found[1]}://{found[2]}".lower() if found else ""


HEADERS: Final = {
    "Content-Security-Policy": content_security_policy(),
    # Pages show customers, and the next user of a shared computer goes back to them with one key.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Headers of every answer that does not bring its own."""

Refuse = Callable[[Request, Refused], Response]
"""Writes the page that refuses a request."""


def is_same_origin(headers: Headers) -> bool:
    """Return whether a request that changes something was made by one of our own pages."""
    if (site := headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    # The scheme is not compared: a proxy that serves https in front of us sends http to us.
    found = _ORIGIN.fullmatch(headers.get("origin", ""))
    return found is not None and found[2].lower() == headers.get("host", "").lower()


class SafePages:
    """ASGI middleware around pages: known hosts, requests of our own, the headers.

    :ivar hosts: the names we answer to, without a port; `*` answers to any.
    """

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], refuse: Refuse) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it; put the headers on whatever is answered."""
        request = Request(scope, receive)
        answer: ASGIApp = self._app
        if not self._knows(request.headers.get("host", "")):
            answer = self._refuse(request, Refused(400, "unknown_host"))
        elif request.method not in SAFE_METHODS and not is_same_origin(request.headers):
            answer = self._refuse(request, Refused(403, "foreign_origin"))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await answer(scope, receive, send_with_headers)

    def _knows(self, host: str) -> bool:
        found = _HOST.fullmatch(host.lower())
        return found is not None and ("*" in self._hosts or found[1] in self._hosts)


def trusted_hosts(bound: str, also: str = "") -> tuple[str, ...]:
    """Return the names an address is known by: this machine's own, the one bound, and those set by hand.

    :param also: names with commas between them, as an environment variable holds them.
    """
    own = f"[{bound}]" if ":" in bound else bound
    by_hand = filter(None, (name.strip() for name in also.split(",")))
    return tuple({"127.0.0.1", "localhost", "[::1]", own, *by_hand} - {"0.0.0.0", "[::]"})  # noqa: S104
