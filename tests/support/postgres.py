"""A real PostgreSQL: one server for each process of pytest, whose databases are emptied and used again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.conninfo import conninfo_to_dict

from benchmarks.postgres import Postgres, run_postgres
from carloop_plugin.store.postgres.connections import SCHEMA
from tests.support.postgres_proxy import PostgresProxy


@dataclass(frozen=True)
class ReusedDatabases(Postgres):
    """A server as one test sees it. Dropping a schema takes some milliseconds, making a database 150."""

    kept: list[str]
    unused: Iterator[str]

    def new_database(self) -> str:
        """Return the address of an empty database: one that an earlier test used, or a new one."""
        if (address := next(self.unused, None)) is None:
            address = super().new_database()
            self.kept.append(address)
        else:
            _empty(self, address)
        return address


def _empty(server: Postgres, address: str) -> None:
    name = str(conninfo_to_dict(address)["dbname"])
    server.do(f"ALTER DATABASE {name} RESET ALL")
    server.do(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true CONNECTION LIMIT -1")
    server.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    server.do(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[tuple[Postgres, list[str]]]:
    """A server that all tests of this process share, and the addresses of the databases it has."""
    with run_postgres() as running:
        # A server that is killed loses nothing by it, a power cut is not tested, and a flush may take seconds.
        running.do("ALTER SYSTEM SET fsync TO off")
        running.do("SELECT pg_reload_conf()")
        yield running, []


@pytest.fixture
def postgres(postgres_server: tuple[Postgres, list[str]]) -> Postgres:
    """The server; each `new_database()` of a test is another one, and empty."""
    server, kept = postgres_server
    return ReusedDatabases(server.folder, server.server, kept, iter(tuple(kept)))


@pytest.fixture
def postgres_proxy(postgres: Postgres) -> Iterator[PostgresProxy]:
    """A proxy to an empty database, which can drop answers or cut connections."""
    with TemporaryDirectory(prefix="carloop-proxy-") as folder:
        proxy = PostgresProxy(postgres, Path(folder))
        yield proxy
        proxy.close()
