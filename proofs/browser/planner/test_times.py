"""The hour that the clock repeats in October: the form asks which of the two is meant."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.support.browser.carloop_state import Period

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_repeated_hour_at_drop_off(advisor, carloop):
    """The second half past two is chosen, and Carloop has that one."""
    day = _next_change_of_clocks()
    advisor.open("/appointments/new")
    advisor.pick_customer("10006")
    advisor.set_visit(Period(_on(day, 2, 30), _on(day, 17, 0)))
    advisor.press("appointment.save")
    question = _group(advisor, "visit.drop_off").get_by_role("radiogroup", name=advisor.t("typed.twice"))
    expect(question).to_be_visible()
    advisor.choose(question.get_by_label(advisor.t("typed.second_hour")))
    appointment = advisor.save_appointment()
    advisor.book()
    second = _on(day, 2, 30).replace(fold=1).timestamp()
    assert [each.start.timestamp() for each in carloop.periods(appointment)] == [second]


def test_a_repeated_hour_at_the_end_of_a_rental(advisor, carloop):
    """The first quarter past two is chosen, and Carloop has that one."""
    day = _next_change_of_clocks()
    evening = _on(day - timedelta(days=1), 18, 0)
    appointment = advisor.new_appointment(Period(evening, _on(day, 12, 0)))
    advisor.book()
    advisor.change_end(_on(day, 2, 15))
    question = advisor.rental.get_by_role("radiogroup", name=advisor.t("typed.twice"))
    expect(question).to_be_visible()
    advisor.choose(question.get_by_label(advisor.t("typed.first_hour")))
    advisor.press("rental.change_end")
    expect(advisor.rental).to_contain_text(f"– {advisor.moment(_on(day, 2, 15))}")
    first = _on(day, 2, 15).timestamp()
    assert [each.end.timestamp() for each in carloop.periods(appointment)] == [first]


def _group(advisor, key):
    return advisor.step_3.get_by_role("group", name=advisor.t(key))


def _on(day, hour, minute):
    return datetime.combine(day, time(hour, minute), BERLIN)


def _next_change_of_clocks():
    """Return the next last Sunday of October, a week from now at the earliest."""
    soonest = datetime.now(BERLIN).date() + timedelta(days=7)
    ends = [date(year, 10, 31) for year in (soonest.year, soonest.year + 1)]
    sundays = [each - timedelta(days=(each.weekday() + 1) % 7) for each in ends]
    return next(each for each in sundays if each >= soonest)
