"""A Carloop's web address: what may be one, its one spelling, and its origin.

The token goes to this origin and to no other, so the address is parsed strictly: what two programs could read
differently (user names, backslashes, dot segments, IPv4 numbers written oddly) is refused, never repaired.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from carloop_plugin.domain.failures import CallFailed, Reason

INTERFACE_PATH = "/api/planner/v1"
LONGEST_ADDRESS = 2_000
LONGEST_HOST = 253

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK = re.compile(r"localhost|\[::1\]|127(\.\d+){3}")
# The last label must not be one that a resolver may take for an IPv4 number (`127.1`, `0x7f.0.0.1`).
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_HOST = re.compile(rf"(?!(.*\.)?(\d+|0x[0-9a-f]*)$){_LABEL}(\.{_LABEL})*")
# No segment is `.` or `..`, percent-encoded or not.
_PATH = re.compile(r"(/(?!(\.|%2[eE]){1,2}(/|$))([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Carloop is.

    `origin` is scheme, host and port as a browser writes them: lower case, a default port left out. `base_url` is the
    whole address in its one spelling, without a slash at its end.
    """

    origin: str
    base_url: str

    @property
    def interface_url(self) -> str:
        """The address of Carloop's interface for workshop planners."""
        return self.base_url + INTERFACE_PATH


def read_address(text: str) -> Address:
    """Parse a web address as a person typed it.

    Raise `CallFailed` with `insecure_address` for `http` to anything but this machine and for an address that
    holds a user name; with `not_configured` for what is no usable address.
    """
    parts, port = _split(text.strip())
    if parts.username is not None or parts.password is not None:
        raise _refused("api.address_with_user", "insecure_address")
    if "?" in text or "#" in text:
        raise _refused("api.address_with_query")
    host = _read_host((parts.hostname or "").removesuffix("."))
    if parts.scheme == "http" and not _LOOPBACK.fullmatch(host):
        raise _refused("api.address_insecure", "insecure_address", host=host)
    # People copy the address of the interface itself as often as that of the program.
    path = parts.path.rstrip("/").removesuffix(INTERFACE_PATH).rstrip("/")
    if not _PATH.fullmatch(path):
        raise _refused("api.address_malformed")
    origin = f"{parts.scheme}://{host}{port}"
    return Address(origin, origin + path)


def usable_origin(base_url: str | None) -> str | None:
    """Return the origin a token may go to; None where there is no address or it must not be used."""
    try:
        return None if base_url is None else read_address(base_url).origin
    except CallFailed:
        return None


def origin_of(url: str) -> str | None:
    """Return the origin of an absolute `https` or `http` address met in an answer; None where it has none.

    The origin is for showing and comparing alone; nothing is ever requested from it.
    """
    try:
        parts, port = _split(url.strip())
        host = _read_host((parts.hostname or "").removesuffix("."))
    except CallFailed:
        return None
    return f"{parts.scheme}://{host}{port}"


def _split(text: str) -> tuple[SplitResult, str]:
    """Split an address into its parts, and its port as an origin writes it: `:8443`, empty for a default port."""
    # urlsplit drops tabs and line ends silently, and browsers read a backslash as a slash.
    if not text or len(text) > LONGEST_ADDRESS or re.search(r"[\x00-\x20\x7f\\]", text):
        raise _refused("api.address_malformed")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _refused("api.address_malformed") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise _refused("api.address_without_https")
    if port == 0:
        raise _refused("api.address_malformed")
    return parts, "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"


def _read_host(host: str) -> str:
    """Return a host in its one spelling, as an origin writes it: an IPv6 number in brackets."""
    with suppress(ValueError):
        number = str(ip_address(host))
        # A zone names an interface of this machine and has no place in an origin.
        if "%" not in number:
            return f"[{number}]" if ":" in number else number
    if not host.isascii():
        host = _in_ascii(host)
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        raise _refused("api.address_malformed")
    return host


def _in_ascii(host: str) -> str:
    import idna  # its tables are large, and few addresses need them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _refused("api.address_malformed") from None


def _refused(text: str, code: str = "not_configured", **params: str) -> CallFailed:
    return CallFailed(Reason(code, text, tuple(params.items())), sent=False)
