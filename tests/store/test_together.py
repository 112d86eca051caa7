"""Many at one store: threads, processes and servers, on either database."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from carloop_plugin.intents import (
    OtherPending,
    Outcome,
    OutcomeStatus,
    Recorded,
    SameChange,
)
from carloop_plugin.model import Action, AppointmentId, ChangeId, Reason, RentalId
from carloop_plugin.store.leases import LEASE_SECONDS, is_gone, this_process

A1 = AppointmentId("A-1")
C1, C2 = ChangeId("c-1"), ChangeId("c-2")
DONE = Outcome(C1, OutcomeStatus.DONE)


def soon():
    return time.monotonic() + 30


def at_once(source, *works):
    """Run pieces of work at the same moment, each in a call of its own; give what each answered."""
    answers = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(number):
        with source.open(deadline=soon()) as store:
            start.wait()
            answers[number] = works[number](store)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def kinds(answers):
    return {kind: [type(each) for each in answers].count(kind) for kind in {type(each) for each in answers}}


@pytest.mark.parametrize("round_", range(5))
def test_one_of_many_changes_to_an_appointment_is_recorded(source, make_intent, round_):
    """Eight advisors at eight servers press the button: one change is pending, seven are told of it."""
    intents = [make_intent(f"c-{number}") for number in range(8)]
    answers = at_once(source, *(lambda store, each=each: store.record(each) for each in intents))
    assert kinds(answers) == {Recorded: 1, OtherPending: 7}


@pytest.mark.parametrize("round_", range(5))
def test_the_same_change_from_many_servers_is_recorded_once(source, make_intent, round_):
    """A host that asks again elsewhere is shown the change it asked for first, even when that was misread."""
    intents = [make_intent(appointment_id=f"A-{number % 2}") for number in range(8)]
    answers = at_once(source, *(lambda store, each=each: store.record(each) for each in intents))
    assert kinds(answers) == {Recorded: 1, SameChange: 7}


@pytest.mark.parametrize("round_", range(5))
def test_one_of_many_refusals_is_kept(source, make_intent, round_):
    """Everybody is told the one that was there first."""
    outcomes = [
        Outcome(C1, OutcomeStatus.REFUSED, reason=Reason("vehicle_unavailable", f"text.{n}"))
        for n in range(8)
    ]
    intent = make_intent(appointment_id=None)
    answers = at_once(source, *(lambda s, each=each: s.record_settled(intent, each) for each in outcomes))
    with source.open(deadline=soon()) as store:
        kept = store.intent(C1)
    assert kept is not None
    assert answers == [kept.outcome] * 8


@pytest.mark.parametrize("round_", range(5))
def test_the_newest_revision_stays(source, make_appointment, round_):
    """Saves that overtake each other on different servers do not bring an old appointment back."""
    revisions = [make_appointment(revision=revision) for revision in (3, 1, 5, 2, 4, 5, 1, 2)]
    at_once(source, *(lambda store, each=each: store.save_appointment(each) for each in revisions))
    with source.open(deadline=soon()) as store:
        newest = store.appointment(A1)
    assert newest is not None
    assert newest.revision == 5


@pytest.mark.parametrize("round_", range(5))
def test_the_newest_sight_of_a_rental_stays(source, make_rental, round_):
    """Two servers read the same rental at different moments; the later one holds."""
    sights = [make_rental(revision=revision) for revision in (3, 1, 5, 2, 4, 5, 1, 2)]
    at_once(source, *(lambda store, each=each: store.keep_rental(each) for each in sights))
    with source.open(deadline=soon()) as store:
        assert [each.revision for each in store.rentals_named(RentalId("R-1"))] == [5]


@pytest.mark.parametrize("round_", range(5))
def test_one_of_many_rentals_is_the_appointments(source, make_rental, round_):
    """However they came to be: one is linked, the others are shown for cancellation."""
    rentals = [make_rental(f"R-{number}") for number in range(8)]
    at_once(source, *(lambda store, each=each: store.keep_rental(each) for each in rentals))
    with source.open(deadline=soon()) as store:
        assert sorted(each.linked for each in store.all_rentals()) == [False] * 7 + [True]


@pytest.mark.parametrize("round_", range(10))
def test_a_booking_given_up_at_the_moment_it_succeeds_is_one_or_the_other(source, make_intent, round_):
    """Settled first, there is nothing to wait for; given up first, it is not settled as done."""
    with source.open(deadline=soon()) as store:
        store.record(make_intent())
    giving_up = make_intent("c-2", action=Action.CANCEL, gives_up=C1, body=None)
    settled, recorded = at_once(
        source, lambda store: store.settle(C1, DONE), lambda store: store.record(giving_up)
    )
    with source.open(deadline=soon()) as store:
        booking = store.intent(C1)
    assert booking is not None
    assert Recorded() == recorded
    assert (booking.given_up_by is None) == (settled == DONE) == booking.is_settled


def test_many_may_open_new_records_at_once(location):
    """Eight servers of a new version start together: the migrations run once, whoever comes first."""
    script = """
