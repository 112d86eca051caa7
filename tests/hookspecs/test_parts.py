"""The host kit's small parts: copies, links, the rest of a failing hook, the threads of a provider."""

import threading
from collections import OrderedDict
from enum import StrEnum

import pytest

from mobility_hookspecs.bulkhead import THREADS_A_PROVIDER, Bulkhead
from mobility_hookspecs.circuit import Circuit
from mobility_hookspecs.detached import NotCopyable, detach
from mobility_hookspecs.isolation import Call, Limits, Miss
from mobility_hookspecs.links import is_https, is_showable
from mobility_hookspecs.reconciling import Reconciling


class Kind(StrEnum):
    """Words that are members."""

    TAXI = "taxi"


def test_a_copy_shares_nothing():
    """Changing the copy leaves the original, at any depth."""
    document = {"a": [{"b": 1}]}
    copied = detach(document)
    copied["a"][0]["b"] = 2
    assert document == {"a": [{"b": 1}]}


def test_a_copy_is_plain():
    """Subclasses become what JSON has."""
    copied = detach(OrderedDict(kind=Kind.TAXI, rows=[(1, 2.5, True, None)]))
    assert copied == {"kind": "taxi", "rows": [[1, 2.5, True, None]]}
    assert [type(copied), type(copied["kind"])] == [dict, str]


def _nested(depth):
    rows = []
    for _ in range(depth):
        rows = [rows]
    return rows


@pytest.mark.parametrize("document", [object(), {"a": object()}, _nested(100_000)])
def test_what_cannot_be_copied(document):
    """Foreign objects and endless nesting are refused, not crashed on."""
    with pytest.raises(NotCopyable):
        detach(document)


@pytest.mark.parametrize(
    ("address", "https", "showable"),
    [
        ("https://carloop.example/r/1", True, True),
        ("HTTPS://carloop.example", True, True),
        ("https://carloop.example?x=1#y", True, True),
        ("http://localhost:8081/r/1", False, True),
        ("http://127.0.0.1/", False, True),
        ("http://127.8.9.1:80/", False, True),
        ("http://[::1]:8081/x", False, True),
        ("http://carloop.example/", False, False),
        ("http://localhost.evil.example/", False, False),
        ("http://127.0.0.1@evil.example/", False, False),
        ("http://127.0.0.1.evil.example/", False, False),
        ("https://user@evil.example/", False, False),
        ("https://", False, False),
        ("https:///path", False, False),
        ("https:\\\\evil.example", False, False),
        ("https://a.example/\nSet-Cookie: x", False, False),
        (" https://a.example", False, False),
        ("https://a.example ", False, False),
        ("javascript:alert(1)", False, False),
        ("data:text/html,x", False, False),
        ("//a.example/x", False, False),
        ("/r/1", False, False),
        ("ftp://a.example", False, False),
        ("", False, False),
    ],
)
def test_which_addresses_may_be_shown(address, https, showable):
    """https anywhere, http on this machine, and nothing else."""
    assert (is_https(address), is_showable(address)) == (https, showable)


def _fail(circuit, times):
    for _ in range(times):
        ticket = circuit.enter()
        assert ticket is not None
        circuit.failed(ticket)


def test_five_failures_in_a_row_bring_a_rest_of_thirty_seconds(clock):
    """Four do not; the fifth does; after 30 s one call probes."""
    circuit = Circuit(clock)
    _fail(circuit, 4)
    assert circuit.rests() is False
    _fail(circuit, 1)
    assert (circuit.rests(), circuit.enter()) == (True, None)
    clock.now += 29.9
    assert (circuit.rests(), circuit.enter()) == (True, None)
    clock.now += 0.1
    assert circuit.rests() is False
    assert circuit.enter() is not None
    assert (circuit.rests(), circuit.enter()) == (True, None)


