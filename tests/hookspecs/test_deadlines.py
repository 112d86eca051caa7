"""The total deadline, the threads a provider may hold, and the rest of a hook that failed too often."""

import inspect
import threading
import time

import pytest

from mobility_hookspecs import MobilityHost, MobilityProblem, make_problem
from proofs.deadlines.case import MOST_OVERRUN, measure
from proofs.deadlines.host import HOST, QUESTIONS


def _quickest(ask, limit):
    """Give the seconds of the first try within the limit, or of the best of three: a busy machine only adds."""
    times = []
    for _ in range(3):
        began = time.monotonic()
        ask()
        times.append(time.monotonic() - began)
        if times[-1] < limit:
            break
    return min(times)


def _codes(gathered):
    return [(failure.provider, failure.problem["code"]) for failure in gathered.failures]


def test_a_provider_that_hangs_costs_its_own_answer_alone(make_host, make_provider, papers, release):
    """Ten hang, one answers: its offer is there, no later than 50 ms past the time-out."""
    hanging = [
        make_provider(f"hangs{n}", provide_mobility_options=lambda: release.wait(10)) for n in range(10)
    ]
    host = make_host(*hanging, make_provider("good", provide_mobility_options=papers.offer("good")))

    def ask():
        gathered = host.mobility_options(papers.request(), timeout=0.3)
        assert list(gathered.answers) == ["good"]
        assert {code for _, code in _codes(gathered)} == {"deadline_exceeded"}
        assert len(gathered.failures) == 10

    assert _quickest(ask, 0.3 + MOST_OVERRUN) < 0.3 + MOST_OVERRUN


def test_every_question_is_measured():
    """Whatever a planner can ask; a new question fails here until it is, too."""
    methods = inspect.getmembers(MobilityHost, inspect.isfunction)
    asks = {name for name, method in methods if "timeout" in inspect.signature(method).parameters}
    assert set(QUESTIONS) == {name for name in asks if not name.startswith("_")}


@pytest.mark.parametrize("case", HOST, ids=lambda case: case.what)
def test_no_question_takes_longer_than_its_timeout(case):
    """Each gives up within 50 ms of it and says deadline_exceeded."""
    ended = measure(case)
    assert (ended.is_late, ended.told) == (False, {"deadline_exceeded"}), ended


@pytest.mark.parametrize(("timeout", "margin"), [(0.2, 0.02), (1.0, 0.1), (2.5, 0.25), (10.0, 0.25)])
def test_the_providers_deadline_lies_before_the_hosts(timeout, margin, make_host, make_provider, papers):
    """By a tenth of the time-out, at most 250 ms."""
    given = []

    def reconcile_rentals(context):
        given.append(context.deadline)
        return papers.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    before = time.monotonic()
    host.reconcile(timeout=timeout)
    after = time.monotonic()
    assert before <= given[0] - timeout + margin <= after


