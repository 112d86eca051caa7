"""Where the records are: a file's path, or the address of a PostgreSQL database that several servers share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)")
# One reading only: a password with an `@`, `/` or `?` that is not percent-encoded would end up in host or path.
_CLEAR = re.compile(
    r"(?P<scheme>postgres(?:ql)?://)"
    r"(?:[^@/?#\s:]*(?P<password>:[^@/?#\s]+)?:?@)?"
    r"(?P<place>{host}(?:,{host})*(?:/[\w.~%-]*)?)"
    r"(?P<parameters>\?[^@?#\s]*)?".replace("{host}", r"(?:\[[0-9A-Fa-f:.%]+\]|[\w.~%-]*)(?::\d*)?")
)


@dataclass(frozen=True, slots=True)
class StoreLocation:
    """What a location says. `shown` is for a person to read, without user name, password or parameters.

    `is_address` means an address of any kind, `mysql://…`, and so no file's path; `is_shared` a PostgreSQL address;
    `is_clear` one that reads in one way only, so that no part of a password passes for a host.
    """

    shown: str
    is_address: bool
    is_shared: bool = False
    is_clear: bool = False
    has_password: bool = False


@lru_cache(maxsize=64)
def read_location(location: str) -> StoreLocation:
    """Parse the location of a store."""
    address, clear = _ADDRESS.match(location), _CLEAR.fullmatch(location)
    if clear:
        has_password = bool(clear["password"] or "password=" in (clear["parameters"] or ""))
        return StoreLocation(clear["scheme"] + clear["place"], True, True, True, has_password)
    is_shared = location.startswith(("postgresql://", "postgres://"))
    return StoreLocation(f"{address[1]}…" if address else location, address is not None, is_shared)
