"""The requirements M1 to M15: what the pages show, and what Carloop itself says."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.support.browser.administrator import make_token
from tests.support.browser.carloop_state import Period
from tests.support.browser.programs import TOKEN

CUSTOMER = {
    "salutation": "Frau",
    "first_name": "Änne",
    "last_name": "Groß-Sørensen",
    "company": "Müller & Söhne GmbH",
    "street": "Lange Straße 7",
    "postal_code": "76131",
    "city": "Karlsruhe",
    "phone": "0721 123456",
    "mobile": "0170 1234567",
    "email": "aenne@example.com",
}


def test_m1_step_4_offers_carloop_once_the_appointment_is_saved(advisor, period, carloop):
    """Before the first save step 4 says that there must be one; after it, Carloop's cars can be searched."""
    advisor.open("/appointments/new")
    expect(advisor.step_4).to_contain_text(advisor.t("step_4.save_first"))
    expect(advisor.button("offer.search")).to_have_count(0)
    advisor.pick_customer("10001")
    advisor.set_visit(period)
    advisor.save_appointment()
    expect(advisor.step_4).not_to_contain_text(advisor.t("step_4.save_first"))
    advisor.search()
    expect(
        advisor.step_4.get_by_role("heading", name=advisor.t("offers.from", provider="Carloop"))
    ).to_be_visible()
    assert carloop.rentals(advisor.appointment_id) == []


def test_m2_rentals_are_created_booked_and_managed_from_the_planner(advisor, period, carloop):
    """Create, change and cancel on the planner's pages alone; Carloop has each change."""
    seen = []
    advisor.page.on("framenavigated", lambda frame: seen.append(frame.url))
    appointment = advisor.new_appointment(period)
    advisor.book()
    assert carloop.statuses(appointment) == ["reserved"]
    advisor.change_end(period.end + timedelta(hours=2))
    expect(advisor.rental).to_contain_text(advisor.moment(period.end + timedelta(hours=2)))
    assert carloop.periods(appointment) == [period.extended(hours=2)]
    advisor.cancel()
    assert carloop.statuses(appointment) == ["cancelled"]
    assert all(url.startswith(advisor.url) for url in seen)


def test_m3_the_rental_period_is_the_appointments_and_can_be_changed(advisor, period, carloop):
    """The period comes from step 3; another one can be typed until the rental is saved, for the rental alone."""
    appointment = advisor.new_appointment(period)
    group = advisor.step_4.get_by_role("group", name=advisor.t("offer.period"), exact=True)
    for side, moment in (("start", period.start), ("end", period.end)):
        expect(advisor.field(f"offer.{side}_date", within=group)).to_have_value(advisor.day(moment))
        expect(advisor.field(f"offer.{side}_time", within=group)).to_have_value(f"{moment:%H:%M}")
    wanted = Period(period.start - timedelta(hours=1), period.end + timedelta(days=1))
    advisor.set_rental_period(wanted)
    advisor.book()
    expect(advisor.rental).to_contain_text(f"{advisor.moment(wanted.start)} – {advisor.moment(wanted.end)}")
    assert carloop.periods(appointment) == [wanted]
    advisor.edit(3)
    drop_off = advisor.step_3.get_by_role("group", name=advisor.t("visit.drop_off"))
    expect(advisor.field("visit.time", within=drop_off)).to_have_value("08:00")


def test_m4_the_customers_data_are_the_appointments(advisor, period, carloop):
    """Carloop has every field that was typed in step 1."""
    appointment = advisor.new_appointment_by_hand(period, **CUSTOMER)
    shown = advisor.step_4.get_by_role("group", name=advisor.t("offer.customer"), exact=True)
    expect(shown).to_contain_text("Groß-Sørensen")
    advisor.book()
    (rental,) = carloop.rentals(appointment)
    customer = {name: value for name, value in rental["customer"].items() if value is not None}
    assert customer == {"source": "manual", **CUSTOMER}


def test_m5_a_customer_of_the_dms_cannot_be_changed(advisor, period, carloop):
    """The page shows it without a field and says why, and a forged form does not change it."""
    appointment = advisor.new_appointment(period, number="10007")
    facts = advisor.step_4.get_by_role("group", name=advisor.t("offer.customer"), exact=True)
    expect(facts).to_contain_text(advisor.t("offer.locked"))
    expect(facts.get_by_role("textbox")).to_have_count(0)
    expect(advisor.step_1.get_by_role("textbox")).to_have_count(0)
    advisor.search()
    # No form of ours has this field; a forged one may.
    advisor.page.evaluate(
        """() => { const field = document.createElement("input");
        field.name = "renter_last_name"; field.value = "Forged";
        document.querySelector("#offer-form").append(field) }"""
    )
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    (rental,) = carloop.rentals(appointment)
    customer = rental["customer"]
    assert (customer["source"], customer["number"]) == ("dms", "10007")
    assert "Forged" not in customer.values()


