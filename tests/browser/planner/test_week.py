"""The calendar and what is found: today, the week's appointments with their state in words, search, empty slots."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import expect


def test_today_is_marked(advisor):
    """One day of this week is today and says so, none of the next week is; a way leads back."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    advisor.open(f"/?week={today.isoformat()}")
    mark = (
        advisor.page.locator("main").get_by_role("heading", level=2).get_by_text(advisor.t("week.is_today"))
    )
    expect(mark).to_have_count(1)
    expect(advisor.page.get_by_role("heading", level=1)).to_contain_text(_title(advisor, today))
    navigation = advisor.page.get_by_role("navigation", name=advisor.t("week.navigation"))
    advisor.hands.press(navigation.get_by_label(advisor.t("week.next")))
    expect(advisor.page.get_by_role("heading", level=1)).to_contain_text(
        _title(advisor, today + timedelta(days=7))
    )
    expect(mark).to_have_count(0)
    advisor.hands.press(navigation.get_by_label(advisor.t("week.previous")))
    expect(advisor.page.get_by_role("heading", level=1)).to_contain_text(_title(advisor, today))


def test_an_empty_slot_makes_an_appointment(german, stay):
    """The slot's day and hour stand in the form, and the new appointment in the slot."""
    day = stay.start.date() + timedelta(days=(7 - stay.start.weekday()) % 7)
    german.open(f"/?week={day.isoformat()}")
    german.hands.press(
        german.page.get_by_role(
            "link",
            name=german.t(
                "week.add",
                day=german.day(stay.start.replace(year=day.year, month=day.month, day=day.day)),
                time="11:00",
            ),
        )
    )
    drop_off = german.step_3.get_by_role("group", name=german.t("visit.drop_off"))
    expect(german.field("visit.date", within=drop_off)).to_have_value(f"{day:%d.%m.%Y}")
    expect(german.field("visit.time", within=drop_off)).to_have_value("11:00")
    german.pick_customer("10008")
    appointment = german.save_appointment()
    german.open(f"/?week={day.isoformat()}")
    card = german.page.locator(f"a[href='/appointments/{appointment}']")
    expect(card).to_contain_text("11:00")
    expect(card).to_contain_text(german.t("state.none"))


def test_states_stand_in_the_week_as_text(advisor, stay, control):
    """Without a car, and with one: in words, not by colour alone."""
    appointment = advisor.new_appointment(stay)
    week = f"/?week={stay.start.date().isoformat()}"
    card = advisor.page.locator(f"a[href='/appointments/{appointment}']")
    advisor.open(week)
    expect(card).to_contain_text(advisor.t("state.none"))
    advisor.hands.press(card)
    advisor.book()
    advisor.open(week)
    expect(card).to_contain_text(advisor.t("state.reserved"))


def test_appointments_are_found_by_customer_and_plate(advisor, stay):
    """Half a name without its umlaut, or a plate without its hyphen; no name stands in an address."""
    addresses = []
    advisor.page.on("request", lambda request: addresses.append(request.url))
    name = f"Grünwald{stay.start:%j}"
    appointment = advisor.new_appointment_by_hand(stay, first_name="Jörg", last_name=name)
    advisor.hands.fill(advisor.field("vehicle.licence_plate"), f"KA-ÜX {stay.start:%j}")
    advisor.save_appointment()
    for words in (f"gruenwald{stay.start:%j}", f"jorg grunwald{stay.start:%j}", f"kaux{stay.start:%j}"):
        advisor.open()
        advisor.hands.fill(advisor.page.get_by_role("searchbox"), words)
        advisor.page.keyboard.press("Enter")
        found = advisor.page.locator(f"main a[href='/appointments/{appointment}']")
        expect(found).to_contain_text(name)
        expect(found).to_contain_text(advisor.moment(stay.start))
    advisor.hands.fill(advisor.page.get_by_role("searchbox"), "Nobodyofthisname")
    advisor.page.keyboard.press("Enter")
    expect(advisor.page.get_by_text(advisor.t("search.none"), exact=True)).to_be_visible()
    assert not [each for each in addresses if "wald" in urlsplit(each).query + urlsplit(each).path]


def test_customers_are_found_as_one_types(german):
    """No button is pressed: each letter narrows the list, umlauts or not; nothing typed stands in an address."""
    addresses = []
    german.page.on("request", lambda request: addresses.append(request.url))
    german.open("/appointments/new")
    field = german.field("customer.search")
    hits = german.page.get_by_role("list", name=german.t("customer.hits")).get_by_role("button")
    field.press_sequentially("mueller")
    expect(hits.first).to_contain_text("Müller")
    many = hits.count()
    name = hits.first.locator("span").first.inner_text()
    first_name = name.replace(",", " ").split()[-1]
    field.press_sequentially(f" {first_name}")
    expect(hits.first).to_contain_text(first_name)
    assert 0 < hits.count() <= many
    field.press_sequentially("xyzxyz")
    expect(german.step_1).to_contain_text(german.t("customer.no_hits"))
    assert not [each for each in addresses if "mueller" in each.lower()]


def _title(advisor, day):
    return advisor.t("week.title", number=day.isocalendar().week)


def test_a_long_name_stays_in_its_card(german, stay):
    """No word is broken where no hyphen belongs, and no card leaves its column; the whole name is its title."""
    name = "Fahrdienst Süd UG (haftungsbeschränkt)"
    appointment = german.new_appointment_by_hand(stay, company=name)
    german.open(f"/?week={stay.start.date().isoformat()}")
    who = german.page.locator(f"a[href='/appointments/{appointment}'] .visit-who")
    expect(who).to_have_attribute("title", name)
    card, day = (
        german.page.locator(f"{each}:has(a[href='/appointments/{appointment}'])").bounding_box()
        for each in (".slot-body", ".day")
    )
    assert card["x"] + card["width"] <= day["x"] + day["width"]
    lines = who.evaluate(
        """({ firstChild }) => { const range = document.createRange();
        range.setStart(firstChild, firstChild.data.indexOf("("));
        range.setEnd(firstChild, firstChild.length);
        return new Set([...range.getClientRects()].map(each => each.top)).size }"""
    )
    assert lines == 1