def test_a_provider_that_keeps_its_deadline_never_counts_as_hanging(make_host, make_provider, papers):
    """Six searches at once, each answered at the very last moment, are six offers; the hook does not rest."""

    def provide_mobility_options(context):
        threading.Event().wait(context.remaining())
        return papers.offer()

    host = make_host(make_provider(provide_mobility_options=provide_mobility_options))
    found = []

    def ask():
        found.append(list(host.mobility_options(papers.request(), timeout=1.0).answers))

    asking = [threading.Thread(target=ask) for _ in range(6)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(5)
    assert found == [["taxi"]] * 6
    assert list(host.mobility_options(papers.request(), timeout=0.5).answers) == ["taxi"]


def test_nine_calls_at_once_are_eight_threads(make_host, make_provider, papers, release):
    """The ninth of a provider waits within its deadline, then it is busy; another provider is not."""
    running = threading.Semaphore(0)

    def hang():
        running.release()
        return release.wait(10)

    bad = make_provider("bad", on_appointment_saved=hang, provide_mobility_filters=papers.filters("bad"))
    good = make_provider("good", provide_mobility_filters=papers.filters("good"))
    host = make_host(bad, good)
    asking = [
        threading.Thread(target=host.appointment_saved, args=(papers.appointment(), 3.0)) for _ in range(8)
    ]
    for thread in asking:
        thread.start()
    assert [running.acquire(timeout=5) for _ in asking] == [True] * 8
    gathered = host.mobility_filters("main", timeout=0.1)
    assert (list(gathered.answers), _codes(gathered)) == (["good"], [("bad", "busy")])
    held = [thread for thread in threading.enumerate() if thread.name == "mobility-provider_bad"]
    assert len(held) == 8
    release.set()
    for thread in asking:
        thread.join(5)
    assert list(host.mobility_filters("main").answers) == ["bad", "good"]


def test_a_call_that_waits_for_a_thread_gets_it(make_host, make_provider, papers, release):
    """Twenty short calls at once on eight threads are all answered."""

    def reconcile_rentals():
        release.wait(0.02)
        return papers.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(len(host.reconcile(timeout=5.0).answers)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert answers == [1] * 20


class Moody:
    """Counts its calls and does what it is told."""

    def __init__(self, papers, release):
        self.calls = 0
        self.mood = "bug"
        self._papers = papers
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
        return self._papers.report()


@pytest.fixture
def moody(papers, release):
    """What the provider's hook does."""
    return Moody(papers, release)


@pytest.mark.parametrize("mood", ["bug", "invalid", "hang"])
def test_after_five_failures_in_a_row_the_hook_rests(mood, moody, clock, make_host, make_provider, papers):
    """The sixth call is busy at once and reaches nobody; the provider's other hooks go on."""
    provider = make_provider(
        reconcile_rentals=lambda: moody.hook(), provide_mobility_filters=papers.filters()
    )
    host = make_host(provider, clock=clock)
    moody.mood = mood
    for _ in range(5):
        assert host.reconcile(timeout=0.05).answers == {}
    moody.mood = "well"
    assert _codes(host.reconcile()) == [("taxi", "busy")]
    assert list(host.mobility_filters("main").answers) == ["taxi"]
    clock.now += 29.9
    assert _codes(host.reconcile()) == [("taxi", "busy")]
    clock.now += 0.1
    assert list(host.reconcile().answers) == ["taxi"]
    assert moody.calls == 6


def test_a_probe_that_hangs_brings_another_rest(moody, clock, make_host, make_provider):
    """One call after 30 s, and then 30 s more."""
    host = make_host(make_provider(reconcile_rentals=lambda: moody.hook()), clock=clock)
    for _ in range(5):
        host.reconcile()
    clock.now += 30
    moody.mood = "hang"
    assert _codes(host.reconcile(timeout=0.05)) == [("taxi", "deadline_exceeded")]
    assert _codes(host.reconcile()) == [("taxi", "busy")]
    assert moody.calls == 6


def test_a_problem_is_no_failure_of_the_provider(moody, clock, make_host, make_provider):
    """However often it is raised the hook never rests, and it ends a row of bugs."""
    host = make_host(make_provider(reconcile_rentals=lambda: moody.hook()), clock=clock)
    for mood in ["bug"] * 4 + ["problem"] * 10 + ["bug"] * 4:
        moody.mood = mood
        host.reconcile()
    moody.mood = "well"
    assert list(host.reconcile().answers) == ["taxi"]


def test_an_answer_that_comes_after_the_hang_does_not_make_it_good(clock, make_host, make_provider, papers):
    """A provider that always answers a little too late rests like one that never does."""
    late = []
    answered = threading.Semaphore(0)

    def reconcile_rentals():
        event = threading.Event()
        late.append(event)
        event.wait(5)
        answered.release()
        return papers.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals), clock=clock)
    for _ in range(5):
        assert _codes(host.reconcile(timeout=0.05)) == [("taxi", "deadline_exceeded")]
        late[-1].set()
        assert answered.acquire(timeout=5)
    assert _codes(host.reconcile()) == [("taxi", "busy")]


def test_a_resting_change_is_refused(moody, clock, make_host, make_provider, papers):
    """It was never called, so nothing can have happened."""
    host = make_host(make_provider(on_rental_change=lambda: moody.hook()), clock=clock)
    found = [host.change_rental(papers.change()) for _ in range(6)]
    assert [outcome["status"] for outcome in found] == ["unknown"] * 5 + ["refused"]
    assert found[5]["problem"]["code"] == "busy"


def test_a_resting_hook_answers_at_once_although_its_threads_hang(
    make_host, make_provider, release, stopwatch
):
    """Nobody waits for a thread only to hear that the hook rests."""
    host = make_host(make_provider(reconcile_rentals=lambda: release.wait(10)))
    asking = [threading.Thread(target=host.reconcile, args=(0.1,)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(5)
    watch = stopwatch()
    assert _codes(host.reconcile(timeout=5.0)) == [("taxi", "busy")]
    assert watch.seconds() < 2.0
