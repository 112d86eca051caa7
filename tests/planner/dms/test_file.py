"""The file itself: who reads it, who shares it, what it survives and what is said when it does not."""

import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from planner_host.dms import DmsCustomer, DmsProblem, open_dms


@pytest.fixture
def path(tmp_path):
    """Where a DMS will be."""
    return tmp_path / "data" / "dms.sqlite3"


def test_only_its_owner_can_read_the_file(path):
    """It holds nothing but personal data."""
    open_dms(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_stored_is_there_after_a_restart(path):
    """A file, not a memory."""
    with open_dms(path) as dms:
        dms.replace([DmsCustomer("1", last_name="Abel")])
    with open_dms(path) as dms:
        assert [hit.name for hit in dms.search("abel")] == ["Abel"]


def test_replacing_says_what_changed(dms):
    """Who is new, who changed, who is gone; a further car is a change."""
    one, two, three = (DmsCustomer(str(n), last_name=f"Abel{n}") for n in (1, 2, 3))
    dms.replace([one, two])
    other = DmsCustomer("2", last_name="Abel2", city="Ulm")
    done = dms.replace([one, other, three])
    assert (done.added, done.changed, done.removed, done.unchanged) == (1, 1, 0, 1)
    done = dms.replace([three])
    assert (done.added, done.changed, done.removed, done.unchanged) == (0, 0, 2, 1)
    assert [hit.number for hit in dms.search("abel")] == ["3"]
    assert dms.search("ulm") == ()


def test_a_replacement_that_fails_changes_nothing(dms):
    """All of it, or nothing."""

    def broken():
        yield DmsCustomer("1", last_name="Abel")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        dms.replace(broken())
    with pytest.raises(DmsProblem):  # a customer without a name
        dms.replace([DmsCustomer("1", last_name="Abel"), DmsCustomer("2")])
    assert len(dms.search("müller")) == 4


def test_several_threads_search_while_the_customers_are_replaced(path):
    """Each sees all customers of before or all of after, and none an error."""
    with open_dms(path, seeded_customers=300) as dms:
        before = {hit.number for hit in dms.search("gmbh", limit=300)}
        after = {str(number) for number in range(20)}
        companies = [
            DmsCustomer(number, "company", company=f"Abel {number} GmbH") for number in sorted(after)
        ]
        done = threading.Event()

        def search():
            seen = set()
            while not done.is_set():
                seen.add(frozenset(hit.number for hit in dms.search("gmbh", limit=300)))
            return seen

        with ThreadPoolExecutor(8) as threads:
            running = [threads.submit(search) for _ in range(8)]
            dms.replace(companies)
            done.set()
            seen = set().union(*(each.result() for each in running))
        assert seen <= {frozenset(before), frozenset(after)}
        assert after == {hit.number for hit in dms.search("gmbh")}


def test_several_threads_may_open_a_new_file_at_once(path):
    """It is made and filled once, whoever comes first."""

    def open_it(_):
        with open_dms(path, seeded_customers=20) as dms:
            return len(dms.search("100", limit=100))

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(open_it, range(8)))
    assert len(found) == 1


def write_rubbish(path):
    """Make a file that is no database."""
    path.write_bytes(b"Kundennummer;Nachname\n" * 100)


def make_newer(path):
    """Make a file that a later version of the planner has changed."""
    open_dms(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('planner_host_dms', '9999_later', '')"
        )


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(write_rubbish, "dms_damaged"), (make_newer, "dms_newer"), (Path.mkdir, "dms_not_writable")],
)
def test_a_file_that_cannot_be_used_is_refused(path, spoil, code):
    """With a code, and a sentence in both languages that names the file, but not where it lies."""
    path.parent.mkdir()
    spoil(path)
    with pytest.raises(DmsProblem) as refused:
        open_dms(path)
    assert refused.value.code == code
    assert refused.value.message("de").startswith("dms.sqlite3: ")
    assert refused.value.message("de") != refused.value.message("en")


def test_a_file_damaged_while_it_is_open_is_a_problem_of_the_dms(path):
    """A page can say so; it is no bug of its own."""
    with open_dms(path, seeded_customers=50) as dms:
        path.write_bytes(b"\0" * path.stat().st_size)
        for ask in (lambda: dms.search("müller"), lambda: dms.customer("10001")):
            with pytest.raises(DmsProblem) as refused:
                ask()
            assert refused.value.code == "dms_damaged"


def test_a_file_that_another_holds_is_busy(path, monkeypatch):
    """Who waits too long is told so."""
    monkeypatch.setattr("planner_host.dms.database.LONGEST_WAIT_TO_WRITE", 0.05)
    with open_dms(path) as dms, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DmsProblem) as refused:
            dms.replace([DmsCustomer("1", last_name="Abel")])
        assert refused.value.code == "dms_busy"
        other.execute("ROLLBACK")
