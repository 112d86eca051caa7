"""Carloop as a process that can be killed and started again on the same data, in a few milliseconds."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from carloop_sandbox.cli import LOCALE
from carloop_sandbox.serving import ServeOptions, serve
from carloop_sandbox.store import Fleet, open_store
from carloop_sandbox.store.database import FILE_NAME
from web_base.program import Texts

Document = dict[str, Any]
TOKEN = "tok_of_the_crashes"


class CarloopRental(NamedTuple):
    """A rental in Carloop's own database."""

    id: str
    change_id: str
    status: str
    end: str


class CarloopProcess:
    """The sandbox, served as `carloop-sandbox serve` does, in a forked process."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._database = data / FILE_NAME
        self.process = 0
        self.port = 0
        open_store(data, fleet=Fleet(vehicles=2, rentals=False)).close()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        receiving, sending = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(receiving)
            self._serve(sending)
        os.close(sending)
        with os.fdopen(receiving) as received:
            ready = received.readline().removeprefix("ready ").strip()
        self.port = urlsplit(ready).port or 0

    def stop(self) -> None:
        """Kill it, if it still runs, and wait for its end."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)

    def vehicle(self) -> str:
        """Return the id of a vehicle."""
        return str(self._rows("SELECT id FROM vehicles ORDER BY id LIMIT 1")[0][0])

    def rentals(self, appointment_id: str) -> list[CarloopRental]:
        """Return the rentals of an appointment."""
        sql = "SELECT id, external_reference, status, end_us FROM rentals WHERE external_reference LIKE ?"
        return [
            CarloopRental(id_, reference.rpartition("/")[2], status, _written(end))
            for id_, reference, status, end in self._rows(sql, f"%/{appointment_id}/%")
        ]

    def _rows(self, sql: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self._database, timeout=10)) as db:
            return db.execute(sql, values).fetchall()

    def _serve(self, sending: int) -> None:
        try:
            os.dup2(sending, 1)
            sys.stdout = os.fdopen(1, "w")
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            wishes = ServeOptions("127.0.0.1", 0, self._data, TOKEN, 2, 1, 0, False)
            serve(wishes, Texts("en", LOCALE), say=lambda _: None)
        finally:
            os._exit(0)


def _written(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat()
