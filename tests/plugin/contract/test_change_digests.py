"""The digest of a change, by which the same change is recognised, also by later versions and after its erasure."""

import pytest

from carloop_plugin.contract.requests import digest_change

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


OTHER_WAYS = {
    "unchanged": CHANGE,
    "other order": dict(reversed(CHANGE.items())),
    "other order within": CHANGE | {"customer": dict(reversed(CHANGE["customer"].items()))},
    "lower case id": CHANGE | {"change_id": CHANGE["change_id"].lower()},
    "same instants": CHANGE
    | {"period": {"start": "2030-03-04T07:00:00Z", "end": "2030-03-04T16:00:00.000Z"}},
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_the_same_change_has_the_same_digest(way):
    """However it is written, and in every version: the digest is kept in the records."""
    assert digest_change(OTHER_WAYS[way], installation="i-1") == KNOWN


def test_every_other_change_has_another_digest():
    """And so has the same change of another installation; but 3 and 3.0 are one number."""
    others = [digest_change(CHANGE | {name: "other"}, installation="i-1") for name in CHANGE]
    others.append(digest_change(CHANGE, installation="i-2"))
    others.extend(digest_change(CHANGE | {"revision": number}, installation="i-1") for number in (3, 3.0))
    assert len({KNOWN, *others}) == 1 + len(CHANGE) + 1 + 1


def test_what_is_no_time_is_digested_as_it_is():
    """A change of the end may carry it, to be refused; no offset would mean another instant on each machine."""
    change = CHANGE | {"period": {"start": "2030-03-04T08:00:00", "end": 20300304}}
    expected = "ffe22665479d424ae9a1bc8b5becded821f9fb4c6ef45578ee1889d89dd7424d"
    assert digest_change(change, installation="i-1") == expected
    assert digest_change(CHANGE | {"end": "0001-01-01T00:00:00+10:00"}, installation="i-1") != KNOWN
