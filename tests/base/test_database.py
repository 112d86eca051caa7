"""One connection, one way to write."""

import sqlite3
import threading
from contextlib import closing, nullcontext, suppress

import pytest

from web_base.database import Database, sql_migrations


@pytest.fixture
def database(tmp_path):
    """Open a database of one table."""
    (tmp_path / "0001.sql").write_text("CREATE TABLE things (name TEXT PRIMARY KEY) STRICT;", "utf-8")
    with closing(Database(tmp_path / "probe.sqlite3", sql_migrations("probe", tmp_path))) as database:
        yield database


def test_a_migration_does_all_of_its_statements_or_none(tmp_path):
    """One that fails leaves nothing behind, so that the next start can try again."""
    for script, fails in (("nonsense;", True), ("", False)):
        (tmp_path / "0001.sql").write_text(f"CREATE TABLE things (name TEXT) STRICT; {script}", "utf-8")
        with (
            pytest.raises(sqlite3.OperationalError) if fails else nullcontext(),
            closing(Database(tmp_path / "probe.sqlite3", sql_migrations("probe", tmp_path))) as database,
        ):
            assert names(database) == []


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
