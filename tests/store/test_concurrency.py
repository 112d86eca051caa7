"""Many at one store at once, as threads and as processes: one of them wins and the others get its result."""

import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from carloop_plugin.domain.changes import Action, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.values import AppointmentId, ChangeId, RentalId
from tests.store.deadlines import soon

C1 = ChangeId("c-1")
DONE = Outcome(C1, OutcomeStatus.DONE)
OPEN = """
import sys, time
from carloop_plugin.store.records import source_of
source = source_of(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
with source.open(deadline=time.monotonic() + 30) as store:
    print(store.installation)
source.close()
"""
REVISIONS = (3, 1, 5, 2, 4, 5, 1, 2)
ROUNDS = range(5)


def at_once(source, calls):
    """Call methods of stores at the same moment, each of a store of its own; return what each returned."""
    start = threading.Barrier(len(calls))

    def run(call):
        name, *arguments = call
        with source.open(deadline=soon()) as store:
            start.wait(20)
            return getattr(store, name)(*arguments)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize(
    ("change_id", "appointment_id"),
    [("c-{}-{}", "A-{}"), ("c-{}", "A-{}-{}")],
    ids=["changes to one appointment", "the same change"],
)
def test_one_of_many_changes_is_recorded(source, make_intent, change_id, appointment_id):
    """The button is pressed at eight servers at once: one change is recorded, seven get it as an answer."""
    for round_ in ROUNDS:
        names = [(round_, number) for number in range(8)]
        intents = [make_intent(change_id.format(*each), appointment_id.format(*each)) for each in names]
        answers = at_once(source, [("record", each) for each in intents])
        (recorded,) = (each for each, there in zip(intents, answers, strict=True) if there is None)
        assert answers.count(recorded) == 7


def test_one_of_many_refusals_is_kept(source, make_intent):
    """Everybody gets the one that was there first."""
    for round_ in ROUNDS:
        intent = make_intent(f"c-{round_}", appointment_id=None)
        reasons = [Reason("vehicle_unavailable", f"text.{number}") for number in range(8)]
        outcomes = [Outcome(intent.change_id, OutcomeStatus.REFUSED, reason=each) for each in reasons]
        answers = at_once(source, [("record_settled", intent, each) for each in outcomes])
        with source.open(deadline=soon()) as store:
            assert answers == [store.intent(intent.change_id).outcome] * 8


def test_the_newest_revision_stays(source, make_appointment, make_rental):
    """Saves that overtake each other on different servers do not bring an old appointment or rental back."""
    for round_ in ROUNDS:
        appointments = [make_appointment(f"A-{round_}", revision) for revision in REVISIONS]
        at_once(source, [("save_appointment", each) for each in appointments])
        rentals = [make_rental(f"R-{round_}", f"A-{round_}", revision=revision) for revision in REVISIONS]
        at_once(source, [("keep_rental", each) for each in rentals])
        with source.open(deadline=soon()) as store:
            (saved,) = store.appointments([AppointmentId(f"A-{round_}")]).values()
            assert saved.revision == 5
            assert [each.revision for each in store.rentals(rental_id=RentalId(f"R-{round_}"))] == [5]


def test_one_of_many_rentals_is_linked_to_the_appointment(source, make_rental):
    """However they came to be: one is linked, the others are shown for cancellation."""
    for round_ in ROUNDS:
        rentals = [make_rental(f"R-{round_}-{number}", f"A-{round_}") for number in range(8)]
        at_once(source, [("keep_rental", each) for each in rentals])
    with source.open(deadline=soon()) as store:
        kept = Counter((each.appointment_id, each.linked) for each in store.rentals())
    assert kept == {
        (f"A-{round_}", linked): 1 if linked else 7 for round_ in ROUNDS for linked in (True, False)
    }


def test_a_booking_given_up_at_the_moment_it_succeeds_is_one_or_the_other(source, make_intent):
    """Settled first, there is nothing to wait for; given up first, it is not settled as done."""
    for round_ in range(10):
        intent = make_intent(f"c-{round_}", f"A-{round_}")
        done = Outcome(intent.change_id, OutcomeStatus.DONE)
        giving_up = make_intent(
            f"g-{round_}", f"A-{round_}", action=Action.CANCEL, gives_up=done.change_id, body=None
        )
        with source.open(deadline=soon()) as store:
            store.record(intent)
        settled, recorded = at_once(source, [("settle", done.change_id, done), ("record", giving_up)])
        with source.open(deadline=soon()) as store:
            booking = store.intent(intent.change_id)
        assert recorded is None
        assert (booking.given_up_by is None) == (settled == done) == (booking.outcome is not None)


def test_many_processes_may_open_new_records_at_once(location):
    """Servers of a new version start together: the migrations run once, whoever comes first."""
    command = [sys.executable, "-c", OPEN, location]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    servers = [subprocess.Popen(command, **pipes) for _ in range(4)]
    for server in servers:
        assert server.stdout.readline() == "ready\n"
    for server in servers:
        server.stdin.close()
    assert len({server.stdout.read() for server in servers}) == 1
    assert [server.wait(30) for server in servers] == [0] * 4
    for server in servers:
        server.stdout.close()


def test_a_closed_source_serves_calls_under_way(source, make_intent):
    """One host in the process closes it; another one's call goes on, and the next opens anew."""
    with source.open(deadline=soon()) as store:
        source.close()
        assert store.record(make_intent()) is None
    with source.open(deadline=soon()) as store:
        assert store.intent(C1) == make_intent()


def test_concurrent_bookings_are_never_refused_as_busy(source, make_intent, make_rental):
    """Many bookings by eight at once: each is recorded and settled."""

    def book(server):
        for number in range(4):
            intent = make_intent(f"c-{server}-{number}", f"A-{server}-{number}")
            rental = make_rental(f"R-{server}-{number}", f"A-{server}-{number}")
            with source.open(deadline=soon()) as store:
                assert store.record(intent) is None
                assert store.settle(intent.change_id, DONE, rental) == DONE

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(book, range(8)))
    with source.open(deadline=soon()) as store:
        assert (store.figures().rentals, store.figures().pending) == (32, 0)