def test_m5_a_customer_typed_by_hand_stays_editable_until_the_rental_is_saved(advisor, period, carloop):
    """Step 4 takes another name for the rental; once saved there is no field for it any more."""
    appointment = advisor.new_appointment_by_hand(period, first_name="Jörg", last_name="Müller")
    advisor.press(advisor.step_4.get_by_text(advisor.t("offer.customer_change"), exact=True))
    advisor.fill(advisor.field("customer.last_name", within=advisor.step_4), "Müller-Lüdenscheidt")
    advisor.book()
    (rental,) = carloop.rentals(appointment)
    assert rental["customer"]["last_name"] == "Müller-Lüdenscheidt"
    expect(advisor.field("customer.last_name", within=advisor.step_4)).to_have_count(0)


def test_m6_filter_by_several_vehicle_classes(advisor, period, carloop):
    """Two classes ticked: the cars of both, and of no other."""
    advisor.new_appointment(period)
    names = carloop.names("vehicle-classes", advisor.t.code)
    wanted = list(names)[:2]
    advisor.search(classes=[names[each] for each in wanted])
    free = carloop.free_vehicles(period, vehicle_class=wanted)
    assert {each["vehicle_class"] for each in free} == set(wanted)
    assert sorted(advisor.offered()) == sorted(each["id"] for each in free)


def test_m7_filter_by_several_vehicle_features(advisor, period, carloop):
    """Two features ticked: only cars that have both."""
    advisor.new_appointment(period)
    names = carloop.names("vehicle-features", advisor.t.code)
    wanted = ["automatik", "winterreifen"]
    advisor.search(features=[names[each] for each in wanted])
    free = carloop.free_vehicles(period)
    matching = [each["id"] for each in free if set(each["features"]) >= set(wanted)]
    assert matching
    assert sorted(advisor.offered()) == sorted(matching)


def test_m8_the_search_shows_what_matches_and_is_free(advisor, period, carloop):
    """A car that somebody else has for an hour of the period is not in the list; all others are."""
    taken = carloop.free_vehicles(period)[0]["id"]
    carloop.rent(taken, Period(period.end - timedelta(hours=1), period.end))
    advisor.new_appointment(period)
    advisor.search()
    free = [each["id"] for each in carloop.free_vehicles(period)]
    assert taken not in free
    assert sorted(advisor.offered()) == sorted(free)
    expect(advisor.step_4).to_contain_text(advisor.t.planner.count("offers.found", len(free)))


def test_m9_pick_one_vehicle_and_save_the_rental(advisor, period, carloop):
    """Without a choice nothing is saved and the page says so; Carloop has the car that was chosen."""
    appointment = advisor.new_appointment(period)
    advisor.search()
    advisor.press("offer.save")
    expect(advisor.step_4).to_contain_text(advisor.t("option.missing"))
    assert carloop.rentals(appointment) == []
    chosen = advisor.offered()[2]
    advisor.save_rental(advisor.option(chosen))
    expect(advisor.button("rental.cancel")).to_be_visible()
    (rental,) = carloop.rentals(appointment)
    assert (rental["status"], rental["vehicle"]["id"]) == ("reserved", chosen)
    expect(advisor.rental).to_contain_text(rental["vehicle"]["licence_plate"])


def test_m10_a_rentals_times_must_be_in_the_future(advisor, period, carloop):
    """A start in the past is marked at its field, and nothing is searched or saved."""
    appointment = advisor.new_appointment(period)
    past = datetime.now(period.start.tzinfo) - timedelta(hours=3)
    advisor.search()
    advisor.set_rental_period(Period(past, period.end))
    advisor.save_rental()
    wrong = advisor.field("offer.start_date", within=advisor.step_4)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(advisor.t("typed.past"))
    expect(wrong).to_have_value(advisor.day(past))
    advisor.press("offer.search")
    expect(advisor.step_4).to_contain_text(advisor.t("offer.not_searched"))
    assert carloop.rentals(appointment) == []


