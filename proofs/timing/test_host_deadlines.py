"""Deadlines by the clock: how late a host answers, and how late a provider may."""

import inspect
import time

from mobility_hookspecs import MobilityHost
from proofs.deadlines.case import MAX_OVERRUN
from proofs.deadlines.host import QUESTIONS


def test_every_question_is_measured():
    """Whatever a planner can ask; a new question fails here until `make deadlines` measures it, too."""
    methods = inspect.getmembers(MobilityHost, inspect.isfunction)
    asks = {name for name, method in methods if "timeout" in inspect.signature(method).parameters}
    assert set(QUESTIONS) == {name for name in asks if not name.startswith("_")}


def test_ten_providers_that_hang_cost_no_more_than_one(make_host, make_provider, documents, hanging):
    """The host answers no later than 50 ms past the time-out; the best of three, for a busy machine only adds."""
    providers = [
        make_provider(f"hangs{n}", provide_mobility_options=lambda: hanging.hook()) for n in range(10)
    ]
    host = make_host(*providers, make_provider("good", provide_mobility_options=documents.offer("good")))
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        host.mobility_options(documents.request(), timeout=0.3)
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.3 + MAX_OVERRUN


def test_a_provider_that_keeps_its_deadline_never_counts_as_hanging(
    make_host, make_provider, documents, in_threads
):
    """Six searches at once, each answered at the very last moment, are six offers; the hook does not rest."""

    def provide_mobility_options(context):
        time.sleep(context.remaining())
        return documents.offer()

    host = make_host(make_provider(provide_mobility_options=provide_mobility_options))
    found = []
    in_threads(6, lambda: found.append(list(host.mobility_options(documents.request(), 1.0).answers)))()
    assert found == [["taxi"]] * 6
    assert list(host.mobility_options(documents.request(), timeout=0.5).answers) == ["taxi"]
