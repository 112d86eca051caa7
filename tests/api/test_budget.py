"""The retry budget: a blip is retried as ever, an outage is not made worse by retries."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carloop_plugin.api.client import MOST_TOKENS, RetryBudget
from carloop_plugin.domain.failures import CallFailed


def take_all(budget):
    """Take every token there is and return how many there were."""
    taken = 0
    while taken < 1_000 and budget.take():
        taken += 1
    return taken


@pytest.mark.parametrize(("answered", "tokens"), [(0, 0), (9, 0), (10, 1), (19, 1), (200, 20), (500, 20)])
def test_ten_answers_earn_a_retry(answered, tokens):
    """And never more than the twenty that a new session has."""
    budget = RetryBudget()
    assert take_all(budget) == MOST_TOKENS == 20
    for _ in range(answered):
        budget.reward(0)
    assert take_all(budget) == tokens


def test_a_retry_that_helped_costs_nothing():
    """What a call's retries took comes back when it is answered in the end."""
    budget = RetryBudget()
    for _ in range(100):
        assert budget.take()
        assert budget.take()
        budget.reward(2)
    assert take_all(budget) == MOST_TOKENS


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=400))
def test_retries_that_brought_nothing_are_bounded(calls):
    """However the calls end: twenty and a tenth of the answered ones is what the failed ones spend at most."""
    budget = RetryBudget()
    wasted = answered = 0
    for wanted, is_answered in calls:
        spent = sum(budget.take() for _ in range(wanted))
        if is_answered:
            answered += 1
            budget.reward(spent)
        else:
            wasted += spent
        assert wasted <= MOST_TOKENS + answered / 10


def test_threads_share_the_tokens():
    """Twenty threads at once take no token twice."""
    budget = RetryBudget()
    taken = []
    threads = [threading.Thread(target=lambda: taken.append(take_all(budget))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert sum(taken) == MOST_TOKENS


def test_an_outage_is_asked_once_a_call(server, session, documents, soon):
    """Reads and writes spend the same tokens, until each call is one request; ten answers earn a retry again."""
    server.does(lambda *_: "close")

    def ask_in_vain(times):
        for _ in range(times):
            with pytest.raises(CallFailed):
                session.read_account(deadline=soon(5))
            session.send(documents.booking(), deadline=soon(5))

    ask_in_vain(5)
    assert len(server.seen) == 10 + MOST_TOKENS
    ask_in_vain(20)
    assert len(server.seen) == 50 + MOST_TOKENS
    server.does(lambda peer, _: peer.answer(200, documents.account()))
    for _ in range(10):
        session.read_account(deadline=soon(5))
    seen = len(server.seen)
    server.does(*[lambda *_: "close"] * (seen + 1), lambda peer, _: peer.answer(200, documents.account()))
    assert session.read_account(deadline=soon(5)).id == "acc-1"
    assert [each.headers["x-retry-count"] for each in server.seen[seen:]] == ["0", "1"]


def test_a_refusal_is_an_answer(server, session, documents, soon):
    """Carloop that says no is there, and no reason to hold back."""
    problem = documents.problem(404, "not_found")
    server.does(*[lambda *_: "close", lambda peer, _: peer.answer(404, problem)] * 30)
    for _ in range(30):
        assert session.read_rental("ren-9", deadline=soon(5)) is None
    assert len(server.seen) == 60
