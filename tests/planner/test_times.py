"""A day and a time are read as people type them, and mean one instant or are refused with the reason."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_base.days import Mistyped, read_day
from planner_host.times import WallTime, fold_of, is_in_calendar, next_quarter, read_instant, read_time

TODAY = date(2026, 11, 24)
BERLIN = ZoneInfo("Europe/Berlin")
NO_DAYS = (
    "", " ", "heute", "31.2.2026", "29.2.2026", "30.2.", "0.3.2026", "1.13.2026", "1.0.2026", "2.3.2", "2.3.202",
    "2.3.20266", "2.312", "2", "2.", "2.3.2026 08:30", "2026-13-01", "2026-02-30", "2026/03/02", "²/3/2026",
    "1.1.0001", "31.12.9999", "1.1.1999", "-2.3.2026", "2.-3.2026", "2.3.\n2026\x00", "1.1.1" * 1000,
    f"2.3{' ' * 200_000}x",
)  # fmt: skip
NO_TIMES = (
    "", "25", "24:01", "8:60", "860", "8:5", "08:30:00", "8:30 pm", "-8", "8,30", "acht", "12345", "8 30", "½",
    "8" * 5000, f"8:{' ' * 200_000}x",
)  # fmt: skip
instants = st.timedeltas(timedelta(), timedelta(days=199 * 365)).map(datetime(2000, 1, 2, tzinfo=UTC).__add__)


@pytest.mark.parametrize(
    ("day", "typed"),
    [
        (
            date(2026, 3, 2),
            ["02.03.2026", "2.3.2026", "2.3.26", " 2. 3. 2026 ", "2.3 2026", "\u00a02.3.2026\t"],
        ),
        (date(2026, 3, 2), ["2/3/2026", "02-03-2026", "2026-03-02", "2026-3-2", "٢.٣.٢٠٢٦"]),
        (date(2027, 3, 2), ["２.３.", "2.3.", "2.3", "2/3"]),
        (date(2026, 11, 24), ["24.11."]),
        (date(2026, 11, 23), ["23.11."]),
        (date(2027, 1, 1), ["1.1."]),
        (date(2028, 2, 29), ["29.2.", "29.2.2028"]),
        (date(2199, 12, 31), ["31.12.2199"]),
    ],
    ids=str,
)
def test_a_day_as_people_type_it(day, typed):
    """The day comes first; the year may be short or left out."""
    assert {each: read_day(each, today=TODAY) for each in typed} == dict.fromkeys(typed, day)


@pytest.mark.parametrize(
    ("typed", "today", "day"),
    [
        ("28.12.", date(2027, 1, 5), date(2027, 12, 28)),
        ("1.6.", TODAY, date(2026, 6, 1)),
        ("1.5.", TODAY, date(2027, 5, 1)),
    ],
)
def test_a_day_without_a_year_is_one_of_the_last_months_or_to_come(typed, today, day):
    """In January, a day of last December is the coming one."""
    assert read_day(typed, today=today) == day


@pytest.mark.parametrize(
    ("told", "typed"),
    [
        (time(8), ["8", "08", "8 Uhr", "8h", "8."]),
        (
            time(8, 30),
            ["830", "0830", "8:30", "08.30 Uhr", "8UHR30", "8 uhr 30", "8h30", " 8 : 30 ", "٠٨:٣٠"],
        ),
        (time(23, 59), ["23:59"]),
        (time(), ["0", "0000", "00:00"]),
    ],
    ids=str,
)
def test_a_time_as_people_type_it(told, typed):
    """With colon, point or nothing between, and the word people put behind it."""
    assert {each: read_time(each) for each in typed} == dict.fromkeys(typed, told)


@pytest.mark.parametrize("typed", NO_DAYS, ids=lambda typed: typed[:20])
def test_what_is_no_day_is_refused(typed):
    """Nothing is guessed, and no year passes that no visit can have."""
    with pytest.raises(Mistyped) as refused:
        read_day(typed, today=TODAY)
    assert refused.value.reason == "day"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [*((each, "time") for each in NO_TIMES), *((each, "midnight") for each in ("24", "24:00", "2400"))],
    ids=lambda text: text[:20],
)
def test_what_is_no_time_is_refused(typed, reason):
    """Midnight may be meant of either day."""
    with pytest.raises(Mistyped) as refused:
        read_time(typed)
    assert refused.value.reason == reason


@given(st.text())
def test_any_text_is_read_or_refused(typed):
    """No other error is raised."""
    for read in (lambda text: read_day(text, today=TODAY), read_time):
        with suppress(Mistyped):
            read(typed)


@given(instants)
def test_a_written_instant_is_read_back(language, instant):
    """Day, time and fold name the minute they were written from, on either side of a change of clocks."""
    minute = instant.replace(second=0, microsecond=0)
    day = minute.astimezone(BERLIN)
    typed = WallTime(language.day(day), language.time(minute, BERLIN), fold_of(minute, BERLIN))
    assert read_instant(typed, BERLIN, today=TODAY) == minute


def instant_of(day, typed, fold=""):
    """Read a day, a time and a fold in Berlin."""
    return read_instant(WallTime(day, typed, fold), BERLIN, today=TODAY)


@pytest.mark.parametrize(
    ("day", "typed", "fold", "utc"),
    [
        ("28.3.2027", "1:59", "", "2027-03-28 00:59"),
        ("28.3.2027", "3:00", "", "2027-03-28 01:00"),
        ("31.10.2027", "2:30", "0", "2027-10-31 00:30"),
        ("31.10.2027", "2:30", "1", "2027-10-31 01:30"),
        # what a field kept from another night does not matter where nothing is asked
        *(("31.10.2027", "1:59", fold, "2027-10-30 23:59") for fold in ("", "0", "1")),
        *(("31.10.2027", "3:00", fold, "2027-10-31 02:00") for fold in ("", "0", "1")),
    ],
)
def test_a_night_in_which_the_clocks_change(day, typed, fold, utc):
    """From 2:00 to 3:00 on 28 March 2027, and back from 3:00 to 2:00 on 31 October 2027."""
    instant = instant_of(day, typed, fold)
    assert f"{instant:%Y-%m-%d %H:%M}" == utc
    assert fold_of(instant, BERLIN) == (fold if typed == "2:30" else "")


@pytest.mark.parametrize(
    ("day", "typed", "fold", "reason"),
    [
        *(("28.3.2027", typed, "", "missing_hour") for typed in ("02:00", "0230", "2:59")),
        *(("31.10.2027", "02:59", fold, "twice") for fold in ("", "2", "yes")),
    ],
)
def test_an_hour_that_is_left_out_or_there_twice_is_refused(day, typed, fold, reason):
    """Without an answer, or with none that is one, the form asks which of two is meant."""
    with pytest.raises(Mistyped) as refused:
        instant_of(day, typed, fold)
    assert refused.value.reason == reason


@given(instants)
def test_the_next_quarter_lies_ahead(now):
    """It is a full quarter of an hour, after now, and the nearest."""
    quarter = next_quarter(now)
    assert timedelta(0) < quarter - now <= timedelta(minutes=15)
    assert (quarter.minute % 15, quarter.second) == (0, 0)


def test_the_calendar_has_two_hundred_years():
    """An address is checked like what is typed."""
    years = [year for year in (1999, 2000, 2199, 2200) if is_in_calendar(datetime(year, 1, 1, tzinfo=UTC))]
    assert years == [2000, 2199]
