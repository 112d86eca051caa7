"""A Carloop's web address: what may be one, its one spelling, and its origin.

The token goes to this origin and to no other, so the address is parsed strictly: what two programs could read
differently (user names, backslashes, dot segments, IPv4 numbers written oddly) is refused, never repaired.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from carloop_plugin.domain.failures import CallFailed, Reason

INTERFACE_PATH = "/api/planner/v1"
LONGEST_ADDRESS = 2_000
LONGEST_HOST = 253

_DEFAULT_PORTS = {"https": 443, "http": 80}
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#]*@)?(?P<host>\[.+\]|[^/?#:@\[\]]+?)\.?(:(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?(?P<query>[?#].*)?",
    re.IGNORECASE,
)
# Some programs drop tabs and line ends silently, and browsers read a backslash as a slash.
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_LOOPBACK = re.compile(r"http://(localhost|\[::1\]|127(\.\d+){3})(:\d+)?")
# The last label must not be one that a resolver may take for an IPv4 number (`127.1`, `0x7f.0.0.1`).
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST = re.compile(rf"(?!(.*\.)?(\d+|0x[0-9a-f]*)$){_LABEL}(\.{_LABEL})*")
# No segment is `.` or `..`, percent-encoded or not.
_PATH = re.compile(r"(/(?!(\.|%2[eE]){1,2}(/|$))([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Carloop is.

    `origin` is scheme, host and port as a browser writes them: lower case, a default port left out. `base_url` is the
    whole address in its one spelling, without a slash at its end; `interface_url` that of the planners' interface.
    """

    origin: str
    base_url: str
    interface_url: str


@lru_cache(maxsize=64)
def read_address(text: str) -> Address:
    """Parse a web address as a person typed it.

    Raise `CallFailed` with `insecure_address` for `http` to anything but this machine and for an address that
    holds a user name; with `not_configured` for what is no usable address.
    """
    parts, origin = _split(text)
    if parts["user"] is not None:
        raise _refused("api.address_with_user", "insecure_address")
    if parts["query"] is not None:
        raise _refused("api.address_with_query")
    if origin.startswith("http:") and not _LOOPBACK.fullmatch(origin):
        raise _refused("api.address_insecure", "insecure_address", host=origin.removeprefix("http://"))
    # People copy the address of the interface itself as often as that of the program.
    path = (parts["path"] or "").rstrip("/").removesuffix(INTERFACE_PATH).rstrip("/")
    if not _PATH.fullmatch(path):
        raise _refused("api.address_malformed")
    return Address(origin, origin + path, origin + path + INTERFACE_PATH)


def usable_origin(base_url: str | None) -> str | None:
    """Return the origin a token may go to; None where there is no address or it must not be used."""
    with suppress(CallFailed):
        return read_address(base_url or "").origin
    return None


def origin_of(url: str) -> str | None:
    """Return the origin of an absolute `https` or `http` address met in an answer; None where it has none.

    The origin is for showing and comparing alone; nothing is ever requested from it.
    """
    with suppress(CallFailed):
        return _split(url)[1]
    return None


def _split(text: str) -> tuple[re.Match[str], str]:
    text = text.strip()
    if len(text) > LONGEST_ADDRESS or _ODD.search(text) or not (parts := _ADDRESS.fullmatch(text)):
        is_web = re.match("https?://.", text, re.IGNORECASE)
        raise _refused("api.address_malformed" if is_web else "api.address_without_https")
    scheme = parts["scheme"].lower()
    port = int(parts["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port < 1 << 16:
        raise _refused("api.address_malformed")
    shown = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    return parts, f"{scheme}://{_read_host(parts['host'].lower())}{shown}"


def _read_host(host: str) -> str:
    """Return a host in its one spelling, as an origin writes it."""
    # A zone (`%eth0`) names an interface of this machine and has no place in an origin.
    with suppress(ValueError):
        return (
            f"[{IPv6Address(host[1:-1])}]" if host[0] == "[" and "%" not in host else str(IPv4Address(host))
        )
    if not host.isascii():
        import idna  # its tables are large, and few addresses need them

        with suppress(idna.IDNAError):
            host = idna.encode(host, uts46=True).decode("ascii")
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        raise _refused("api.address_malformed")
    return host


def _refused(text: str, code: str = "not_configured", **params: str) -> CallFailed:
    return CallFailed(Reason(code, text, tuple(params.items())))
