"""The digest of a change, by which the same change is recognised, also by later versions and after its erasure."""

import pytest

from carloop_plugin.change import digest_change

CHANGE = {
    "change_id": "0A1B2C3D-0000-4000-8000-000000000001",
    "provider": "carloop",
    "action": "book",
    "site": "main",
    "appointment_id": "A-1",
    "option_id": "V1001",
    "period": {"start": "2030-03-04T08:00:00+01:00", "end": "2030-03-04T17:00:00+01:00"},
    "customer": {"source": "manual", "last_name": "Änne \ud83d Müller-Lüdenscheidt"},
}
KNOWN = "0f9658bb25343cb20c8d841e22475ead4e0b424e18cac388993b212c403ccc01"


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(CHANGE, id="unchanged"),
        pytest.param(dict(reversed(CHANGE.items())), id="other order"),
        pytest.param(
            CHANGE | {"customer": dict(reversed(CHANGE["customer"].items()))}, id="other order within"
        ),
        pytest.param(CHANGE | {"change_id": str(CHANGE["change_id"]).lower()}, id="lower case id"),
        pytest.param(
            CHANGE | {"period": {"start": "2030-03-04T07:00:00Z", "end": "2030-03-04T16:00:00.000Z"}},
            id="the same instants",
        ),
    ],
)
def test_the_same_change_has_the_same_digest(same):
    """However it is written, and in every version: the digest is kept in the records."""
    assert digest_change(same, installation="i-1") == KNOWN


def test_a_whole_number_has_the_same_digest_with_a_decimal_point():
    """JSON knows one kind of number."""
    whole, pointed = (digest_change(CHANGE | {"revision": number}, installation="i-1") for number in (3, 3.0))
    assert whole == pointed


def test_every_other_change_has_another_digest():
    """And so has the same change of another installation."""
    others = [digest_change(CHANGE | {name: "other"}, installation="i-1") for name in CHANGE]
    others.append(digest_change(CHANGE, installation="i-2"))
    assert len({KNOWN, *others}) == 1 + len(CHANGE) + 1
