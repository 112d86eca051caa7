"""Leases: which process looks after a pending intent, and when another one may."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from carloop_plugin.domain.changes import Outcome, OutcomeStatus
from carloop_plugin.domain.values import ChangeId
from carloop_plugin.store.leases import LEASE_SECONDS, PROCESS, is_gone

C1, C2 = ChangeId("c-1"), ChangeId("c-2")
HOLD = """
import sys, time
from carloop_plugin.store.records import source_of
source = source_of(sys.argv[1])
with source.open(deadline=time.monotonic() + 30) as store:
    print(store.lease("c-1") is not None, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_server(location):
    """Run another process that leases the intent c-1 and lives on; yield it and whether it got the lease."""
    command = [sys.executable, "-c", HOLD, location]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server, server.stdout.readline() == "True\n"
        finally:
            server.kill()


def age(store, *, seconds):
    """Let time pass for the leases, as the database sees it."""
    sql = "UPDATE intents SET lease_until = lease_until - ?"
    store.database.transact(lambda: store.database.query(sql, [seconds]))


@pytest.fixture
def pending(store, make_intent):
    """A booking whose outcome is not known: its sender has returned to the host."""
    store.record(make_intent())
    store.mark_unknown(C1, "deadline_exceeded", counts=False)
    return store.intent(C1)


def test_a_leased_intent_is_left_alone_until_its_process_dies(store, location, pending):
    """Two servers do not ask Carloop about the same intent; a dead one delays nobody."""
    with another_server(location) as (server, has_it):
        assert has_it
        assert store.lease(C1) is None
        server.kill()
        server.wait()
        assert store.lease(C1) == pending


def test_whoever_records_or_sends_an_intent_has_its_lease(store, location, make_intent):
    """Nobody else recovers it meanwhile, nor after an answer that settled nothing; one that is unknown anybody may."""
    store.record(make_intent())
    with another_server(location) as (_, has_it):
        assert not has_it
    store.mark_unknown(C1, "deadline_exceeded", counts=False)
    assert store.lease(C1) is not None
    assert store.claim(store.intent(C1)) is not None
    store.mark_unknown(C1, "unreachable", counts=True)
    with another_server(location) as (_, has_it):
        assert not has_it
    assert store.lease(C1) is not None


def test_a_lease_ends(store, location, pending):
    """By the database's clock; one from before that clock was set back has ended, too."""
    with another_server(location) as (_, has_it):
        assert has_it
        age(store, seconds=LEASE_SECONDS - 1)
        assert store.lease(C1) is None
        age(store, seconds=1)
        assert store.lease(C1) == pending
    age(store, seconds=LEASE_SECONDS)
    with another_server(location) as (_, has_it):
        assert has_it
        age(store, seconds=-3600)
        assert store.lease(C1) == pending


def test_a_settled_or_unknown_intent_is_not_leased(store, pending):
    """There is nothing left to find out."""
    store.settle(C1, Outcome(C1, OutcomeStatus.DONE))
    assert store.lease(C1) is None
    assert store.lease(C2) is None


@pytest.mark.parametrize(
    ("holder", "gone"),
    [
        ("{computer}/{number}/{mark}", False),
        ("{computer}/{number}/another", True),
        ("{computer}/1/any", False),
        ("{computer}/4194304/any", True),
        ("elsewhere/4194304/any", False),
    ],
)
def test_only_a_dead_process_of_this_computer_is_gone(holder, gone):
    """Its number may have been given out again, to us even; of other computers nothing is known."""
    computer, number, mark = PROCESS.split("/")
    assert is_gone(holder.format(computer=computer, number=number, mark=mark)) == gone


def test_processes_of_one_number_are_distinguished():
    """As in a container that was started anew: each has a mark of its own, the same for as long as it lives."""
    ask = [sys.executable, "-c", f"from {is_gone.__module__} import PROCESS as p; print(p)"]
    said = [subprocess.run(ask, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)]
    first, second = ({name.split("/")[2] for name in names} for names in said)
    assert first != second


def test_asking_for_a_living_process_does_not_disturb_it():
    """It gets no signal; once it has ended it is gone."""
    computer = PROCESS.split("/")[0]
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert not is_gone(f"{computer}/{other.pid}/any")
        other.communicate(b"\n")
    assert (other.returncode, is_gone(f"{computer}/{other.pid}/any")) == (0, True)


def test_a_process_of_another_user_is_alive(in_child):
    """One that may not be signalled exists all the same."""

    def ask():
        if os.getuid() == 0:
            os.setuid(65534)
        return is_gone(f"{socket.gethostname()}/1/any")

    assert not is_gone(PROCESS)
    assert in_child(ask) is False


def test_a_lease_that_another_process_takes_in_between_is_not_taken(store, location, pending, monkeypatch):
    """It was free when it was looked at; the one update that takes it sees that it is not any more."""
    look, others = type(store)._takers, []

    def look_and_be_late(records, change_id):
        seen = look(records, change_id)
        others.append(processes.enter_context(another_server(location)))
        return seen

    with ExitStack() as processes:
        monkeypatch.setattr(type(store), "_takers", look_and_be_late)
        assert store.lease(C1) is None
    ((_, has_it),) = others
    assert has_it
