"""The rest of a hook that failed too often, as the circuit counts and as a host shows it."""

import threading

import pytest

from mobility_hookspecs import MobilityProblem, make_problem
from mobility_hookspecs._kit.limits import CircuitBreaker


def _fail(circuit, times):
    for _ in range(times):
        circuit.failed(circuit.enter())


def test_a_success_starts_the_count_again(clock):
    """Only failures in a row count, also after a probe that ended the rest."""
    circuit = CircuitBreaker(clock)
    _fail(circuit, 4)
    circuit.succeeded(circuit.enter())
    _fail(circuit, 4)
    assert circuit.is_open() is False
    _fail(circuit, 1)
    clock.now += 30
    circuit.succeeded(circuit.enter())
    _fail(circuit, 4)
    assert circuit.is_open() is False


def test_a_probe_that_fails_brings_another_rest(clock):
    """Thirty seconds from the failure; a late success of what began before ends no rest."""
    circuit = CircuitBreaker(clock)
    early = circuit.enter()
    _fail(circuit, 5)
    circuit.succeeded(early)
    assert (circuit.is_open(), circuit.enter()) == (True, None)
    clock.now += 30
    probe = circuit.enter()
    assert (circuit.is_open(), circuit.enter()) == (True, None)  # one call alone
    clock.now += 5
    circuit.failed(probe)
    clock.now += 29.9
    assert circuit.is_open() is True
    clock.now += 0.1
    assert circuit.is_open() is False


class Moody:
    """Counts its calls and does what it is told."""

    def __init__(self, documents, release):
        self.calls = 0
        self.mood = "bug"
        self._documents = documents
        self._release = release

    def hook(self):
        """Answer, or not."""
        self.calls += 1
        if self.mood == "bug":
            raise ValueError
        if self.mood == "problem":
            raise MobilityProblem(make_problem("unreachable"))
        if self.mood == "invalid":
            return {}
        if self.mood == "hang":
            self._release.wait(10)
        return self._documents.report()


@pytest.fixture
def moody(documents, release):
    """What the provider's hook does."""
    return Moody(documents, release)


@pytest.fixture
def host(moody, clock, make_host, make_provider, documents):
    """A host whose provider is moody when it reconciles and changes a rental, and well otherwise."""
    provider = make_provider(
        reconcile_rentals=lambda: moody.hook(),
        on_rental_change=lambda: moody.hook(),
        provide_mobility_filters=documents.filters(),
    )
    return make_host(provider, clock=clock)


def _codes(gathered):
    return [(failure.provider, failure.problem["code"]) for failure in gathered.failures]


@pytest.mark.parametrize(("mood", "timeout"), [("bug", 10.0), ("invalid", 10.0), ("hang", 0.2)])
def test_after_five_failures_in_a_row_the_hook_rests(mood, timeout, moody, clock, host):
    """The sixth call is busy at once and reaches nobody; the provider's other hooks go on."""
    moody.mood = mood
    for _ in range(50):
        # one that a busy machine does not begin in time is no failure
        if moody.calls < 5:
            assert host.reconcile(timeout=timeout).answers == {}
    moody.mood = "well"
    assert _codes(host.reconcile()) == [("taxi", "busy")]
    assert list(host.mobility_filters("main").answers) == ["taxi"]
    clock.now += 29.9
    assert _codes(host.reconcile()) == [("taxi", "busy")]
    assert moody.calls == 5
    clock.now += 0.1
    assert list(host.reconcile().answers) == ["taxi"]


def test_a_problem_is_no_failure_of_the_provider(moody, host):
    """However often it is raised the hook never rests, and it ends a row of bugs."""
    for mood in ["bug"] * 4 + ["problem"] * 10 + ["bug"] * 4:
        moody.mood = mood
        host.reconcile()
    moody.mood = "well"
    assert list(host.reconcile().answers) == ["taxi"]


def test_an_answer_that_comes_after_a_hang_does_not_make_it_good(clock, make_host, make_provider, documents):
    """A provider that always answers a little too late rests like one that never does."""
    late, answered = threading.Event(), threading.Semaphore(0)

    def reconcile_rentals():
        late.wait(5)
        answered.release()
        return documents.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals), clock=clock)
    hangs = 0
    for _ in range(50):
        if hangs < 5 and _codes(host.reconcile(timeout=0.2)) == [("taxi", "deadline_exceeded")]:
            hangs += 1
            late.set()
            assert answered.acquire(timeout=5)
            late.clear()
    assert (hangs, _codes(host.reconcile())) == (5, [("taxi", "busy")])


def test_a_resting_change_is_refused(host, documents):
    """It was never called, so nothing can have happened."""
    found = [host.change_rental(documents.change()) for _ in range(6)]
    assert [outcome["status"] for outcome in found] == ["unknown"] * 5 + ["refused"]
    assert found[5]["problem"]["code"] == "busy"


def test_a_resting_hook_answers_at_once_although_its_threads_hang(
    make_host, make_provider, release, in_threads
):
    """Nobody waits for a thread only to hear that the hook rests."""
    begun, found = [], []

    def reconcile_rentals():
        begun.append(1)
        release.wait(10)

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    for _ in range(50):
        if len(begun) < 5:
            in_threads(8, host.reconcile, 0.2)()
    # a call that waited for a thread would wait for a minute, and the threads are not joined for so long
    in_threads(1, lambda: found.append(_codes(host.reconcile(timeout=60.0))))()
    assert found == [[("taxi", "busy")]]
