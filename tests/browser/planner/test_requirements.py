"""What the user's document asks for, M1 to M15: seen on the page, and true at Carloop."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from planner_steps.administrator import Administrator
from planner_steps.advisor import Stay
from planner_steps.hands import Mouse
from planner_steps.truth import free_cars, period_of, rent_at_desk
from planner_steps.words import Words
from playwright.sync_api import expect

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


def test_m1_step_4_offers_carloop_once_the_appointment_is_saved(advisor, stay, control):
    """Before the first save step 4 says that there must be one; after it, Carloop's cars can be searched."""
    advisor.open("/appointments/new")
    expect(advisor.step_4).to_contain_text(advisor.t("step_4.save_first"))
    expect(advisor.button("offer.search")).to_have_count(0)
    advisor.pick_customer("10001")
    advisor.set_stay(stay)
    advisor.save_appointment()
    expect(advisor.step_4).not_to_contain_text(advisor.t("step_4.save_first"))
    advisor.search()
    expect(advisor.step_4.locator(".options > li").first).to_contain_text("Carloop")
    assert control.rentals(advisor.appointment_id) == []


def test_m2_rentals_are_created_booked_and_managed_from_the_planner(advisor, stay, control):
    """Create, book, change and cancel: the planner's pages are never left, and Carloop has each of it."""
    seen = []
    advisor.page.on("framenavigated", lambda frame: seen.append(frame.url))
    appointment = advisor.new_appointment(stay)
    advisor.book()
    assert [each["status"] for each in control.rentals(appointment)] == ["reserved"]
    advisor.change_end(stay.end + timedelta(hours=2))
    expect(advisor.rental).to_contain_text(advisor.moment(stay.end + timedelta(hours=2)))
    assert [stay.end + timedelta(hours=2)] == [period_of(each).end for each in control.rentals(appointment)]
    advisor.cancel()
    assert [each["status"] for each in control.rentals(appointment)] == ["cancelled"]
    assert all(url.startswith(advisor.url) for url in seen)


def test_m3_the_rental_period_is_the_appointments_and_can_be_changed(advisor, stay, control):
    """The period comes from step 3; another one can be typed until the rental is saved, for the rental alone."""
    appointment = advisor.new_appointment(stay)
    group = advisor.step_4.get_by_role("group", name=advisor.t("offer.period"), exact=True)
    for side, moment in (("start", stay.start), ("end", stay.end)):
        expect(advisor.field(f"offer.{side}_date", within=group)).to_have_value(advisor.day(moment))
        expect(advisor.field(f"offer.{side}_time", within=group)).to_have_value(f"{moment:%H:%M}")
    wanted = Stay(stay.start - timedelta(hours=1), stay.end + timedelta(days=1))
    advisor.set_rental_period(wanted)
    advisor.book()
    expect(advisor.rental).to_contain_text(f"{advisor.moment(wanted.start)} – {advisor.moment(wanted.end)}")
    (rental,) = control.rentals(appointment)
    assert wanted == period_of(rental)
    drop_off = advisor.step_3.get_by_role("group", name=advisor.t("visit.drop_off"))
    expect(advisor.field("visit.time", within=drop_off)).to_have_value("08:00")


def test_m4_the_customers_data_are_the_appointments(advisor, stay, control):
    """All that was typed of the customer in step 1 is at Carloop with the rental."""
    appointment = advisor.new_appointment_by_hand(stay, **CUSTOMER)
    shown = advisor.step_4.get_by_role("group", name=advisor.t("offer.customer"), exact=True)
    expect(shown).to_contain_text("Groß-Sørensen")
    advisor.book()
    (rental,) = control.rentals(appointment)
    assert _told(rental["customer"]) == {"source": "manual", **CUSTOMER}


def test_m5_a_customer_of_the_dms_cannot_be_changed(advisor, stay, control, planner_program):
    """Read-only on the page with the reason, out of a forged form's reach, and refused by the plugin."""
    appointment = advisor.new_appointment(stay, number="10007")
    facts = advisor.step_4.get_by_role("group", name=advisor.t("offer.customer"), exact=True)
    expect(facts).to_contain_text(advisor.t("offer.locked"))
    expect(facts.get_by_role("textbox")).to_have_count(0)
    expect(advisor.step_1.get_by_role("textbox")).to_have_count(0)
    advisor.search()
    # what a form of ours never has, and a forged one may
    advisor.page.evaluate(
        """() => { const field = document.createElement("input");
        field.name = "renter_last_name"; field.value = "Forged";
        document.querySelector("#offer-form").append(field) }"""
    )
    option = advisor.offered()[0]
    refused = _book_past_the_planner(planner_program, appointment, option, {"last_name": "Forged"})
    assert refused == (1, "customer_locked")
    advisor.save_rental()
    expect(advisor.button("rental.cancel")).to_be_visible()
    (rental,) = control.rentals(appointment)
    customer = rental["customer"]
    assert (customer["source"], customer["number"]) == ("dms", "10007")
    assert "Forged" not in customer.values()