def test_a_success_starts_the_count_again(clock):
    """Only failures in a row count."""
    circuit = Circuit(clock)
    _fail(circuit, 4)
    circuit.succeeded(circuit.enter() or 0)
    _fail(circuit, 4)
    assert circuit.rests() is False


def test_a_probe_that_succeeds_ends_the_rest(clock):
    """From then on five failures are needed again."""
    circuit = Circuit(clock)
    _fail(circuit, 5)
    clock.now += 30
    probe = circuit.enter()
    assert probe is not None
    circuit.succeeded(probe)
    _fail(circuit, 4)
    assert circuit.rests() is False


def test_a_probe_that_fails_brings_another_rest(clock):
    """Thirty seconds from the failure."""
    circuit = Circuit(clock)
    _fail(circuit, 5)
    clock.now += 30
    probe = circuit.enter()
    clock.now += 5
    circuit.failed(probe or 0)
    clock.now += 29.9
    assert circuit.rests() is True
    clock.now += 0.1
    assert circuit.rests() is False


def test_what_began_before_a_rest_tells_nothing_about_the_time_after(clock):
    """A late success neither ends the rest nor lets a failed probe be forgotten."""
    circuit = Circuit(clock)
    early = circuit.enter()
    _fail(circuit, 5)
    circuit.succeeded(early or 0)
    assert circuit.rests() is True


def test_a_bulkhead_runs_eight_jobs_at_once(release):
    """The ninth waits, and can be taken back before it begins."""
    bulkhead = Bulkhead("test")
    running = threading.Semaphore(0)
    ninth_ran = threading.Event()

    def hang():
        running.release()
        release.wait(10)

    for _ in range(THREADS_A_PROVIDER):
        bulkhead.submit(hang)
    assert [running.acquire(timeout=5) for _ in range(8)] == [True] * 8
    bulkhead.submit(ninth_ran.set)
    assert bulkhead.withdraw(ninth_ran.set) is True
    assert bulkhead.withdraw(ninth_ran.set) is False
    last = threading.Event()
    bulkhead.submit(last.set)
    release.set()
    assert (last.wait(5), ninth_ran.is_set()) == (True, False)
    bulkhead.close()


def test_a_bulkhead_uses_a_thread_again():
    """One job after the other needs one thread."""
    bulkhead = Bulkhead("test")
    threads = set()
    for _ in range(20):
        done = threading.Event()

        def job(done=done):
            threads.add(threading.current_thread().ident)
            done.set()

        bulkhead.submit(job)
        assert done.wait(5)
    bulkhead.close()
    assert len(threads) <= 2


def test_a_closed_bulkhead_runs_nothing():
    """A job submitted later waits to be taken back."""
    bulkhead = Bulkhead("test")
    bulkhead.close()
    bulkhead.submit(_never)
    assert bulkhead.withdraw(_never) is True


def _never():
    raise AssertionError("ran after close")


def test_a_call_given_up_before_it_began_never_begins(clock):
    """Not even on a thread that had taken it just then: the host already said that nothing happened."""
    called = threading.Event()
    closed = Bulkhead("test")
    closed.close()
    call = Call(
        "taxi",
        "on_rental_change",
        hook=lambda: called.set(),
        arguments={},
        read=lambda raw: raw,
        bulkhead=closed,
        circuit=Circuit(clock),
        limits=Limits.starting_now(0.05),
        locale="en",
    )
    call.begin()
    outcome = call.outcome()
    assert isinstance(outcome, Miss)
    assert (outcome.called, outcome.problem["code"]) == (False, "busy")
    call._run()
    assert called.is_set() is False


def test_reconciling_survives_what_it_calls():
    """Whatever is raised, the next turn comes."""
    turns = threading.Semaphore(0)

    def reconcile():
        turns.release()
        raise SystemExit

    reconciling = Reconciling(reconcile, every=0.01)
    reconciling.start()
    assert [turns.acquire(timeout=5) for _ in range(3)] == [True] * 3
    reconciling.stop()
