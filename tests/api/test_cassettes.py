"""The transport checks recorded answers as it does live ones; recording and replay are tested in tests/cassettes."""

import pytest
import vcr

from carloop_plugin.model import CallFailed

MATCH = ("method", "path", "query", "body")


@pytest.fixture
def recorder(tmp_path):
    """Return a recorder that keeps no secret and plays back anywhere."""
    return vcr.VCR(
        cassette_library_dir=str(tmp_path), match_on=MATCH, filter_headers=["authorization", "host"]
    )


def test_checks_hold_for_recorded_answers(recorder, server, make_session, soon):
    """A recorded redirect is refused as a live one is."""
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