def test_m5_a_customer_typed_by_hand_stays_editable_until_the_rental_is_saved(advisor, stay, control):
    """Step 4 takes another name for the rental; once saved there is no field for it any more."""
    appointment = advisor.new_appointment_by_hand(stay, first_name="Jörg", last_name="Müller")
    advisor.hands.press(advisor.step_4.get_by_text(advisor.t("offer.customer_change")))
    advisor.hands.fill(advisor.field("customer.last_name", within=advisor.step_4), "Müller-Lüdenscheidt")
    advisor.book()
    (rental,) = control.rentals(appointment)
    assert rental["customer"]["last_name"] == "Müller-Lüdenscheidt"
    expect(advisor.field("customer.last_name", within=advisor.step_4)).to_have_count(0)


def test_m6_filter_by_several_vehicle_classes(advisor, stay, control):
    """Two classes ticked: the cars of both, and of no other."""
    advisor.new_appointment(stay)
    names = {each["id"]: each["name"] for each in control.api("GET", "/vehicle-classes").json()["items"]}
    wanted = list(names)[:2]
    advisor.search(classes=[names[each] for each in wanted])
    free = free_cars(control, stay, vehicle_class=wanted)
    assert set(wanted) == {each["vehicle_class"] for each in free}
    assert advisor.offered() == [each["id"] for each in free]


def test_m7_filter_by_several_vehicle_features(advisor, stay, control):
    """Two features ticked: only cars that have both."""
    advisor.new_appointment(stay)
    names = {each["id"]: each["name"] for each in control.api("GET", "/vehicle-features").json()["items"]}
    wanted = ["automatik", "winterreifen"]
    advisor.search(features=[names[each] for each in wanted])
    offered = advisor.offered()
    have = {each["id"]: set(each["features"]) for each in free_cars(control, stay)}
    assert offered
    assert all(have[each] >= set(wanted) for each in offered)
    assert len(offered) == sum(1 for features in have.values() if features >= set(wanted))


def test_m8_the_search_shows_what_matches_and_is_free(advisor, stay, control):
    """A car that somebody else has for an hour of the period is not in the list; all others are."""
    taken = free_cars(control, stay)[0]["id"]
    hour = Stay(stay.end - timedelta(hours=1), stay.end)
    rent_at_desk(control, taken, hour)
    advisor.new_appointment(stay)
    advisor.search()
    free = [each["id"] for each in free_cars(control, stay)]
    assert taken not in free
    assert free == advisor.offered()
    expect(advisor.step_4).to_contain_text(advisor.t.n("offers.found", len(free)))


def test_m9_pick_one_vehicle_and_save_the_rental(advisor, stay, control):
    """Without a car nothing is saved and the page says so; the car that is chosen is the one at Carloop."""
    appointment = advisor.new_appointment(stay)
    advisor.search()
    advisor.hands.press(advisor.button("offer.save"))
    expect(advisor.step_4).to_contain_text(advisor.t("option.missing"))
    assert control.rentals(appointment) == []
    chosen = advisor.offered()[2]
    advisor.save_rental(advisor.option(chosen))
    (rental,) = _after(advisor, control, appointment)
    assert ("reserved", chosen) == (rental["status"], rental["vehicle"]["id"])
    expect(advisor.rental).to_contain_text(rental["vehicle"]["licence_plate"])


def test_m10_a_rentals_times_must_be_in_the_future(advisor, stay, control):
    """A past beginning is refused at its field before anything is searched or saved, and said at the field."""
    appointment = advisor.new_appointment(stay)
    past = datetime.now(stay.start.tzinfo) - timedelta(hours=3)
    advisor.search()
    advisor.set_rental_period(Stay(past, stay.end))
    advisor.save_rental()
    wrong = advisor.field("offer.start_date", within=advisor.step_4)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(advisor.t("typed.past"))
    expect(wrong).to_have_value(advisor.day(past))
    advisor.hands.press(advisor.button("offer.search"))
    expect(advisor.step_4).to_contain_text(advisor.t("offer.not_searched"))
    assert control.rentals(appointment) == []


def test_m11_only_the_end_of_a_saved_rental_can_be_changed(advisor, stay, control):
    """A saved rental has one form, and in it the end alone; all else of it stays what it was."""
    appointment = advisor.new_appointment(stay)
    advisor.book()
    (before,) = control.rentals(appointment)
    fields = advisor.step_4.locator("input:not([type=hidden]), select, textarea")
    assert fields.evaluate_all("all => all.map(each => each.name)") == ["end_date", "end_time"]
    expect(advisor.step_4).to_contain_text(advisor.t("rental.only_end"))
    advisor.change_end(stay.end - timedelta(hours=3))
    expect(advisor.rental).to_contain_text(advisor.moment(stay.end - timedelta(hours=3)))
    (after,) = control.rentals(appointment)
    assert stay.end - timedelta(hours=3) == period_of(after).end
    for name in ("id", "start", "vehicle", "customer", "status", "external_reference"):
        assert before[name] == after[name]


