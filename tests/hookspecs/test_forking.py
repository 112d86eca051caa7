"""A host made before a fork is the child's own: its threads, its locks, its reconciling."""

import os
import subprocess
import sys
import threading
from functools import partial

import pytest

from mobility_hookspecs import MobilityHost
from mobility_hookspecs._kit.limits import FAILURES_IN_A_ROW, CircuitBreaker
from mobility_hookspecs.authoring import forking

AT_ONCE = 8


def test_every_thread_of_a_child_is_answered(make_provider, documents, in_child):
    """The parent's threads are not waited for, and what they were about to do is not done again."""
    host = MobilityHost.of(make_provider("taxi", reconcile_rentals=documents.report("taxi")))
    assert host.reconcile().failures == ()

    def ask(at_once):
        together, answered = threading.Barrier(at_once), []

        def reconcile():
            together.wait()
            answered.append(len(host.reconcile(timeout=30.0).answers))

        threads = [threading.Thread(target=reconcile) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        host.close()
        return answered

    for at_once in (1, *[AT_ONCE] * 5):
        assert in_child(partial(ask, at_once)) == [1] * at_once
    assert host.reconcile().failures == ()  # what the child closed was its own
    host.close()


def test_a_lock_that_is_held_at_the_fork_is_free_in_the_child(in_child):
    """The thread that holds it is not there."""
    asked, answer = threading.Event(), threading.Event()

    def slow_clock():
        if threading.current_thread().name == "slow":
            asked.set()
            answer.wait(60)
        return 0.0

    circuit = CircuitBreaker(slow_clock)
    for _ in range(FAILURES_IN_A_ROW):
        circuit.failed(circuit.enter() or 0)
    thread = threading.Thread(target=circuit.is_open, name="slow")
    thread.start()
    assert asked.wait(10)
    try:
        assert in_child(circuit.is_open)
    finally:
        answer.set()
        thread.join()


def test_reconciling_goes_on_in_a_child(make_provider, documents, in_child):
    """Where it was on; a host that is closed in the parent begins nothing."""
    asked = threading.Semaphore(0)

    def reconcile_rentals():
        asked.release()
        return documents.report("taxi")

    host = MobilityHost.of(make_provider("taxi", reconcile_rentals=reconcile_rentals))
    host.keep_reconciling(every=0.01)
    assert asked.acquire(timeout=10)

    def is_asked():
        while asked.acquire(blocking=False):
            pass
        return asked.acquire(timeout=10) and asked.acquire(timeout=10)

    assert in_child(is_asked)
    host.close()
    assert in_child(lambda: [each.name for each in threading.enumerate() if "reconc" in each.name]) == []


def test_a_fork_waits_for_blocks_that_delay_it(in_child, until_forking):
    """And what begins meanwhile waits for the fork."""
    inside, left = threading.Event(), []

    def work():
        with forking.delay_fork(), forking.delay_fork():
            inside.set()
            until_forking()
            left.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)

    def has_left():
        with forking.delay_fork():
            return left

    assert in_child(has_left) == [1]
    thread.join()
    with forking.delay_fork():
        assert in_child(has_left) == [1]


FORK_IN_C = """
import ctypes, os
from mobility_hookspecs import MobilityHost
from tests.support.contract_documents import ContractDocuments, provider_of

host = MobilityHost.of(provider_of(reconcile_rentals=ContractDocuments().report()), strict=True)
assert host.reconcile().answers
child = ctypes.PyDLL(None).fork()
if child == 0:
    print(len(host.reconcile(timeout=20).answers), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="calls the C library's fork")
def test_a_fork_without_pythons_handlers_is_noticed():
    """As uWSGI's: it forks in C, and what it calls afterwards depends on its options."""
    done = subprocess.run([sys.executable, "-c", FORK_IN_C], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_one_that_fails_keeps_no_other_from_its_turn(in_child, caplog):
    """What is registered is called, each, and goes with its object."""
    process, renewed = os.getpid(), []

    class Owner:
        def renew(self):
            if os.getpid() != process:
                renewed.append(1)
                raise ValueError

    owners = [Owner(), Owner(), Owner()]
    for each in owners:
        forking.renew_in_child(each.renew)
    del owners[0], each
    caplog.set_level("CRITICAL")
    assert in_child(lambda: renewed) == [1, 1]
