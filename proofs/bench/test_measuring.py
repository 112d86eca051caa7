"""The measuring itself: in turns, medians, and nothing compared that is not the same work."""

import http.client
from urllib.parse import urlencode, urlsplit

import pytest

from benchmarks.canned import canned
from benchmarks.carloop import INTERFACE, Carloop, free_period
from benchmarks.measuring import Samples, alternate
from benchmarks.row import Row
from benchmarks.works.search import _same_work


def test_two_works_take_turns():
    """Who begins changes from round to round, so that neither always follows the other."""
    ran = []
    alternate(lambda: ran.append("a"), lambda: ran.append("b"), rounds=iter(range(4)), warm_up=1)
    assert "".join(ran) == "ab" + "ab" + "ba" + "ab" + "ba"


def test_warm_up_does_not_count():
    """What is slow at its first use alone is not measured."""
    ours, theirs = alternate(lambda: None, lambda: None, rounds=iter(range(3)), warm_up=5)
    assert (len(ours.seconds), len(theirs.seconds)) == (3, 3)


def test_a_ratio_is_one_of_medians():
    """One slow round moves a mean, and not the ratio; the goal is the greatest ratio that reaches it."""
    ours, theirs = Samples((1.0, 1.0, 9.0)), Samples((2.0, 2.0, 2.0))
    assert Row("work", "peer", 1.0, ours, theirs).ratio == 0.5
    assert [Row("w", "p", goal, ours, theirs).reached for goal in (0.5, 0.49)] == [True, False]


def test_a_peer_that_does_other_work_is_refused():
    """A peer that comes to another answer is no comparison."""
    with pytest.raises(AssertionError, match="other work"):
        _same_work(lambda: {"total": 1}, lambda: {"total": 2})


def test_canned_bytes_are_the_sandbox_s(sandbox):
    """The canned server sends the very bytes of the sandbox's answer, again and again over one connection."""
    carloop, period = Carloop(sandbox.url, sandbox.token), free_period()
    target = f"{INTERFACE}/vehicles?{urlencode({**period, 'limit': 40})}"
    with canned(carloop, period, limit=40) as tape:
        connection = http.client.HTTPConnection(urlsplit(tape.url).netloc)
        answers = [_body(connection, target) for _ in range(2)]
        connection.close()
    direct = http.client.HTTPConnection(urlsplit(sandbox.url).netloc)
    original = _body(direct, target, **carloop.authorization)
    direct.close()
    # the time in the answer is the one thing that moves on
    assert [_still(original)] * 2 == [_still(answer) for answer in answers]


def _body(connection, target, **headers):
    connection.request("GET", target, headers=headers)
    return connection.getresponse().read()


def _still(body):
    return body.partition(b'"as_of"')[0]
