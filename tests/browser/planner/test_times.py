"""Times as people type them, and the odd ones: past, missing, there twice; and lists that are empty for a reason."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planner_steps.advisor import Stay
from planner_steps.truth import class_names, free_cars, period_of, rent_at_desk
from playwright.sync_api import expect

BERLIN = ZoneInfo("Europe/Berlin")


def test_times_are_read_as_people_type_them(german, stay, control):
    """`2.3.`, `8` and `0830` are understood, and shown as they are written here."""
    german.open("/appointments/new")
    german.pick_customer("10005")
    drop_off, pick_up = _group(german, "visit.drop_off"), _group(german, "visit.pick_up")
    german.hands.fill(german.field("visit.date", within=drop_off), f"{stay.start.day}.{stay.start.month}.")
    german.hands.fill(german.field("visit.time", within=drop_off), "8")
    german.hands.fill(german.field("visit.date", within=pick_up), f"{stay.end:%d.%m.%y}")
    german.hands.fill(german.field("visit.time", within=pick_up), "1745")
    appointment = german.save_appointment()
    expect(german.field("visit.date", within=drop_off)).to_have_value(german.day(stay.start))
    expect(german.field("visit.time", within=drop_off)).to_have_value("08:00")
    german.book()
    expected = Stay(stay.start, stay.end + timedelta(minutes=45))
    assert [period_of(each) for each in control.rentals(appointment)] == [expected]


def test_a_customer_who_is_late_gets_the_next_quarter_of_an_hour(german, control):
    """It is 10:05 and the appointment was at 10:00: the form offers 10:15, and Carloop takes it."""
    began = (datetime.now(UTC) - timedelta(minutes=5)).replace(second=0, microsecond=0)
    ended = began + timedelta(hours=6)
    before = _next_quarter(datetime.now(UTC))
    appointment = german.new_appointment(Stay(began.astimezone(BERLIN), ended.astimezone(BERLIN)))
    offered = german.field("offer.start_time", within=german.step_4).input_value()
    after = _next_quarter(datetime.now(UTC))
    assert offered in [f"{each.astimezone(BERLIN):%H:%M}" for each in (before, after)]
    german.book()
    (rental,) = control.rentals(appointment)
    assert period_of(rental).start in (before, after)
    assert ended == period_of(rental).end


def test_an_hour_that_the_clock_leaves_out_is_refused(advisor):
    """In the night of the spring change there is no half past two: said at the field, nothing is saved."""
    day = _next_change(month=3)
    advisor.open("/appointments/new")
    advisor.pick_customer("10006")
    advisor.set_stay(Stay(_on(day, 2, 30), _on(day, 17, 0)))
    advisor.hands.press(advisor.button("appointment.save"))
    wrong = advisor.field("visit.time", within=_group(advisor, "visit.drop_off"))
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(advisor.t("typed.missing_hour"))
    advisor.hands.fill(wrong, "03:30")
    advisor.save_appointment()


def test_an_hour_that_is_there_twice_is_asked_for(advisor, control):
    """In the night of the autumn change half past two comes twice: the form asks which, and Carloop has that one."""
    day = _next_change(month=10)
    advisor.open("/appointments/new")
    advisor.pick_customer("10006")
    advisor.set_stay(Stay(_on(day, 2, 30), _on(day, 17, 0)))
    advisor.hands.press(advisor.button("appointment.save"))
    question = _group(advisor, "visit.drop_off").get_by_role("radiogroup", name=advisor.t("typed.twice"))
    expect(question).to_be_visible()
    advisor.hands.choose(question.get_by_label(advisor.t("typed.second_hour")))
    appointment = advisor.save_appointment()
    advisor.book()
    second = _on(day, 2, 30).replace(fold=1).timestamp()
    assert [second] == [period_of(each).start.timestamp() for each in control.rentals(appointment)]


def test_the_same_hour_is_asked_for_where_a_rental_ends(german, control):
    """Step 4 asks as step 3 does: for the rental's period, and for its new end."""
    day = _next_change(month=10)
    evening = _on(day - timedelta(days=1), 18, 0)
    appointment = german.new_appointment(Stay(evening, _on(day, 12, 0)))
    german.book()
    german.change_end(_on(day, 2, 15))
    question = german.rental.get_by_role("radiogroup", name=german.t("typed.twice"))
    expect(question).to_be_visible()
    german.hands.choose(question.get_by_label(german.t("typed.first_hour")))
    german.hands.press(german.button("rental.change_end"))
    expect(german.rental).to_contain_text(f"– {german.moment(_on(day, 2, 15))}")
    first = _on(day, 2, 15).timestamp()
    assert [first] == [period_of(each).end.timestamp() for each in control.rentals(appointment)]


def test_an_empty_list_says_that_nothing_fits(advisor, stay):
    """Filters that no car meets are named as the reason, and what could be done."""
    advisor.new_appointment(stay)
    for feature in _checkboxes(advisor, "offer.features").all():
        advisor.hands.tick(feature)
    advisor.search(classes=[_name(_checkboxes(advisor, "offer.classes").first)])
    offers = advisor.step_4.locator("#offers")
    expect(offers).to_contain_text(f"Carloop: {advisor.t.by_carloop('search.none_match')}")
    expect(offers).to_contain_text(advisor.t("offers.none_help"))


def test_an_empty_list_says_from_when_on_something_is_free(advisor, stay, control):
    """All cars of a class are out: how many there are, when the next is back, and what comes near."""
    chosen = "transporter"
    for each in free_cars(control, stay, vehicle_class=chosen):
        rent_at_desk(control, each["id"], Stay(stay.start, stay.end + timedelta(minutes=30)))
    advisor.new_appointment(stay)
    advisor.search(classes=[class_names(control)[chosen]])
    params = {"start": stay.start.isoformat(), "end": stay.end.isoformat(), "vehicle_class": chosen}
    answer = control.api("GET", "/vehicles", params=params).json()
    free_again = datetime.fromisoformat(answer["next_free"]).astimezone(BERLIN)
    assert (0, answer["matching"]) == (len(answer["items"]), answer["busy"])
    offers = advisor.step_4.locator("#offers")
    expect(offers).to_contain_text(f"Carloop: {answer['matching']}")
    expect(offers).to_contain_text(f"{free_again:%H:%M}")
    expect(offers.get_by_role("heading", name=advisor.t("offers.alternatives"))).to_be_visible()


def _group(advisor, key):
    return advisor.step_3.get_by_role("group", name=advisor.t(key))


def _checkboxes(advisor, key):
    return advisor.step_4.get_by_role("group", name=advisor.t(key)).get_by_role("checkbox")


def _name(box):
    return str(box.evaluate("el => el.labels[0].textContent.trim()"))


def _on(day, hour, minute):
    return datetime.combine(day, time(hour, minute), BERLIN)


def _next_change(*, month):
    """Give the next last Sunday of March or October, on which the clock is changed, a week from now at least."""
    soonest = datetime.now(BERLIN).date() + timedelta(days=7)
    for year in range(soonest.year, soonest.year + 3):
        last = date(year, month, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if sunday >= soonest:
            return sunday
    raise AssertionError("every year has one")


def _next_quarter(now):
    whole = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return whole + timedelta(minutes=15)
