"""What people type is read forgivingly, and means one instant or is refused with the reason."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_base.days import Mistyped, read_day
from planner_host.times import (
    WallTime,
    fold_of,
    is_in_calendar,
    next_quarter,
    read_instant,
    read_time,
)

TODAY = date(2026, 11, 24)
BERLIN = ZoneInfo("Europe/Berlin")

instants = st.timedeltas(timedelta(), timedelta(days=199 * 365)).map(datetime(2000, 1, 2, tzinfo=UTC).__add__)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("02.03.2026", date(2026, 3, 2)),
        ("2.3.2026", date(2026, 3, 2)),
        ("2.3.26", date(2026, 3, 2)),
        (" 2. 3. 2026 ", date(2026, 3, 2)),
        ("2.3 2026", date(2026, 3, 2)),
        ("2/3/2026", date(2026, 3, 2)),
        ("02-03-2026", date(2026, 3, 2)),
        ("2026-03-02", date(2026, 3, 2)),
        ("2026-3-2", date(2026, 3, 2)),
        ("\u00a02.3.2026\t", date(2026, 3, 2)),
        ("٢.٣.٢٠٢٦", date(2026, 3, 2)),
        ("２．３．".replace("．", "."), date(2027, 3, 2)),
        ("2.3.", date(2027, 3, 2)),
        ("2.3", date(2027, 3, 2)),
        ("2/3", date(2027, 3, 2)),
        ("24.11.", date(2026, 11, 24)),
        ("23.11.", date(2026, 11, 23)),
        ("1.1.", date(2027, 1, 1)),
        ("29.2.", date(2028, 2, 29)),
        ("29.2.2028", date(2028, 2, 29)),
        ("31.12.2199", date(2199, 12, 31)),
    ],
)
def test_a_day_as_people_type_it(typed, day):
    """The day comes first; the year may be short or left out."""
    assert read_day(typed, today=TODAY) == day


@pytest.mark.parametrize(
    "typed",
    ["", " ", "heute", "31.2.2026", "29.2.2026", "30.2.", "0.3.2026", "1.13.2026", "1.0.2026", "2.3.2", "2.3.202",
     "2.3.20266", "2.312", "2", "2.", "2.3.2026 08:30", "2026-13-01", "2026-02-30", "2026/03/02", "²/3/2026",
     "1.1.0001", "31.12.9999", "1.1.1999", "-2.3.2026", "2.-3.2026", "2.3.\n2026\x00", "1.1.1" * 1000,
     pytest.param(f"2.3{' ' * 200_000}x", id="blanks")],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed):
    """Nothing is guessed, and no year passes that no visit can have."""
    with pytest.raises(Mistyped) as refused:
        read_day(typed, today=TODAY)
    assert refused.value.reason == "day"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("8", time(8)), ("08", time(8)), ("830", time(8, 30)), ("0830", time(8, 30)), ("8:30", time(8, 30)),
        ("08.30 Uhr", time(8, 30)), ("8 Uhr", time(8)), ("8UHR30", time(8, 30)), ("8 uhr 30", time(8, 30)),
        ("8h", time(8)), ("8h30", time(8, 30)), (" 8 : 30 ", time(8, 30)), ("23:59", time(23, 59)), ("0", time()),
        ("0000", time()),
        ("00:00", time()), ("٠٨:٣٠", time(8, 30)), ("8.", time(8)),
    ],
)  # fmt: skip
def test_a_time_as_people_type_it(typed, told):
    """With colon, point or nothing between, and the word people put behind it."""
    assert read_time(typed) == told


@pytest.mark.parametrize(
    "typed",
    ["", "25", "24:01", "8:60", "860", "8:5", "08:30:00", "8:30 pm", "-8", "8,30", "acht", "12345", "8 30", "½",
     "8" * 5000, pytest.param(f"8:{' ' * 200_000}x", id="blanks")],
)  # fmt: skip
def test_what_is_no_time_is_refused(typed):
    """Nothing is guessed."""
    with pytest.raises(Mistyped) as refused:
        read_time(typed)
    assert refused.value.reason == "time"


@given(st.text())
def test_any_text_is_read_or_refused(typed):
    """Whatever is typed, the answer is a value or a reason."""
    for read in (lambda text: read_day(text, today=TODAY), read_time):
        with suppress(Mistyped):
            read(typed)


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_a_written_day_is_read_back(language, day):
    """What the page writes into a field means the same when it is sent."""
    assert day == read_day(language.day(day), today=TODAY)


@given(instants)
def test_a_written_instant_is_read_back(language, instant):
    """Day, time and which of two name the minute they were written from, on either side of a change of clocks."""
    minute = instant.replace(second=0, microsecond=0)
    typed = WallTime(
        language.day(minute.astimezone(BERLIN)), language.time(minute, BERLIN), fold_of(minute, BERLIN)
    )
    assert minute == read_instant(typed, BERLIN, today=TODAY)


def test_a_day_of_the_last_months_keeps_its_year():
    """In January, a day of last December is the coming one; in autumn, one of the summer is this year's."""
    assert [date(2027, 12, 28), date(2026, 6, 1), date(2027, 5, 1)] == [
        read_day("28.12.", today=date(2027, 1, 5)),
        read_day("1.6.", today=TODAY),
        read_day("1.5.", today=TODAY),
    ]


