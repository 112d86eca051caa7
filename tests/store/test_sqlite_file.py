"""The file itself: who may read it, what it survives, what it refuses."""

import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from carloop_plugin.intents import Outcome, OutcomeStatus
from carloop_plugin.model import ChangeId, StoreFailed
from carloop_plugin.store.connection import open_database, wal_is_safe, writing
from carloop_plugin.store.pool import SqliteFile
from carloop_plugin.store.tables import NEWEST


def soon():
    return time.monotonic() + 10


def test_only_its_owner_can_read_the_file(path, file):
    """Open intents hold personal data."""
    with file.open(deadline=soon()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_installation_stays_the_same(path):
    """The id that begins every reference is drawn once."""
    seen = set()
    for _ in range(2):
        file = SqliteFile(path)
        with file.open(deadline=soon()) as store:
            seen.add(store.installation)
        file.close()
    assert len(seen) == 1


def test_several_threads_may_open_a_new_file_at_once(path):
    """Migrations run once, whoever comes first."""
    installations = []

    def open_it():
        file = SqliteFile(path)
        with file.open(deadline=soon()) as store:
            installations.append(store.installation)
        file.close()

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(installations), len(set(installations))) == (8, 1)


def test_processes_write_together_without_a_lock_error(path):
    """Read-then-write from four processes: a deferred transaction would fail "locked" at once."""
    script = """
import sys, time
from pathlib import Path
from datetime import timedelta, datetime, UTC
from carloop_plugin.model import AccountId
from carloop_plugin.store.pool import SqliteFile
file = SqliteFile(Path(sys.argv[1]))
for n in range(50):
    with file.open(deadline=time.monotonic() + 30) as store:
        def once():
            now = datetime(2030, 1, 1, tzinfo=UTC)
            position = store.feed_position(AccountId("a"), now=now) or datetime(2026, 1, 1, tzinfo=UTC)
            store.note_contact(AccountId("a"), at=position, skew=timedelta(), position=position + timedelta(seconds=1))
        store._db.transact(once)
file.close()
"""
    workers = [subprocess.Popen([sys.executable, "-c", script, str(path)]) for _ in range(4)]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0, 0, 0]
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT position FROM contacts").fetchall()
    assert rows == [("2026-01-01T00:03:20.000000+00:00",)]


def test_a_locked_file_is_busy_within_the_deadline(path, file, make_intent):
    """Nothing waits past the deadline for somebody else's lock."""
    with file.open(deadline=soon()):
        pass
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    with pytest.raises(StoreFailed) as failed, file.open(deadline=began + 0.1) as store:
        store.record(make_intent())
    other.close()
    assert failed.value.reason.code == "busy"
    assert time.monotonic() - began < 2


def test_a_damaged_file_says_so_and_what_to_do(path, file):
    """It is never repaired or replaced silently."""
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreFailed) as failed, file.open(deadline=soon()):
        pass
    assert (failed.value.reason.code, failed.value.reason.text) == ("storage_failed", "store.damaged")
    assert path.read_bytes() == before


def test_a_newer_file_is_refused_with_both_versions(path, file):
    """An older plugin must not write into tables it does not know."""
    with file.open(deadline=soon()):
        pass
    file.close()
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('carloop_plugin', 'of_2030', '')"
        )
    db.close()
    with pytest.raises(StoreFailed) as failed, SqliteFile(path).open(deadline=soon()):
        pass
    assert failed.value.reason.text == "store.newer"
    assert {"found": "of_2030", "known": NEWEST}.items() <= dict(failed.value.reason.params).items()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """The settings mistake is said, with the path."""
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "carloop.sqlite3"
    with pytest.raises(StoreFailed) as failed, SqliteFile(path).open(deadline=soon()):
        pass
    assert ("store.not_writable", str(path)) == (
        failed.value.reason.text,
        dict(failed.value.reason.params)["path"],
    )


def test_a_settled_payload_is_gone_from_every_file(path, file, make_intent):
    """Not only from the table: the bytes themselves."""
    body = b"Canary-Kunde " * 2000
    with file.open(deadline=soon()) as store:
        store.record(make_intent(body=body))
        assert b"Canary-Kunde" in path.read_bytes()
        store.settle(ChangeId("c-1"), Outcome(ChangeId("c-1"), OutcomeStatus.DONE))
    file.close()
    assert [each.name for each in path.parent.iterdir() if b"Canary-Kunde" in each.read_bytes()] == []


def test_a_file_removed_under_us_is_not_made_anew(path, file, make_intent):
    """Neither is an open handle to it used, nor an empty one begun: its records would be lost, silently."""
    with file.open(deadline=soon()) as store:
        store.record(make_intent())
    path.unlink()
    for each in (file, SqliteFile(path)):
        with pytest.raises(StoreFailed) as failed, each.open(deadline=soon()):
            pass
        assert (failed.value.reason.code, failed.value.reason.text) == ("storage_failed", "store.lost")
    assert not path.exists()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_the_write_ahead_log_is_used_on_fixed_versions_only(version, safe):
    """An older SQLite can corrupt a WAL database written by two connections."""
    assert wal_is_safe(version) == safe


IS_LOCKED = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error.sqlite_errorname)
"""


def test_a_further_connection_takes_no_lock_from_the_others(path, file):
    """A process loses its locks on a file when it closes any handle of it: another one could then write into ours."""
    with file.open(deadline=soon()):
        pass
    with closing(open_database(path)) as db, writing(db, path, deadline=soon()):
        open_database(path).close()
        command = [sys.executable, "-c", IS_LOCKED, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    assert said == "SQLITE_BUSY\n"
