"""A connection to PostgreSQL on which nothing takes longer than the call that has borrowed it may."""

from __future__ import annotations

import math
import os
import time
from typing import Any, Self, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.rows import DictRow

from mobility_hookspecs.authoring.forking import delay_fork

T = TypeVar("T")

# The planner's own tables may be in the same database. A commit is on the disk when it is answered, whatever the
# server's default; and a server of ours that is frozen in the middle of a transaction holds up nobody for long.
SCHEMA = "carloop"
_PREPARE = f"""
SET search_path TO {SCHEMA};
SET idle_in_transaction_session_timeout TO '20s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
""".encode()


class DeadlineConnection(Connection[DictRow]):
    """psycopg's connection, whose every wait ends at `until` (monotonic seconds), whatever the server does.

    A forked child cannot speak over it: the server would take it for the parent.
    """

    until = math.inf

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._process = os.getpid()

    @classmethod
    def connect(cls, conninfo: str = "", **parameters: Any) -> Self:
        """Connect, and make the session ready for the records."""
        # libpq and OpenSSL below it set themselves up at the first connection, under locks of their own.
        with delay_fork():
            connection = super().connect(conninfo, **parameters)
        try:
            connection.execute(_PREPARE)
        except BaseException:  # whatever it is, the connection must not outlive it
            connection.close()
            raise
        return connection

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server, by the deadline. Raise psycopg's `OperationalError` when that comes first."""
        if self._process != os.getpid():
            raise OperationalError("the connection is another process's")
        left = max(0.0, self.until - time.monotonic())
        return super().wait(gen, interval, left if timeout is None else min(timeout, left))
