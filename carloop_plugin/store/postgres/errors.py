"""PostgreSQL's errors as reasons of ours, by its own codes for them. Never its words: they may quote a row."""

from __future__ import annotations

import psycopg
from psycopg.errors import ConnectionTimeout

from carloop_plugin.domain.failures import Reason

COLLISIONS = frozenset({"40001", "40P01", "23505"})
"""Two transactions met and one wrote nothing: serialization failure, deadlock, unique violation."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_TEXTS = {
    "25006": "store.read_only",
    "42501": "store.no_right",
    "53100": "store.server_full",
}
_BUSY = COLLISIONS | {"55P03", "57014", "53300", "57P03"}


def explain(error: psycopg.Error, place: str) -> Reason:
    """Return what went wrong with a statement or a commit."""
    state = error.sqlstate
    if state in _BUSY:
        return Reason("busy", "store.busy")
    if state is None and isinstance(error, psycopg.OperationalError):
        return _reason("store.connection_lost", place)
    return _reason(_TEXTS.get(state or "", "store.failed"), place, state or type(error).__name__)


def explain_connecting(error: psycopg.Error, place: str) -> Reason:
    """Return why there is no connection. The address is clear, so psycopg's words hold no part of a password."""
    if error.sqlstate is not None:
        return explain(error, place)
    if isinstance(error, ConnectionTimeout):
        return _reason("store.unreachable", place, "time-out")
    first, *_ = str(error).strip().splitlines() or [""]
    # libpq says what it tried, then what the system or the server answered.
    return _reason("store.unreachable", place, first.rpartition(" failed: ")[2])


def _reason(text: str, place: str, why: str = "") -> Reason:
    return Reason("storage_failed", text, (("path", place), ("why", why)))