@pytest.mark.parametrize("typed", ["02:00", "0230", "2:59"])
def test_the_hour_that_is_left_out_is_refused(typed):
    """In the night of 28 March 2027 the clock goes from 1:59 to 3:00."""
    with pytest.raises(Mistyped) as refused:
        read_instant(WallTime("28.3.2027", typed), BERLIN, today=TODAY)
    assert refused.value.reason == "missing_hour"


@pytest.mark.parametrize(("typed", "utc"), [("1:59", "00:59"), ("3:00", "01:00")])
def test_beside_the_hour_that_is_left_out(typed, utc):
    """The minute before and the one after are there, and follow each other."""
    instant = read_instant(WallTime("28.3.2027", typed), BERLIN, today=TODAY)
    assert f"{instant:%Y-%m-%d %H:%M}" == f"2027-03-28 {utc}"


@pytest.mark.parametrize(("fold", "utc"), [("0", "00:30"), ("1", "01:30")])
def test_the_hour_that_is_there_twice(fold, utc):
    """In the night of 31 October 2027 it is 2:30 twice, an hour apart."""
    instant = read_instant(WallTime("31.10.2027", "2:30", fold), BERLIN, today=TODAY)
    assert (f"{instant:%Y-%m-%d %H:%M}", fold_of(instant, BERLIN)) == (f"2027-10-31 {utc}", fold)


@pytest.mark.parametrize("fold", ["", "2", "yes"])
def test_the_hour_that_is_there_twice_is_asked_about(fold):
    """Without an answer, or with none that is one, the form asks."""
    with pytest.raises(Mistyped) as refused:
        read_instant(WallTime("31.10.2027", "02:59", fold), BERLIN, today=TODAY)
    assert refused.value.reason == "twice"


@pytest.mark.parametrize("typed", ["01:59", "03:00"])
def test_beside_the_hour_that_is_there_twice(typed):
    """What a field kept from another night does not matter where nothing is asked."""
    instants = {
        read_instant(WallTime("31.10.2027", typed, fold), BERLIN, today=TODAY) for fold in ("", "0", "1")
    }
    assert ({fold_of(each, BERLIN) for each in instants}, len(instants)) == ({""}, 1)


@given(instants)
def test_the_next_quarter_lies_ahead(now):
    """It is a full quarter of an hour, after now, and the nearest."""
    quarter = next_quarter(now)
    assert (timedelta(0) < quarter - now <= timedelta(minutes=15), 0) == (
        True,
        quarter.minute % 15 + quarter.second,
    )


def test_years_without_visits():
    """What an address may claim is measured like what is typed."""
    assert [is_in_calendar(datetime(year, 1, 1, tzinfo=UTC)) for year in (1999, 2000, 2199, 2200)] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("text", ["24", "24:00", "2400"])
def test_midnight_is_the_next_days(text):
    """What is meant by it is said, not guessed."""
    with pytest.raises(Mistyped, match="midnight"):
        read_time(text)
