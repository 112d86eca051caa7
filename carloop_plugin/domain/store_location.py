"""Where the records are: a file's path, or the address of a PostgreSQL database that several servers share."""

from __future__ import annotations

import re

SCHEMES = ("postgresql://", "postgres://")

# One reading only: a password with an `@`, `/` or `?` that is not percent-encoded would end up in host or path.
_CLEAR = re.compile(
    r"(?P<scheme>postgres(?:ql)?://)"
    r"(?:[^@/?#\s:]*(?P<password>:[^@/?#\s]+)?:?@)?"
    r"(?P<place>{host}(?:,{host})*(?:/[\w.~%-]*)?)"
    r"(?P<parameters>\?[^@?#\s]*)?".replace("{host}", r"(?:\[[0-9A-Fa-f:.%]+\]|[\w.~%-]*)(?::\d*)?")
)
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)")


def is_shared_store(location: str) -> bool:
    """Return whether a store's location is a PostgreSQL address rather than a file."""
    return location.startswith(SCHEMES)


def is_address(location: str) -> bool:
    """Return whether a location is an address of any kind, `mysql://…`, and so no file's path."""
    return _ADDRESS.match(location) is not None


def is_clear(address: str) -> bool:
    """Return whether a PostgreSQL address reads in one way only: no part of a password passes for a host."""
    return _CLEAR.fullmatch(address) is not None


def has_password(location: str) -> bool:
    """Return whether a PostgreSQL address carries a password of its own."""
    clear = _CLEAR.fullmatch(location)
    return clear is not None and bool(clear["password"] or "password=" in (clear["parameters"] or ""))


def shown(location: str) -> str:
    """Return a location for a person to read, without user name, password or parameters."""
    address = _ADDRESS.match(location)
    if address is None:
        return location
    clear = _CLEAR.fullmatch(location)
    return f"{clear['scheme']}{clear['place']}" if clear else f"{address[1]}…"
