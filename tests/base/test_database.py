"""One connection, one way to write."""

import sqlite3
import threading
from contextlib import closing, suppress

import pytest
from sqlite_utils import Migrations

from web_base.database import Database, execute_script, wal_is_safe

MIGRATIONS = Migrations("probe")


@MIGRATIONS(name="0001", transactional=False)
def first(db):
    """Make the one table."""
    execute_script(db, "CREATE TABLE things (name TEXT PRIMARY KEY) STRICT;")


@pytest.fixture
def database(tmp_path):
    """Open a database."""
    with closing(Database(tmp_path / "probe.sqlite3", MIGRATIONS)) as database:
        yield database


def names(database):
    """Return what is kept."""
    return [row["name"] for row in database.all("SELECT name FROM things ORDER BY name")]


def add(database, name):
    """Keep a thing, in a transaction of its own or a part of another."""
    with database.writing():
        database.run("INSERT INTO things VALUES (?)", name)


def test_all_that_is_written_together_is_kept_or_nothing(database):
    """Writing inside writing is a part of it; an attempt is undone alone, and what was written before it stays."""
    with database.writing():
        add(database, "a")
        with suppress(sqlite3.IntegrityError), database.attempt():
            add(database, "x")
            add(database, "a")
        add(database, "b")
    with suppress(RuntimeError), database.writing():
        add(database, "c")
        raise RuntimeError
    assert names(database) == ["a", "b"]


def test_who_reads_waits_for_who_writes(database):
    """Nobody sees a half, though all use one connection."""
    seen, begun = [], threading.Event()

    def read():
        begun.set()
        seen.append(names(database))

    reader = threading.Thread(target=read)
    with database.writing():
        database.run("INSERT INTO things VALUES ('a')")
        reader.start()
        begun.wait()
        database.run("INSERT INTO things VALUES ('b')")
    reader.join()
    assert seen == [["a", "b"]]


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 7), True), ((3, 51, 2), False),
     ((3, 51, 3), True), ((4, 0, 0), True)],
)  # fmt: skip
def test_the_write_ahead_log_is_for_a_mended_sqlite(version, safe):
    """Two connections could corrupt it before."""
    assert wal_is_safe(version) is safe
