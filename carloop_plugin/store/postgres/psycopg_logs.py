"""No logs of psycopg and its pool: they contain addresses, socket paths and users. Our problems say what failed.

The plugin lives in other people's processes, so their own use of psycopg is logged as before: only records made by a
pool of ours, or while one lends or closes a connection, are dropped.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

POOL_NAME = "carloop-records"
"""What our pools are called; the threads in which they connect are named after it."""

_LOGGERS = ("psycopg", "psycopg.pool", "psycopg.transaction", "psycopg.waiting", "psycopg_pool.sched")
_OURS: ContextVar[bool] = ContextVar("carloop_records", default=False)


class _NotOurs(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - its text does not matter
        """Return whether a record is made for somebody else."""
        return not _OURS.get() and not threading.current_thread().name.startswith(f"{POOL_NAME}-")


_FILTER = _NotOurs()


def filter_psycopg() -> None:
    """Make sure the filter is in place. Costs next to nothing where it is."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)


@contextmanager
def without_logs() -> Iterator[None]:
    """Drop what psycopg logs in this thread during a block."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
