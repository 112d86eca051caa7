"""The deadlines of a call: the host's, the provider's, and what is said of a hook that hangs."""

import time

import pytest


def test_a_hanging_provider_costs_its_own_answer_alone(make_host, make_provider, documents, hanging, release):
    """Its offer is there while four others hang, which are named; a change that hangs may have been done: unknown."""
    names = [f"hangs{number}" for number in range(4)]
    hooks = dict.fromkeys(("provide_mobility_options", "on_rental_change"), lambda: hanging.hook())
    providers = [make_provider(name, **hooks) for name in names]
    host = make_host(*providers, make_provider("good", provide_mobility_options=documents.offer("good")))
    gathered = host.mobility_options(documents.request(), timeout=0.5)
    assert release.is_set() is False
    assert list(gathered.answers) == ["good"]
    failures = [(each.provider, each.problem["code"]) for each in gathered.failures]
    assert failures == [(name, "deadline_exceeded") for name in names]
    outcome = host.change_rental(documents.change(names[0]), timeout=0.5)
    assert (outcome["status"], outcome["problem"]["code"]) == ("unknown", "deadline_exceeded")


@pytest.mark.parametrize(("timeout", "margin"), [(0.2, 0.02), (1.0, 0.1), (2.5, 0.25), (10.0, 0.25)])
def test_the_providers_deadline_lies_before_the_hosts(timeout, margin, make_host, make_provider, documents):
    """By a tenth of the time-out, at most 250 ms."""
    given = []

    def reconcile_rentals(context):
        given.append(context.deadline)
        return documents.report()

    host = make_host(make_provider(reconcile_rentals=reconcile_rentals))
    before = time.monotonic()
    host.reconcile(timeout=timeout)
    after = time.monotonic()
    assert before <= given[0] - timeout + margin <= after