import sys, time
from carloop_plugin.store.leases import LEASE_SECONDS, is_gone, this_process
from carloop_plugin.store.opening import source_of
source = source_of(sys.argv[1])
with source.open(deadline=time.monotonic() + 30) as store:
    print(store.installation)
source.close()
"""
    servers = [
        subprocess.Popen([sys.executable, "-c", script, location], stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    installations = [server.communicate(timeout=60)[0] for server in servers]
    assert [server.returncode for server in servers] == [0] * 8
    assert len({*installations}) == 1


HOLD = """
import sys, time
from carloop_plugin.store.leases import LEASE_SECONDS, is_gone, this_process
from carloop_plugin.store.opening import source_of
source = source_of(sys.argv[1])
with source.open(deadline=time.monotonic() + 30) as store:
    print(store.lease("c-1") is not None, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_server(location):
    """Run another process that takes the intent c-1 and lives on; tell whether it got it."""
    command = [sys.executable, "-c", HOLD, location]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server, server.stdout.readline() == "True\n"
        finally:
            server.kill()


@pytest.fixture
def pending(source, make_intent):
    """A booking whose outcome is not known: its sender has gone back to the host."""
    with source.open(deadline=soon()) as store:
        store.record(make_intent())
        store.mark_unknown(C1, "deadline_exceeded", counts=False)
        found = store.intent(C1)
    assert found is not None
    return found


def test_a_leased_intent_is_left_alone_until_its_process_dies(source, location, pending):
    """Two servers do not ask Carloop about the same intent; a dead one holds up nobody."""
    with another_server(location) as (server, has_it), source.open(deadline=soon()) as store:
        assert has_it
        assert store.lease(C1) is None
        server.kill()
        server.wait()
        assert pending == store.lease(C1)


def test_who_records_an_intent_has_it(source, location, make_intent):
    """While it is on its way nobody else recovers it; once its sender knows no more, anybody may."""
    with source.open(deadline=soon()) as store:
        store.record(make_intent())
        with another_server(location) as (_, has_it):
            assert not has_it
        store.mark_unknown(C1, "deadline_exceeded", counts=False)
        with another_server(location) as (_, has_it):
            assert has_it


def test_who_sends_it_again_has_it_for_a_while(source, location, pending):
    """Also after an answer that settled nothing: the next one to ask waits."""
    with source.open(deadline=soon()) as store:
        assert pending == store.lease(C1)
        assert store.claim(pending) is not None
        store.mark_unknown(C1, "unreachable", counts=True)
        with another_server(location) as (_, has_it):
            assert not has_it
        assert store.lease(C1) is not None


def test_a_lease_is_lost_in_time(source, location, pending):
    """A server that froze, or died on another computer, keeps nobody waiting for longer."""
    with another_server(location) as (_, has_it), source.open(deadline=soon()) as store:
        assert has_it
        age(store, seconds=LEASE_SECONDS - 1)
        assert store.lease(C1) is None
        age(store, seconds=1)
        assert pending == store.lease(C1)


def test_a_lease_from_before_the_clock_was_set_back_is_lost(source, location, pending):
    """Else it would last as long as the clock was wrong."""
    with another_server(location) as (_, has_it), source.open(deadline=soon()) as store:
        assert has_it
        age(store, seconds=-3600)
        assert pending == store.lease(C1)


def age(store, *, seconds):
    """Let time pass for the leases, as the database sees it."""
    sql = "UPDATE intents SET lease_until = lease_until - ?"
    store._db.transact(lambda: store._db.execute(sql, [seconds]))


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
    """Its number may have been drawn again, by us even; of other computers nothing is known."""
    computer, number, mark = this_process().split("/")
    assert is_gone(holder.format(computer=computer, number=number, mark=mark)) == gone


def test_two_processes_of_one_number_are_told_apart():
    """As in a container that was started anew: what is drawn for each is the same for as long as it lives."""
    ask = [sys.executable, "-c", f"from {is_gone.__module__} import this_process as p; print(p(), p())"]
    said = [subprocess.run(ask, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)]
    first, second = ({name.split("/")[2] for name in names} for names in said)
    assert (len(first), len(second), len(first | second)) == (1, 1, 2)


def test_another_living_process_keeps_its_lease_and_its_life():
    """It is asked whether it is there, and not disturbed."""
    computer = this_process().split("/")[0]
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert not is_gone(f"{computer}/{other.pid}/any")
        other.communicate(b"\n")
    assert (other.returncode, is_gone(f"{computer}/{other.pid}/any")) == (0, True)


def test_a_process_of_another_user_is_alive(in_child):
    """A process that may not be signalled exists all the same."""

    def ask():
        if os.getuid() == 0:
            os.setuid(65534)
        return is_gone(f"{socket.gethostname()}/1/any")

    assert in_child(ask) is False


def test_a_settled_intent_is_nobodys(source, pending):
    """There is nothing left to find out."""
    with source.open(deadline=soon()) as store:
        store.settle(C1, DONE)
        assert store.lease(C1) is None
        assert store.lease(C2) is None


def test_a_moment_later_nothing_is_left_of_a_forgotten_intent(source, make_intent):
    """Forgetting twice is as good as once: the answer to the first may have been lost."""
    with source.open(deadline=soon()) as store:
        store.record(make_intent())
        assert (store.forget_intent(C1), store.forget_intent(C1)) == (True, True)


def test_a_closed_source_goes_on_for_who_is_still_in(source, make_intent):
    """One host in the process closes; another one's call ends in peace, and the next opens anew."""
    with source.open(deadline=soon()) as store:
        source.close()
        assert Recorded() == store.record(make_intent())
    with source.open(deadline=soon()) as store:
        assert make_intent() == store.intent(C1)


def test_a_forked_process_opens_its_own(location, monkeypatch):
    """A host that forks its workers after a first call: what is open is not shared with them."""
    script = """
import os, time
from carloop_plugin import bootstrap
def look():
    with bootstrap.opened(deadline=time.monotonic() + 10) as wired:
        return wired.call.store.figures().pending
look()
child = os.fork()
if child == 0:
    os._exit(look())
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), look())
bootstrap.close()
"""
    monkeypatch.setenv("CARLOOP_STORE", location)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("0 0\n", "")


def test_a_busy_appointment_does_not_hold_up_others(source, make_intent, make_rental):
    """Dozens of bookings by eight at once: each is recorded and settled, none is refused as busy."""

    def book(server):
        def some(store):
            for number in range(10):
                intent = make_intent(f"c-{server}-{number}", f"A-{server}-{number}")
                assert Recorded() == store.record(intent)
                rental = replace(
                    make_rental(f"R-{server}-{number}", f"A-{server}-{number}"),
                    updated_at=intent.recorded_at + timedelta(seconds=number),
                )
                assert store.settle(intent.change_id, DONE, rental) == DONE
            return 10

        return some

    assert at_once(source, *(book(server) for server in range(8))) == [10] * 8
    with source.open(deadline=soon()) as store:
        assert (store.figures().rentals, store.figures().pending) == (80, 0)