def test_m11_only_the_end_of_a_saved_rental_can_be_changed(advisor, period, carloop):
    """The form of a saved rental has the end alone; everything else stays what it was, or is rebooked as one."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    (before,) = carloop.rentals(appointment)
    fields = advisor.step_4.locator("input:not([type=hidden]), select, textarea")
    assert fields.evaluate_all("all => all.map(each => each.name)") == ["end_date", "end_time"]
    expect(advisor.step_4).to_contain_text(advisor.t("rental.rebook_help"))
    advisor.change_end(period.end - timedelta(hours=3))
    expect(advisor.rental).to_contain_text(advisor.moment(period.end - timedelta(hours=3)))
    (after,) = carloop.rentals(appointment)
    assert Period.of(after) == period.extended(hours=-3)
    for name in ("id", "start", "vehicle", "customer", "status", "external_reference"):
        assert after[name] == before[name]


def test_m11_the_end_of_a_running_rental_can_be_changed(advisor, period, carloop):
    """Its start is past, which is no reason to refuse a new end that lies in the future."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    carloop.set_clock(period.start + timedelta(hours=2))
    carloop.desk(carloop.rentals(appointment)[0]["id"], "hand_out")
    # The page was loaded before: it shows what the desk has done, and wants it to be looked at first.
    advisor.change_end(period.end + timedelta(days=1))
    alert = advisor.step_4.get_by_role("alert")
    expect(alert).to_contain_text(advisor.t.by_plugin("change.changed_elsewhere"))
    expect(advisor.rental).to_contain_text(advisor.t("status.picked_up"))
    shorter = Period(period.start, period.start + timedelta(hours=3))
    for wanted in (period.extended(days=1), shorter):
        advisor.change_end(wanted.end)
        expect(advisor.rental).to_contain_text(f"– {advisor.moment(wanted.end)}")
        assert carloop.periods(appointment) == [wanted]
    advisor.change_end(period.start + timedelta(hours=1))
    expect(alert).to_contain_text(advisor.t("refusal.change_end"))
    expect(alert).to_contain_text(advisor.t.by_plugin("change.period_in_past"))
    assert carloop.periods(appointment) == [shorter]


def test_m12_everything_else_is_cancelled_and_created_anew(advisor, period, carloop):
    """Cancelling asks first; then another car can be rented for the same appointment."""
    appointment = advisor.new_appointment(period)
    advisor.book()
    (first,) = carloop.rentals(appointment)
    advisor.press("rental.cancel")
    question = advisor.step_4.get_by_text(advisor.t("rental.cancel_yes"))
    expect(question).to_be_visible()
    assert carloop.statuses(appointment) == ["reserved"]
    advisor.press("no")
    expect(question).to_have_count(0)
    advisor.cancel()
    advisor.search()
    other = next(each for each in advisor.offered() if each != first["vehicle"]["id"])
    advisor.save_rental(advisor.option(other))
    expect(advisor.button("rental.cancel")).to_be_visible()
    found = {each["vehicle"]["id"]: each["status"] for each in carloop.rentals(appointment)}
    assert found == {first["vehicle"]["id"]: "cancelled", other: "reserved"}


def test_m13_settings_hold_the_web_address_and_the_key(advisor_at, new_planner, t, carloop_program):
    """The key is never shown again, and is stored in a file that only its owner can read."""
    admin = advisor_at(new_planner, t, name="admin")
    admin.open()
    admin.follow("nav.settings")
    admin.press(admin.page.locator("main").get_by_role("link", name="Carloop"))
    expect(admin.page.get_by_role("heading", level=1)).to_have_text(t.by_plugin("settings.title"))
    key = admin.setting("token")
    expect(key).to_have_attribute("type", "password")
    admin.fill(admin.setting("base_url"), carloop_program.url)
    admin.fill(key, TOKEN)
    admin.press("settings.save")
    expect(admin.page.get_by_text(t("settings.tried.good"))).to_be_visible()
    expect(key).to_have_value("")
    since = t("settings.set_since", when="").rstrip(" .")
    expect(key).to_have_accessible_description(re.compile(re.escape(since)))
    assert TOKEN not in admin.page.content()
    secrets = new_planner.folder / "carloop.sqlite3.secrets.json"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert TOKEN in secrets.read_text("utf-8")
    admin.press("settings.check")
    expect(admin.page.get_by_text(t("settings.checked.good"))).to_be_visible()


def test_m14_the_token_is_found_in_carloops_administration(advisor, carloop_program, carloop):
    """Administration, Schnittstellen, Werkstattplaner Schnittstelle, Bearbeiten: there a token can be made."""
    token = make_token(advisor, carloop_program.url)
    assert carloop.request("GET", "/account", headers={"Authorization": f"Bearer {token}"})


def test_m14_m15_the_settings_name_the_way_to_the_token_and_link_to_carloop_info(advisor_at, new_planner, t):
    """The way is named in the words of Carloop's German pages; the link opens a new window."""
    admin = advisor_at(new_planner, t, name="admin")
    admin.open("/settings/carloop")
    way = "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten"
    expect(admin.page.locator("main").get_by_text(way).first).to_be_visible()
    link = admin.page.get_by_role("link", name="www.carloop.info")
    expect(link).to_have_attribute("href", "https://www.carloop.info")
    expect(link).to_have_attribute("target", "_blank")
