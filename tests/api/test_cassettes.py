"""Recorded conversations work with our transport: recording, replaying, and its checks on replay."""

import pytest
import vcr

from carloop_plugin.model import CallFailed, Confirmed

MATCH = ("method", "path", "query", "body")


@pytest.fixture
def recorder(tmp_path):
    """Give a recorder that keeps no secret and plays back anywhere."""
    return vcr.VCR(
        cassette_library_dir=str(tmp_path), match_on=MATCH, filter_headers=["authorization", "host"]
    )


def test_recorded_conversation_plays_back_without_a_network(
    recorder, server, make_session, documents, soon, tmp_path
):
    """A search and a booking recorded from one server play back for another address, byte for byte."""
    server.does(
        lambda peer, _: peer.answer(200, documents.account()),
        lambda peer, _: peer.answer(
            201, documents.rental(web_url="https://x.example/1"), idempotent_replay="true"
        ),
    )

    def talk(session):
        account = session.read_account(deadline=soon(5))
        return account.id, session.send(documents.booking(), deadline=soon(5))

    with recorder.use_cassette("talk.yaml", record_mode="once"):
        live = talk(make_session(server.url))
    assert "canary-token" not in (tmp_path / "talk.yaml").read_text()
    with recorder.use_cassette("talk.yaml", record_mode="none"):
        replayed = talk(make_session("https://carloop.example"))
    assert replayed == live
    assert (type(replayed[1]), replayed[1].replayed) == (Confirmed, True)
    assert len(server.seen) == 2


def test_checks_hold_for_recorded_answers(recorder, server, make_session, soon):
    """A redirect on the tape is refused as a live one is."""
    server.does(lambda peer, _: peer.answer(302, b"", location="https://elsewhere.example/x"))
    reasons = []
    for mode in ("once", "none"):
        with (
            recorder.use_cassette("redirect.yaml", record_mode=mode, allow_playback_repeats=True),
            pytest.raises(CallFailed) as failed,
        ):
            make_session(server.url).read_account(deadline=soon(5))
        reasons.append(failed.value.reason)
    assert reasons[0] == reasons[1]
    assert dict(reasons[0].params) == {"origin": "https://elsewhere.example"}
