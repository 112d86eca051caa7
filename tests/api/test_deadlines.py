"""The deadline of a call holds wherever the other side stops."""

import socket
import time

import pytest

from carloop_plugin.model import CallFailed, NotExecuted
from proofs.deadlines.case import measure
from proofs.deadlines.client import CLIENT


@pytest.mark.parametrize("case", CLIENT, ids=lambda case: case.name)
def test_a_call_ends_at_its_deadline(case):
    """Within 50 ms of it, wherever the other side stops; and what was not sent is told as such."""
    ended = measure(case)
    assert (ended.is_late, ended.told) == (False, {"deadline_exceeded"}), ended


def test_passed_deadline_sends_nothing(server, session, documents, soon):
    """A call whose time is over before it starts reaches nobody, and says so."""
    server.does(lambda peer, _: peer.hang())
    result = session.send(documents.booking(), deadline=soon(-1))
    assert (type(result), result.reason.code) == (NotExecuted, "deadline_exceeded")
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(-1))
    assert (failed.value.reason.code, failed.value.sent) == ("deadline_exceeded", False)
    assert server.connections == 0


def test_connecting_takes_three_seconds_at_most(make_session, soon, monkeypatch):
    """A call with a long deadline gives up on connecting when the time for it is used up."""
    monkeypatch.setattr("carloop_plugin.api.call.CONNECT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        started = time.monotonic()
        with pytest.raises(CallFailed) as failed:
            make_session(f"http://127.0.0.1:{port}").read_account(deadline=soon(5))
        for filler in fillers:
            filler.close()
    assert failed.value.reason.text == "api.connect_timeout"
    assert time.monotonic() - started < 1.0
