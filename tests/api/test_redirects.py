"""No redirect is followed, and nothing ever reaches another origin."""

import pytest

from carloop_plugin.api.call import AttemptFailed, Call, Request
from carloop_plugin.api.transport import Transport
from carloop_plugin.domain.changes import Unknown
from carloop_plugin.domain.failures import CallFailed

STATUSES = (301, 302, 303, 307, 308)


@pytest.mark.parametrize("status", STATUSES)
def test_redirect_is_named_and_not_followed(status, make_server, make_session, documents, soon):
    """A read fails, with the origin it leads to; a write may have been done before; that origin gets no request."""
    here, there = make_server(), make_server()
    here.does(lambda peer, _: peer.answer(status, b"", location=f"{there.url}/secret/path?token=x"))
    session = make_session(here.url)
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    reason = failed.value.reason
    assert (reason.code, reason.text) == ("invalid_answer", "api.redirect")
    assert dict(reason.params) == {"origin": there.url}
    assert type(session.send(documents.booking(), deadline=soon(5))) is Unknown
    assert there.connections == 0


@pytest.mark.parametrize(
    ("location", "origin"),
    [
        ("/elsewhere", "{here}"),
        ("https://user:secret@Evil.example:8443/x", "https://evil.example:8443"),
        ("//evil.example/x", "https://evil.example"),
        ("javascript:alert(1)", "{here}"),
        ("http://[bad", "{here}"),
    ],
)
def test_shown_origin_is_no_more_than_that(location, origin, server, session, soon):
    """What is shown of a redirect is an origin: no path, no password, and our own where there is none."""
    server.does(lambda peer, _: peer.answer(302, b"", location=location))
    with pytest.raises(CallFailed) as failed:
        session.read_account(deadline=soon(5))
    assert dict(failed.value.reason.params) == {"origin": origin.format(here=server.url)}


def test_token_goes_to_its_own_origin_alone(make_server, soon):
    """Even a request that was made out to another origin by mistake does not take the token there."""
    here, there = make_server(), make_server()
    transport = Transport(here.url, there.url, "canary-token", ca_file=None)
    with pytest.raises(AttemptFailed) as failed:
        transport.exchange(Request("GET", "/x"), Call(soon(5)))
    transport.close()
    told = failed.value
    assert (told.reason.code, told.sent, told.again) == ("insecure_address", False, False)
    assert there.connections == 0


@pytest.mark.parametrize("rental_id", ["..", "", "../account", "//evil.example/x", "a?b=c#d"])
def test_rental_ids_stay_one_segment(rental_id, server, session, documents, soon):
    """An id is one segment of the path, whatever it holds, or is not sent at all."""
    server.does(lambda peer, _: peer.answer(404, documents.problem(404, "not_found")))
    try:
        found = session.read_rental(rental_id, deadline=soon(5))
    except CallFailed as failed:
        found = failed.reason.code
    assert found in (None, "rental_not_found")
    for seen in server.seen:
        assert seen.target.count("/") == "/api/planner/v1/rentals/x".count("/")
        assert seen.target.startswith("/api/planner/v1/rentals/")
