"""A provider that was used before a fork shares nothing with the child: connections, sessions, locks, records."""

import json
import os
import select
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from carloop_plugin import bootstrap
from carloop_plugin.domain.accounts import StoredToken
from carloop_plugin.domain.values import ChangeId, Site
from carloop_plugin.settings.credentials import SecretsFile, locked
from carloop_plugin.usecases import recover
from carloop_plugin.usecases.recover import change_lock
from tests.support.forking import fork

TOKEN = StoredToken(value="t", origin="https://a.example", since=datetime(2026, 3, 2, 7, 30, tzinfo=UTC))


def connections(url):
    """Return this process's local addresses of its connections to Carloop."""
    port = int(url.rpartition(":")[2])
    held = psutil.Process().net_connections("tcp")
    return {each.laddr.port for each in held if each.raddr and each.raddr.port == port}


def book_in_child(planner, **more):
    """Save another appointment and book for it."""
    planner.appointment = planner.appointment | {"id": f"{planner.id}-child"}
    planner.save()
    return planner.do(planner.booking(**more), timeout=30.0)


@pytest.mark.both_databases
def test_a_child_has_connections_of_its_own(planner, control, in_child):
    """To Carloop and to the records; the parent's still serve the parent, whatever the child does."""
    planner.save()
    planner.book()

    def book():
        before = connections(control.url)
        done = book_in_child(planner)
        opened = len(connections(control.url) - before)
        planner.host.close()
        return opened > 0, done["status"], done["rental"]["appointment_id"]

    assert in_child(book) == [True, "done", f"{planner.id}-child"]
    assert planner.state()["state"] == "booked"
    assert planner.search()["options"]


@pytest.mark.both_databases
def test_a_call_that_runs_in_the_parent_goes_on(planner, control, in_child):
    """A child forked meanwhile waits for none of its locks, and books for itself."""
    planner.save()
    booking = planner.booking()
    other = next(each["id"] for each in planner.search()["options"] if each["id"] != booking["option_id"])
    control.fault("account", "delay", value=0.3)
    control.fault("book", "delay", value=0.3)
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(planner.do(booking, timeout=30.0)))
    bootstrap.close()  # so that the account is read anew, under the session's lock
    thread.start()
    while not any(session._account_lock.locked() for session in list(bootstrap._sessions.values())):
        time.sleep(0.001)
    assert in_child(lambda: book_in_child(planner, option_id=other)["status"]) == "done"
    thread.join()
    assert [each["status"] for each in outcomes] == ["done"]


def test_a_change_that_a_thread_of_the_parent_works_on_is_free_in_the_child(in_child):
    """The database decides between processes; the lock is for the threads of one."""
    held, forked = threading.Event(), threading.Event()

    def hold():
        with change_lock(ChangeId("c-1"), deadline=time.monotonic() + 60):
            held.set()
            forked.wait(60)

    def is_alone():
        with change_lock(ChangeId("c-1"), deadline=0.0) as alone:
            return alone

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    try:
        assert (in_child(is_alone), is_alone()) == (True, False)
        recover._renew()
        assert is_alone()
    finally:
        forked.set()
        thread.join()


def test_a_child_does_not_keep_the_lock_of_the_secrets_file(tmp_path):
    """It inherits the open file, and with it the lock, for as long as it lives."""
    secrets = SecretsFile(tmp_path / "secrets.json")
    reading, writing = os.pipe()
    with locked(tmp_path / "secrets.json.lock"):
        child = fork()
        if child == 0:
            os.close(writing)
            select.select([reading], [], [], 60)
            os._exit(0)
    try:
        keeping = threading.Thread(target=secrets.keep_token, args=(Site("main"), TOKEN), daemon=True)
        keeping.start()
        keeping.join(20)
        assert not keeping.is_alive()
    finally:
        os.close(writing)
        os.close(reading)
        os.waitpid(child, 0)
    assert secrets.token(Site("main")) == TOKEN


@pytest.mark.both_databases
def test_a_child_imports_nothing_that_the_parent_might_be_importing(configured):
    """A module that a thread of the parent is importing at the fork can never be imported in the child."""
    program = Path(__file__).with_name("first_calls.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=120)
    assert json.loads(done.stdout or "{}") == {"answered": 5, "imported": []}, done.stderr
