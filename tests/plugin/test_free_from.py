"""Where nothing is free, the sentence that says when something will be names a time of the reader's zone, or none."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from carloop_plugin.model import Account, AccountId, FreeVehicles
from carloop_plugin.ports import Carloop
from carloop_plugin.search import search

FREE = datetime(2030, 3, 5, 7, 30, tzinfo=UTC)
REQUEST = {
    "site": "main",
    "period": {"start": "2030-03-04T08:00:00+01:00", "end": "2030-03-04T17:00:00+01:00"},
    "filters": {"vehicle_classes": [], "features": []},
}


class Busy:
    """A Carloop whose cars are all rented out, with an account in a zone."""

    def __init__(self, zone):
        self.account = Account(AccountId("acme"), "Acme", zone, (), FREE, timedelta())

    def known_account(self, **_):
        """Return the account."""
        return self.account

    def search(self, *_, **__):
        """Find nothing."""
        return FreeVehicles((), FREE, 3, 3, FREE)


@pytest.mark.parametrize(
    ("appointments", "accounts", "said"),
    [
        ("Asia/Tokyo", "Europe/Berlin", "The next one is free from 2030-03-05, 16:30."),
        (None, "Europe/Berlin", "The next one is free from 2030-03-05, 08:30."),
        (None, "Mars/Olympus", "rented out in the chosen period."),
    ],
)
def test_when_the_next_one_is_free(appointments, accounts, said):
    """In the appointment's zone, else the account's; of one that is not known no time is said."""
    carloop = cast("Carloop", Busy(accounts))
    offer = search(REQUEST, carloop=carloop, station=None, time_zone=appointments, locale="en", deadline=0.0)
    assert (
        offer["explanation"]["message"].endswith(said),
        offer["explanation"]["next_free"],
    ) == (True, "2030-03-05T07:30:00Z")
