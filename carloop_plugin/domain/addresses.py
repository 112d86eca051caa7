"""A Carloop's web address: what may be one, its one spelling, and its origin.

The token goes to this origin and to no other, so the address is read strictly: what two programs could read
differently (user names, backslashes, dot segments, numeric tricks for hosts) is refused, never repaired.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from carloop_plugin.domain.failures import CallFailed, Reason

INTERFACE_PATH = "/api/planner/v1"
LONGEST_ADDRESS = 2_000
LONGEST_HOST = 253

_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK_NAMES = frozenset({"localhost", "::1"})
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_PATH = re.compile(r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Carloop is. `path` is what precedes the interface's own path, often empty."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Give scheme, host and port as a browser writes them: lower case, a default port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def base_url(self) -> str:
        """Give the address in its one spelling, without a slash at its end."""
        return self.origin + self.path

    @property
    def interface_url(self) -> str:
        """Give the address of Carloop's interface for workshop planners."""
        return self.base_url + INTERFACE_PATH

    def __str__(self) -> str:
        return self.base_url


def read_address(text: str) -> Address:
    """Read a web address as a person typed it.

    Raise `CallFailed` with `insecure_address` for `http` to anything but this machine and for an address that
    holds a user name; with `not_configured` for what is no usable address.
    """
    parts = _split(text.strip())
    if parts.username is not None or parts.password is not None:
        raise _refused("insecure_address", "api.address_with_user")
    if "?" in text or "#" in text:
        raise _refused("not_configured", "api.address_with_query")
    host = _host(parts)
    if parts.scheme == "http" and not is_loopback(host):
        raise _refused("insecure_address", "api.address_insecure", host=host)
    return Address(scheme=parts.scheme, host=host, port=_port(parts), path=_path(parts))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its very name: 127.0.0.0/8, ::1 or localhost."""
    if host in _LOOPBACK_NAMES:
        return True
    number = _as_number(host)
    return isinstance(number, IPv4Address) and number.is_loopback


def usable_origin(base_url: str | None) -> str | None:
    """Give the origin a token may go to; None where there is no address or it must not be used."""
    try:
        return None if base_url is None else read_address(base_url).origin
    except CallFailed:
        return None


def origin_of(url: str) -> str | None:
    """Give the origin of an absolute `https` or `http` address met in an answer; None where it has none.

    The origin is for showing and comparing alone; nothing is ever requested from it.
    """
    try:
        parts = _split(url.strip())
        return Address(parts.scheme, _host(parts), _port(parts), "").origin
    except CallFailed:
        return None


def _split(text: str) -> SplitResult:
    # urlsplit drops tabs and line ends silently, and browsers read a backslash as a slash
    if not text or len(text) > LONGEST_ADDRESS or re.search(r"[\x00-\x20\x7f\\]", text):
        raise _refused("not_configured", "api.address_malformed")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _refused("not_configured", "api.address_malformed") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise _refused("not_configured", "api.address_without_https")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    number = _as_number(host)
    if number is not None:
        return str(number)
    if not host.isascii():
        host = _in_ascii(host)
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host) or _looks_like_number(host):
        raise _refused("not_configured", "api.address_malformed")
    return host


def _as_number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        number = ip_address(host)
    except ValueError:
        return None
    # a zone names an interface of this machine and has no place in an origin
    return None if isinstance(number, IPv6Address) and number.scope_id else number


def _looks_like_number(host: str) -> bool:
    """Tell whether a resolver might take a host for an IPv4 number written oddly (`127.1`, `0x7f.0.0.1`)."""
    return re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2]) is not None


def _in_ascii(host: str) -> str:
    import idna  # heavy tables, needed for few addresses

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _refused("not_configured", "api.address_malformed") from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise _refused("not_configured", "api.address_malformed") from None
    if port == 0:
        raise _refused("not_configured", "api.address_malformed")
    return port or _DEFAULT_PORTS[parts.scheme]


def _path(parts: SplitResult) -> str:
    # people copy the address of the interface itself as often as that of the program
    path = parts.path.rstrip("/").removesuffix(INTERFACE_PATH).rstrip("/")
    segments = re.sub(r"%2[eE]", ".", path).split("/")
    if not _PATH.fullmatch(path) or "." in segments or ".." in segments:
        raise _refused("not_configured", "api.address_malformed")
    return path


def _refused(code: str, text: str, **params: str) -> CallFailed:
    return CallFailed(Reason(code, text, tuple(params.items())), sent=False)
