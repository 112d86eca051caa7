"""SQLite's file: who may read it, which files are refused, and the locks on it."""

import os
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.failures import StoreFailed
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.store.sqlite.database import open_database, wal_is_safe
from carloop_plugin.store.sqlite.file import SqliteFile
from tests.store.deadlines import soon


def test_only_its_owner_can_read_the_file(path, file):
    """Open intents hold personal data."""
    with file.open(deadline=soon()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_file_says_so_and_what_to_do(path, file):
    """It is never repaired or replaced silently."""
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    before = path.read_bytes()
    with pytest.raises(StoreFailed) as failed, file.open(deadline=soon()):
        pass
    assert (failed.value.reason.code, failed.value.reason.text) == ("storage_failed", "store.damaged")
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """The message has the path, for it is a mistake in the settings."""
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "carloop.sqlite3"
    with pytest.raises(StoreFailed) as failed, SqliteFile(path).open(deadline=soon()):
        pass
    assert failed.value.reason.text == "store.not_writable"
    assert dict(failed.value.reason.params)["path"] == str(path)


def test_a_file_that_may_not_be_written_is_refused(file, monkeypatch):
    """Before anything is to be kept in it: testing the connection and the doctor find it, too."""
    monkeypatch.setattr(os, "access", lambda _path, mode: not mode & os.W_OK)
    with pytest.raises(StoreFailed) as failed, file.open(deadline=soon()):
        pass
    assert failed.value.reason.text == "store.not_writable"


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


def test_a_connection_that_failed_is_not_used_again(file, make_intent):
    """What was opened while the disk was read-only stays so: the next call has another connection."""
    with file.lend(deadline=soon()) as connection:
        connection.db.execute("PRAGMA query_only = ON")
    with file.open(deadline=soon()) as store:
        with pytest.raises(StoreFailed) as failed:
            store.record(make_intent())
        assert failed.value.reason.text == "store.not_writable"
        assert store.record(make_intent()) is None


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 44, 5), False), ((3, 44, 6), True), ((3, 50, 6), False), ((3, 50, 7), True), ((3, 52, 0), True)],
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
    with closing(open_database(path, wait=1)) as own:
        own.db.execute("BEGIN IMMEDIATE")
        open_database(path, wait=1).close()
        command = [sys.executable, "-c", IS_LOCKED, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    assert said == "SQLITE_BUSY\n"
