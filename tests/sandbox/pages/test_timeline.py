"""The timeline: two weeks of the fleet, each row divided into bars."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from carloop_sandbox.pages.timeline import DAYS, HOURS, cells_of

FIRST = date(2031, 3, 3)


def at(day, hour=0.0):
    """Return the instant so many days and hours after the first midnight in Berlin, in winter."""
    when = datetime(2031, 3, 2, 23, tzinfo=UTC) + timedelta(days=day, hours=hour)
    return int(when.timestamp() * 1_000_000)


def rental(start, end, status="reserved"):
    """Make a rental of which only the times matter."""
    return {"status": status, "start": start, "end": end}


def bars(rentals, now=0):
    """Return where each bar begins and ends, in hours, and check that the row is whole."""
    found, reached = [], 0
    for cell in cells_of(rentals, FIRST, now=now):
        if cell.rental is not None:
            found.append((reached, reached + cell.hours))
        else:
            assert cell.day == reached // 24 == (reached + cell.hours - 1) // 24
        reached += cell.hours
    assert reached == HOURS
    return found


@pytest.mark.parametrize(
    ("rentals", "expected"),
    [
        ([(at(1, 8), at(2, 17))], [(32, 65)]),
        ([(at(1, 8.5), at(2, 16.5))], [(32, 65)]),
        ([(at(-9), at(30))], [(0, HOURS)]),
        ([(at(DAYS), at(DAYS + 1))], []),
        ([(at(13, 23), at(20))], [(335, HOURS)]),
        ([(at(1, 8), at(1, 10.5)), (at(1, 10.5), at(1, 12))], [(32, 35), (35, 36)]),
        # three in one hour: each can still be seen
        (
            [(at(1, 8), at(1, 8.3)), (at(1, 8.3), at(1, 8.6)), (at(1, 8.6), at(1, 8.9))],
            [(32, 33), (33, 34), (34, 35)],
        ),
        ([(at(5), at(6)), (at(1), at(2))], [(24, 48), (120, 144)]),
    ],
)
def test_a_row_is_divided_by_its_rentals(rentals, expected):
    """A bar covers the hours it touches, no two share one, and a row is always as long as the head."""
    assert bars([rental(*each) for each in rentals]) == expected


def test_an_overdue_rental_goes_on_until_now():
    """It holds its vehicle; the rental after it begins later."""
    late, next_one = rental(at(1), at(2), "picked_up"), rental(at(2, 6), at(4))
    assert bars([late, next_one], now=at(3)) == [(24, 72), (72, 96)]
    assert bars([late, next_one], now=at(1, 5)) == [(24, 48), (54, 96)]


def test_hours_are_those_of_the_wall_clock():
    """Also after the night in which an hour is missing."""
    spring = date(2031, 3, 24)  # the clock is put forward on the 30th
    start = int(datetime(2031, 3, 31, 6, tzinfo=UTC).timestamp() * 1_000_000)
    cells = cells_of([rental(start, start + 3_600_000_000)], spring, now=0)
    free, bar = [cell for cell in cells if cell.rental or cell.day == 7][:2]
    assert (free.hours, bar.hours) == (8, 1)


def head_of(text):
    """Return the classes of the days at the head of the table."""
    return re.findall(r'<th scope="col" colspan="24" class="([^"]*)"', text)


def test_two_weeks_from_monday_with_today_marked(clerk, planner):
    """Once, as text too; in other weeks it is not."""
    planner.clock("2031-03-06T12:00:00Z")
    text = clerk.look("/timeline")
    days = head_of(text)
    assert len(days) == DAYS
    assert [index for index, each in enumerate(days) if "today" in each] == [3]
    assert [index for index, each in enumerate(days) if "weekend" in each] == [5, 6, 12, 13]
    assert text.count('aria-current="date"') == 1
    assert "03.03.2031 bis 16.03.2031" in text
    links = re.findall(r'href="(/timeline\?from=[^"]+)"', text)
    assert links == [f"/timeline?from={day}" for day in ("2031-02-17", "2031-03-06", "2031-03-17")]
    assert not any("today" in each for each in head_of(clerk.look(links[2])))


@pytest.mark.parametrize("typed", ["2031-03-08", "8.3.", "8/3/31", "31.02.", "nonsense"])
def test_any_day_of_the_week_will_do(clerk, planner, typed):
    """The current week is shown where the text is no day, which is said."""
    planner.clock("2031-03-06T12:00:00Z")
    text = clerk.look(f"/timeline?from={typed}")
    wrong = typed in ("31.02.", "nonsense")
    assert "03.03.2031 bis 16.03.2031" in text
    assert ("Das ist kein gültiges Datum." in text, f'value="{typed}"' in text) == (wrong, wrong)


def test_a_bar_names_its_rental(clerk, planner):
    """The customer first, its status as text, the period, and where it leads; a cancelled rental has none."""
    planner.clock("2031-03-06T12:00:00Z")
    made, cancelled = (
        planner.book(vehicle, "2031-03-07T07:00:00Z", "2031-03-08T16:00:00Z")
        for vehicle in ("V1001", "V1002")
    )
    planner.cancel(cancelled)
    text = clerk.look("/timeline")
    assert f'href="/rentals/{made["id"]}" class="rental state-reserved"' in text
    assert cancelled["id"] not in text
    words = clerk.words("/timeline")
    assert "Beispiel Reserviert" in words
    assert "07.03.2031, 08:00 – 08.03.2031, 17:00" in words


def test_one_station_is_shown_by_class(visitor):
    """All stations are grouped by station."""
    groups = re.compile(r'<th scope="rowgroup"[^>]*>([^<]+)</th>')
    assert groups.findall(visitor.look("/timeline")) == ["Karlsruhe Mitte", "Rastatt", "Ettlingen"]
    one = visitor.look("/timeline?station=rastatt")
    assert groups.findall(one)[:2] == ["Kleinwagen", "Kompaktklasse"]
    assert re.findall(r'href="/timeline\?from=[^"]*station=([^"&]*)"', one) == ["rastatt"] * 3


def test_the_ends_of_the_calendar_are_pages_too(visitor):
    """From the year 1 to the year 9999."""
    for day in ("9999-12-31", "0001-01-01"):
        assert len(head_of(visitor.look(f"/timeline?from={day}"))) == DAYS