def test_m12_everything_else_is_cancelled_and_created_anew(advisor, stay, control):
    """Cancelling asks first; then another car can be had for the same appointment."""
    appointment = advisor.new_appointment(stay)
    advisor.book()
    (first,) = control.rentals(appointment)
    advisor.hands.press(advisor.button("rental.cancel"))
    question = advisor.step_4.get_by_text(advisor.t("rental.cancel_yes"))
    expect(question).to_be_visible()
    assert [each["status"] for each in control.rentals(appointment)] == ["reserved"]
    advisor.hands.press(advisor.button("no"))
    expect(question).to_have_count(0)
    advisor.cancel()
    advisor.search()
    other = next(each for each in advisor.offered() if each != first["vehicle"]["id"])
    advisor.save_rental(advisor.option(other))
    found = {each["vehicle"]["id"]: each["status"] for each in _after(advisor, control, appointment)}
    assert found == {first["vehicle"]["id"]: "cancelled", other: "reserved"}


def test_m13_settings_hold_the_web_address_and_the_key(advisor_at, new_planner, t, carloop):
    """Address and token are set on the page; the key is never shown again and lies in a file of its owner's alone."""
    admin = advisor_at(new_planner, t, name="admin")
    admin.open()
    admin.follow("nav.settings")
    link = admin.page.locator("main").get_by_role("link", name="Carloop")
    admin.hands.press(link)
    expect(admin.page.get_by_role("heading", level=1)).to_have_text(t.by_carloop("settings.title"))
    key = admin.page.get_by_label(t.by_carloop("settings.token"), exact=True)
    expect(key).to_have_attribute("type", "password")
    admin.hands.fill(admin.page.get_by_label(t.by_carloop("settings.base_url"), exact=True), carloop.url)
    admin.hands.fill(key, carloop.token)
    admin.hands.press(admin.button("settings.save"))
    expect(admin.page.get_by_text(t("settings.tried.good"))).to_be_visible()
    expect(key).to_have_value("")
    since = t("settings.set_since", when="").rstrip(" .")
    expect(key).to_have_accessible_description(re.compile(re.escape(since)))
    assert carloop.token not in admin.page.content()
    secrets = new_planner.folder.with_name("carloop.sqlite3.secrets.json")
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert carloop.token in secrets.read_text("utf-8")
    admin.hands.press(admin.button("settings.check"))
    expect(admin.page.get_by_text(t("settings.checked.good"))).to_be_visible()


def test_m14_the_token_is_found_in_carloops_administration(page, carloop):
    """Administration, Schnittstellen, Werkstattplaner Schnittstelle, Bearbeiten: there a token can be had."""
    administrator = Administrator(page, carloop.url, Words("de"), Mouse(page))
    administrator.sign_in(carloop.password)
    administrator.go_to_the_token()
    token = administrator.make_token(f"M14 {os.urandom(4).hex()}")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{carloop.url}/api/planner/v1/account", headers=headers).status_code == 200


def test_m14_the_settings_page_says_where_the_token_is(advisor_at, new_planner):
    """The way to the token stands on the planner's own page, in the words that Carloop's pages have."""
    admin = advisor_at(new_planner, Words("de"), name="admin")
    admin.open("/settings/carloop")
    way = "Administration → Schnittstellen → Werkstattplaner Schnittstelle → Bearbeiten"
    expect(admin.page.locator("main").get_by_text(way).first).to_be_visible()


def test_m15_the_settings_page_links_to_carloop_info(advisor_at, new_planner, t):
    """Information, prices and support are a link away, in a window of its own."""
    admin = advisor_at(new_planner, t, name="admin")
    admin.open("/settings/carloop")
    link = admin.page.get_by_role("link", name="www.carloop.info")
    expect(link).to_have_attribute("href", "https://www.carloop.info")
    expect(link).to_have_attribute("target", "_blank")


def _after(advisor, control, appointment):
    """Wait until the page shows a saved rental, and ask Carloop."""
    expect(advisor.button("rental.cancel")).to_be_visible()
    return list(control.rentals(appointment))


def _book_past_the_planner(planner, appointment, option, customer):
    """Book with the plugin's own command over the planner's records, for another customer."""
    command = [str(Path(sys.executable).with_name("carloop")), "book", "--json"]
    command += ["--appointment", appointment, "--option", option]
    environment = {**os.environ, **planner.environment, "LC_ALL": "C.UTF-8"}
    customer = {"source": "manual", **customer}
    done = subprocess.run(
        command, input=json.dumps(customer), capture_output=True, text=True, env=environment, check=False
    )
    return done.returncode, json.loads(done.stdout).get("problem", {}).get("code", "")


def _told(customer):
    return {name: value for name, value in customer.items() if value is not None}
