"""The DMS's file: who can read it, who shares it, and what is said when it cannot be used."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from planner_host.dms import Dms, DmsCustomer, DmsProblem

from .conftest import HANS


@pytest.fixture
def path(tmp_path):
    """Where a DMS will be."""
    return tmp_path / "data" / "dms.sqlite3"


def test_customers_outlive_a_restart(path):
    """As they were stored, by their whole number, in a file that its owner alone can read."""
    with closing(Dms(path)) as dms:
        dms.replace([HANS])
    with closing(Dms(path)) as dms:
        assert [dms.customer(number) for number in ("10001", "1000")] == [HANS, None]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_personal_is_in_a_repr():
    """What is printed or logged by mistake names nobody."""
    said = f"{HANS!r} {HANS.cars!r}"
    assert [each for each in ("10001", "Müller", "Köln", "K-MU", "WVW") if each in said] == []


def test_a_replacement_that_fails_changes_nothing(dms):
    """One of the customers cannot be stored."""
    with pytest.raises(DmsProblem):  # a customer without a name
        dms.replace([DmsCustomer("1", last_name="Abel"), DmsCustomer("2")])
    assert len(dms.search("müller")) == 4


def write_rubbish(path):
    """Make a file that is no database."""
    path.write_bytes(b"Kundennummer;Nachname\n" * 100)


def make_newer(path):
    """Make a file that a later version of the planner has changed."""
    Dms(path).close()
    later = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, '')"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(later, ["planner_host_dms", "9999_later"])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(write_rubbish, "dms_damaged"), (make_newer, "dms_newer"), (Path.mkdir, "dms_not_writable")],
)
def test_a_file_that_cannot_be_used_is_refused(path, spoil, code):
    """With a code, and a sentence in both languages that names the file, but not where it lies."""
    path.parent.mkdir()
    spoil(path)
    with pytest.raises(DmsProblem) as refused:
        Dms(path)
    assert refused.value.code == code
    assert refused.value.message("de").startswith("dms.sqlite3: ")
    assert refused.value.message("de") != refused.value.message("en")


def test_a_file_that_another_program_holds_is_busy(path, monkeypatch):
    """After the longest wait."""
    monkeypatch.setattr("web_base.database.BUSY_SECONDS", 0.05)
    with closing(Dms(path)) as dms, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DmsProblem) as refused:
            dms.replace([DmsCustomer("1", last_name="Abel")])
        assert refused.value.code == "dms_busy"
        other.execute("ROLLBACK")
