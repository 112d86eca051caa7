"""Two rentals never hold one vehicle: the database refuses it, and every write takes its lock first."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain, pairwise

import pytest

from carloop_sandbox.store.database import open_database, sqlite3
from tests.support.interface import planner_of

INSERT = (
    "INSERT INTO rentals (id, vehicle_id, start_us, end_us, planned_end_us, status, customer, daily_rate_cents,"
    " created_us, updated_us, decided_us) VALUES (?, ?, ?, ?, ?, ?, '{}', 1, 1, ?, 1)"
)


@pytest.fixture
def raw(sandbox):
    """A connection to the sandbox's database that knows nothing of its code; its transaction is rolled back."""
    path = sandbox.store.database.one("SELECT file FROM pragma_database_list WHERE name = 'main'")["file"]
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def put(raw, name, start, end, *, status="reserved", vehicle="V1001"):
    """Insert a rental with plain SQL."""
    raw.execute(INSERT, (name, vehicle, start, end, end, status, random.getrandbits(48)))


@pytest.mark.parametrize("period", [(5, 15), (15, 25), (12, 18), (5, 25), (10, 20)])
def test_plain_sql_cannot_insert_an_overlap(raw, period):
    """A trigger refuses it, whoever writes; cancelled and returned rentals conflict with nothing."""
    put(raw, "A", 10, 20, status="cancelled")
    put(raw, "B", 10, 20, status="returned")
    put(raw, "C", 10, 20)
    with pytest.raises(sqlite3.IntegrityError, match="vehicle_unavailable"):
        put(raw, "D", *period)


@pytest.mark.parametrize(
    "change",
    [
        "start_us = 19 WHERE id = 'B'",
        "end_us = 21 WHERE id = 'A'",
        "vehicle_id = 'V1001' WHERE id = 'C'",
        "status = 'reserved' WHERE id = 'D'",
    ],
)
def test_plain_sql_cannot_move_a_rental_into_another(raw, change):
    """Neither by its times, nor its vehicle, nor its status."""
    put(raw, "A", 10, 20)
    put(raw, "B", 20, 30)
    put(raw, "C", 15, 25, vehicle="V1002")
    put(raw, "D", 15, 25, status="cancelled")
    with pytest.raises(sqlite3.IntegrityError, match="vehicle_unavailable"):
        raw.execute(f"UPDATE rentals SET {change}")


def test_eight_at_once_never_overlap(planner, sandbox):
    """Eight planners, one vehicle: what was answered is what there is, and nothing overlaps."""
    barrier = threading.Barrier(8)

    def attempt(seed):
        chance, statuses = random.Random(seed), []
        with planner_of(sandbox) as other:
            barrier.wait()
            for _ in range(8):
                start = chance.randint(48, 150)
                end = start + chance.randint(1, 8)
                answer = other.try_book("V1001", other.at(0, start), other.at(0, end))
                statuses.append(answer.status_code)
                if answer.status_code == 201 and chance.random() < 0.3:
                    other.change_end(answer.json(), other.at(0, start + chance.randint(1, 20)))
        return statuses

    with ThreadPoolExecutor(8) as threads:
        outcomes = Counter(chain.from_iterable(threads.map(attempt, range(8))))
    assert set(outcomes) == {201, 409}
    rentals = planner.get("/rentals", limit=1000).json()["items"]
    assert len(rentals) == outcomes[201]
    periods = sorted((each["start"], each["end"]) for each in rentals)
    assert all(end <= start for (_, end), (start, _) in pairwise(periods))


def test_the_write_lock_is_taken_before_the_first_read(tmp_path):
    """Whoever reads in order to write waits first: the lock cannot be lost between the two."""
    with closing(open_database(tmp_path)) as first, closing(open_database(tmp_path)) as second:
        second.run("PRAGMA busy_timeout = 10")
        with first.writing():
            first.one("SELECT count(*) FROM settings")
            with pytest.raises(sqlite3.OperationalError, match="locked"), second.writing():
                pass
        with second.writing():
            second.run("INSERT INTO settings VALUES ('name', 'value')")
        assert first.one("SELECT value FROM settings")["value"] == "value"


def test_every_write_holds_the_lock_from_its_beginning(planner, sandbox):
    """Nothing is written outside of a transaction that began with BEGIN IMMEDIATE."""
    statements = []
    sandbox.store.database.connection.set_trace_callback(statements.append)
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    changed = planner.change_end(rental, planner.at(6)).json()
    planner.desk(changed, "swap", vehicle_id="V1002")
    planner.cancel(changed)
    sandbox.controls.add_token("second")
    sandbox.controls.revoke_token("second")
    planner.clock(planner.at(1))
    sandbox.store.database.connection.set_trace_callback(None)
    locked, writes = False, 0
    for statement in statements:
        word = statement.split()[0].upper()
        if word in ("BEGIN", "COMMIT"):
            assert statement in ("BEGIN IMMEDIATE", "COMMIT")
            locked = word == "BEGIN"
        elif word in ("INSERT", "UPDATE", "DELETE", "SAVEPOINT"):
            assert locked, statement
            writes += 1
    assert writes > 15


def test_the_database_is_set_up_safely(sandbox):
    """What is committed survives a power cut, references are checked, and every table is strict."""
    database = sandbox.store.database
    assert database.one("PRAGMA synchronous")[0] == 2
    assert database.one("PRAGMA foreign_keys")[0] == 1
    assert database.one("PRAGMA journal_mode")[0] == "delete"
    tables = database.all(
        "SELECT name, strict FROM pragma_table_list"
        " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE '%sqlite%'"
    )
    assert {row["strict"] for row in tables if not row["name"].startswith("_")} == {1}
