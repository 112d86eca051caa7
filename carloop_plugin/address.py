"""The web address of a Carloop: what may stand in the settings, and the one origin a token may go to."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from carloop_plugin.model import CallFailed, Reason

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*")
_INTERFACE_PATH = "/api/planner/v1"
_LONGEST = 2000


class BadAddress(CallFailed):
    """A web address that must not be used. Its reason's code is `not_configured` or `insecure_address`."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason, sent=False)


@dataclass(frozen=True, slots=True)
class Address:
    """A usable address: `base_url` without a slash at its end, and its `origin` (scheme, host and port)."""

    base_url: str
    origin: str


def normalise(base_url: str) -> Address:
    """Check a web address and write it in one way only.

    `https` is required, `http` admitted for this computer alone. Case, a default port and a slash at the end
    make no difference, nor does an interface path pasted along with the address. Raise `BadAddress`.
    """
    parts = _split(base_url.strip())
    host = _host(parts)
    if parts.scheme == "http" and not _is_loopback(host):
        raise BadAddress(Reason("insecure_address", "address.insecure"))
    origin = f"{parts.scheme}://{_in_url(host)}{_port(parts)}"
    path = parts.path.rstrip("/").removesuffix(_INTERFACE_PATH).rstrip("/")
    return Address(base_url=origin + path, origin=origin)


def origin_of(base_url: str | None) -> str | None:
    """Give the origin of an address; None where there is none or it must not be used."""
    if base_url is None:
        return None
    try:
        return normalise(base_url).origin
    except BadAddress:
        return None


def _split(text: str) -> SplitResult:
    # urlsplit drops tabs and line breaks silently; what a person pasted with them is refused instead.
    if len(text) > _LONGEST or any(ord(c) < 0x21 or c in '\\"<>^`{|}' or c == "\x7f" for c in text):
        raise _nonsense()
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _nonsense() from None
    if parts.scheme not in _DEFAULT_PORTS or not _PATH.fullmatch(parts.path) or _has_dot_segment(parts.path):
        raise _nonsense()
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise BadAddress(Reason("not_configured", "address.too_much"))
    return parts


def _has_dot_segment(path: str) -> bool:
    return any(segment.lower().replace("%2e", ".") in (".", "..") for segment in path.split("/"))


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if parts.netloc.startswith("["):
        return _ip6(host)
    try:
        host = host.encode("ascii" if host.isascii() else "idna").decode("ascii").lower()
    except UnicodeError:
        raise _nonsense() from None
    if len(host) > 253 or not _HOST_NAME.fullmatch(host):
        raise _nonsense()
    return host


def _ip6(host: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise _nonsense() from None


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        raise _nonsense() from None
    if port == 0 or parts.netloc.endswith(":"):
        raise _nonsense()
    return "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _nonsense() -> BadAddress:
    return BadAddress(Reason("not_configured", "address.not_an_address"))
