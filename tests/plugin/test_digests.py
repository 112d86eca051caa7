"""How the same change is known again, also by a later version and once its payload is erased."""

import pytest

from carloop_plugin.appointment import fold
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


def test_a_digest_is_what_it_was():
    """It stands in records that outlive a version: another one would refuse each change that is asked again."""
    assert digest_change(CHANGE, installation="i-1") == KNOWN


@pytest.mark.parametrize(
    "same",
    [
        dict(reversed(CHANGE.items())),
        CHANGE | {"customer": dict(reversed(CHANGE["customer"].items()))},
        CHANGE | {"change_id": str(CHANGE["change_id"]).lower()},
        CHANGE | {"period": {"start": "2030-03-04T07:00:00Z", "end": "2030-03-04T16:00:00.000Z"}},
    ],
    ids=["other order", "other order within", "small letters", "the same instants"],
)
def test_the_same_written_otherwise_is_the_same(same):
    """Who asks again may write it anew."""
    assert digest_change(same, installation="i-1") == KNOWN


def test_a_number_is_the_same_with_a_point():
    """JSON knows one kind of number."""
    whole, pointed = (digest_change(CHANGE | {"revision": number}, installation="i-1") for number in (3, 3.0))
    assert whole == pointed


def test_anything_else_is_another_change():
    """And so is the same one of another installation: their digests have nothing in common."""
    others = [digest_change(CHANGE | {name: "other"}, installation="i-1") for name in CHANGE]
    others.append(digest_change(CHANGE, installation="i-2"))
    assert len({KNOWN, *others}) == 1 + len(CHANGE) + 1


def test_a_customer_without_a_number_has_none():
    """Else erasing the customer of the number "None" would be about everybody without one."""
    assert (fold(None), fold(" None ")) == ("", "None")
