"""Closing, reconciling in the background, and not keeping the interpreter alive."""

import subprocess
import sys
import threading

import pytest

from mobility_hookspecs import LoadError, MobilityHost, MobilityProblem


def _threads(provider):
    return [thread for thread in threading.enumerate() if thread.name == f"mobility-provider_{provider}"]


def test_closing_closes_every_provider_once(make_provider, stopwatch):
    """However one of them behaves, and however often the host is closed."""
    closed = []

    def provider(name):
        def close_mobility_provider():
            closed.append(name)
            raise SystemExit(name)

        return make_provider(name, close_mobility_provider=close_mobility_provider)

    with MobilityHost.of(provider("a"), provider("b"), make_provider("c")) as host:
        pass
    watch = stopwatch()
    host.close()
    assert (sorted(closed), watch.seconds() < 2.0) == (["a", "b"], True)


def test_closing_ends_the_threads(make_provider, papers):
    """Idle threads end at once."""
    host = MobilityHost.of(make_provider("shortlived", reconcile_rentals=papers.report("shortlived")))
    host.reconcile()
    threads = _threads("shortlived")
    assert threads != []
    host.close()
    for thread in threads:
        thread.join(5)
    assert _threads("shortlived") == []


def test_a_host_that_is_too_strict_leaves_no_threads(make_provider):
    """What was loaded before the failure is let go."""
    with pytest.raises(LoadError):
        MobilityHost.of(
            make_provider("thorough"), make_provider("late", info={"contract": ">=2"}), strict=True
        )
    for name in ("thorough", "late"):
        for thread in _threads(name):
            thread.join(5)
    assert _threads("thorough") + _threads("late") == []


def test_closing_one_host_leaves_another_working(make_host, make_provider, papers):
    """Two hosts may hold the same provider."""
    provider = make_provider(reconcile_rentals=papers.report())
    first, second = make_host(provider), make_host(provider)
    first.close()
    assert list(second.reconcile().answers) == ["taxi"]


def test_a_closed_host_answers_with_failures(make_provider, papers):
    """Nothing crashes, nobody is called, and it is said at once."""
    called = threading.Event()
    hooks = dict.fromkeys(
        ("reconcile_rentals", "on_rental_change", "check_mobility_provider"), lambda: called.set()
    )
    host = MobilityHost.of(make_provider(**hooks))
    host.close()
    (failure,) = host.reconcile().failures
    assert (failure.provider, failure.problem["code"]) == ("taxi", "not_supported")
    outcome = host.change_rental(papers.change())
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "not_supported")
    assert host.check("taxi", "main")["ok"] is False
    with pytest.raises(MobilityProblem, match="not_supported"):
        host.settings("taxi", "main")
    host.keep_reconciling()
    assert called.is_set() is False


def test_closing_is_not_held_up_by_calls_that_hang(make_provider, papers, release, stopwatch):
    """Eight hanging calls keep no provider from closing its clients."""
    closed = threading.Event()
    running = threading.Semaphore(0)

    def hang():
        running.release()
        return release.wait(10)

    host = MobilityHost.of(
        make_provider(reconcile_rentals=hang, close_mobility_provider=lambda: closed.set())
    )
    asking = [threading.Thread(target=host.reconcile, args=(0.2,)) for _ in range(8)]
    for thread in asking:
        thread.start()
    assert [running.acquire(timeout=5) for _ in asking] == [True] * 8
    watch = stopwatch()
    host.close()
    assert (closed.is_set(), watch.seconds() < 3.0) == (True, True)
    for thread in asking:
        thread.join(5)


def test_reconciling_begins_at_once_and_comes_again(make_host, make_provider, papers):
    """Also after a turn that raised, and no more once the host is closed."""
    turns = threading.Semaphore(0)

    def reconcile_rentals():
        turns.release()
        raise SystemExit

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    host.keep_reconciling(every=0.01)
    assert [turns.acquire(timeout=5) for _ in range(4)] == [True] * 4
    host.close()
    while turns.acquire(blocking=False):
        pass
    assert turns.acquire(timeout=0.05) is False


def test_reconciling_twice_is_reconciling_once(make_host, make_provider, papers):
    """A second thread would do the same work again."""
    turns = threading.Semaphore(0)

    def reconcile_rentals():
        turns.release()
        return papers.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    host.keep_reconciling(every=60)
    host.keep_reconciling(every=60)
    assert turns.acquire(timeout=5) is True
    assert turns.acquire(timeout=0.05) is False


@pytest.mark.parametrize("every", [0, -1, float("nan")])
def test_reconciling_needs_an_interval(every, make_host):
    """A mistake of the caller's is said at once."""
    with pytest.raises(ValueError, match="every"):
        make_host().keep_reconciling(every=every)


_HANG_AND_LEAVE = """
import threading, types
from mobility_hookspecs import MobilityHost, hookimpl
plugin = types.ModuleType("hangs")
plugin.describe = hookimpl(specname="describe_mobility_provider")(lambda: dict(
    id="hangs", name="Hangs", version="1", contract=">=1", kinds=[], capabilities=[]))
plugin.reconcile_rentals = hookimpl(lambda: threading.Event().wait())
host = MobilityHost.of(plugin)
print(host.reconcile(timeout=0.05).failures[0].problem["code"], flush=True)
host.keep_reconciling(every=0.05)
"""


def test_a_hanging_provider_does_not_keep_the_interpreter(stopwatch):
    """The program ends although a provider's thread and the reconciling one are still there."""
    watch = stopwatch()
    run = subprocess.run(
        [sys.executable, "-c", _HANG_AND_LEAVE], capture_output=True, text=True, timeout=20, check=False
    )
    assert (run.returncode, run.stdout) == (0, "deadline_exceeded\n")
    assert watch.seconds() < 10
