"""The eight threads that a provider may hold, and calls that wait for one of them."""

import threading

from mobility_hookspecs._kit.hook_call import Deadlines, HookCall, NoAnswer
from mobility_hookspecs._kit.limits import CircuitBreaker, ProviderThreads


def test_a_thread_is_used_again():
    """Another is begun while the first is not idle again; after closing, a job waits to be taken back."""
    threads = ProviderThreads("test")
    used = set()
    for _ in range(20):
        done = threading.Event()

        def job(done=done):
            used.add(threading.current_thread().ident)
            done.set()

        threads.submit(job)
        assert done.wait(5)
    threads.close()
    assert len(used) <= 2
    ran = threading.Event()
    threads.submit(ran.set)
    assert (threads.withdraw(ran.set), ran.is_set()) == (True, False)


def test_a_call_given_up_before_it_began_never_begins(clock):
    """Not even on a thread that had taken it just then: the host already said that nothing happened."""
    called = threading.Event()
    closed = ProviderThreads("test")
    closed.close()
    call = HookCall(
        provider="taxi",
        hook="on_rental_change",
        function=called.set,
        arguments={},
        read=lambda raw: raw,
        threads=closed,
        circuit=CircuitBreaker(clock),
        deadlines=Deadlines.after(0.05),
        locale="en",
    )
    call.begin()
    result = call.result()
    assert (type(result), result.was_called, result.problem["code"]) == (NoAnswer, False, "busy")
    call._run()
    assert called.is_set() is False


def test_nine_calls_at_once_are_eight_threads(
    make_host, make_provider, documents, release, hanging, in_threads
):
    """The ninth of a provider waits, then it is busy and never begins; another provider answers all the while."""
    begun = []

    def on_rental_change(change):
        begun.append(change["option_id"])
        if change["option_id"] == "hang":
            hanging.hook()
        return documents.outcome("bad")

    bad = make_provider(
        "bad", on_rental_change=on_rental_change, provide_mobility_filters=documents.filters("bad")
    )
    host = make_host(bad, make_provider("good", provide_mobility_filters=documents.filters("good")))
    join = in_threads(8, host.change_rental, documents.change("bad", option_id="hang"), 10.0)
    hanging.wait_for(8)
    gathered = host.mobility_filters("main", timeout=0.5)
    assert list(gathered.answers) == ["good"]
    assert [(each.provider, each.problem["code"]) for each in gathered.failures] == [("bad", "busy")]
    late = host.change_rental(documents.change("bad", option_id="late"), timeout=0.2)
    assert (late["status"], late["problem"]["code"]) == ("refused", "busy")
    held = [thread for thread in threading.enumerate() if thread.name == "mobility-provider_bad"]
    assert len(held) == 8
    release.set()
    join()
    assert list(host.mobility_filters("main").answers) == ["bad", "good"]
    assert host.change_rental(documents.change("bad", option_id="last"))["status"] == "done"
    assert begun == ["hang"] * 8 + ["last"]


def test_a_call_waiting_for_a_thread_gets_it(
    make_host, make_provider, documents, hanging, release, in_threads
):
    """Twenty calls at once on eight threads are all answered."""

    def reconcile_rentals():
        hanging.hook()
        return documents.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    answers = []
    join = in_threads(20, lambda: answers.append(len(host.reconcile(timeout=10.0).answers)))
    hanging.wait_for(8)
    release.set()
    join()
    assert answers == [1] * 20
