"""Closing, reconciling in the background, and not keeping the interpreter alive."""

import subprocess
import sys
import threading

import pytest

from mobility_hookspecs import LoadError, MobilityHost, MobilityProblem


@pytest.fixture
def threads():
    """The threads of the kit that this test has begun, by their name."""
    before = set(threading.enumerate())
    return lambda name: [
        each for each in threading.enumerate() if each.name == f"mobility-{name}" and each not in before
    ]


def _end(threads):
    for thread in threads:
        thread.join(5)
    return [thread for thread in threads if thread.is_alive()]


def test_closing_closes_every_provider_once(make_provider):
    """However one of them behaves, and however often the host is closed."""
    closed = []

    def provider(name):
        def close_mobility_provider():
            closed.append(name)
            raise SystemExit(name)

        return make_provider(name, close_mobility_provider=close_mobility_provider)

    with MobilityHost.of(provider("a"), provider("b"), make_provider("c")) as host:
        pass
    host.close()
    assert sorted(closed) == ["a", "b"]


def test_closing_ends_the_threads_of_one_host_alone(make_host, make_provider, documents, threads):
    """Idle threads end at once; another host of the same provider goes on."""
    provider = make_provider("short", reconcile_rentals=documents.report("short"))
    first, second = make_host(provider), make_host(provider)
    first.reconcile()
    second.close()
    assert list(first.reconcile().answers) == ["short"]
    first.close()
    assert _end(threads("provider_short")) == []


def test_a_host_that_is_too_strict_leaves_no_threads(make_provider, threads):
    """What was loaded before the failure is let go."""
    providers = (make_provider("thorough"), make_provider("late", info={"contract": ">=2"}))
    with pytest.raises(LoadError):
        MobilityHost.of(*providers, strict=True)
    assert _end(threads("provider_thorough") + threads("provider_late")) == []


def test_a_closed_host_answers_with_failures(make_provider, documents):
    """Nothing crashes, and nobody is called."""
    called = threading.Event()
    hooks = ("reconcile_rentals", "on_rental_change", "check_mobility_provider")
    host = MobilityHost.of(make_provider(**dict.fromkeys(hooks, lambda: called.set())))
    host.close()
    (failure,) = host.reconcile().failures
    assert (failure.provider, failure.problem["code"]) == ("taxi", "not_supported")
    outcome = host.change_rental(documents.change())
    assert (outcome["status"], outcome["problem"]["code"]) == ("refused", "not_supported")
    assert host.check("taxi", "main")["ok"] is False
    with pytest.raises(MobilityProblem, match="not_supported"):
        host.settings("taxi", "main")
    host.keep_reconciling()
    assert called.is_set() is False


def test_closing_is_not_held_up_by_calls_that_hang(make_host, make_provider, hanging, release, in_threads):
    """Eight hanging calls keep no provider from closing its clients."""
    closed = threading.Event()
    provider = make_provider(
        reconcile_rentals=lambda: hanging.hook(), close_mobility_provider=lambda: closed.set()
    )
    host = make_host(provider)
    in_threads(8, host.reconcile, 10.0)
    hanging.wait_for(8)
    host.close()
    assert (closed.is_set(), release.is_set()) == (True, False)


def test_reconciling_begins_at_once_and_comes_again(make_host, make_provider, threads):
    """Also after a turn that raised, and no more once the host is closed."""
    turns = threading.Semaphore(0)

    def reconcile_rentals():
        turns.release()
        raise SystemExit

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    host.keep_reconciling(every=0.01)
    assert [turns.acquire(timeout=5) for _ in range(4)] == [True] * 4
    host.close()
    assert _end(threads("reconciling")) == []


def test_reconciling_is_asked_for_once_with_an_interval(make_host, threads):
    """A second thread would do the same work again; an interval that is none is a mistake of the caller's."""
    host = make_host()
    for every in (0, float("nan")):
        with pytest.raises(ValueError, match="every"):
            host.keep_reconciling(every=every)
    host.keep_reconciling(every=60)
    host.keep_reconciling(every=60)
    assert len(threads("reconciling")) == 1


HANG_AND_LEAVE = """
import threading, types
from mobility_hookspecs import MobilityHost, hookimpl
plugin = types.ModuleType("hangs")
plugin.describe = hookimpl(specname="describe_mobility_provider")(lambda: dict(
    id="hangs", name="Hangs", version="1", contract=">=1", kinds=[], capabilities=[]))
plugin.reconcile_rentals = hookimpl(lambda: threading.Event().wait())
host = MobilityHost.of(plugin)
print(host.reconcile(timeout=0.5).failures[0].problem["code"], flush=True)
host.keep_reconciling(every=0.05)
"""


def test_a_hanging_provider_does_not_keep_the_interpreter():
    """The program ends although a provider's thread and the reconciling one are still there."""
    command = [sys.executable, "-c", HANG_AND_LEAVE]
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (run.returncode, run.stdout) == (0, "deadline_exceeded\n")
