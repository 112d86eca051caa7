"""When a station is open."""

from datetime import datetime

import pytest

from planner_host.providers.stations import is_open, written_hours

STATION = {
    "id": "n",
    "name": "Nord",
    "opening_hours": [
        {"days": ["mon", "tue", "wed", "fri"], "opens": "07:30", "closes": "18:00"},
        {"days": ["sat"], "opens": "20:00", "closes": "24:00"},
    ],
}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-25T07:29", False),
        ("2026-11-25T07:30", True),
        ("2026-11-25T18:00", True),
        ("2026-11-25T18:01", False),
        ("2026-11-26T12:00", False),
        ("2026-11-28T23:59", True),
    ],
)
def test_a_station_is_open_from_the_minute_it_opens_to_the_one_it_closes(moment, expected):
    """A day that is not listed is closed; without any hours nothing is known."""
    assert is_open(STATION, datetime.fromisoformat(f"{moment}:00+01:00")) == expected
    assert is_open({"id": "w", "name": "West"}, datetime.fromisoformat(f"{moment}:00+01:00"))


def test_opening_hours_are_written_with_days_in_a_row(catalogues):
    """In the page's language; empty where they are not known."""
    assert written_hours(STATION, catalogues["de"]) == "Mo–Mi/Fr 07:30–18:00, Sa 20:00–24:00"
    assert written_hours(STATION, catalogues["en"]).startswith("Mon–Wed/Fri 07:30")
    assert written_hours({"id": "w", "name": "West"}, catalogues["de"]) == ""
