"""The desk: by mouse, by keyboard alone, without the script; and the list one comes from."""

import re

import pytest
from playwright.sync_api import expect


def hand_out(page):
    """Hand out a vehicle before its day, which is asked first."""
    page.get_by_role("button", name="Fahrzeug ausgeben …").click()
    page.get_by_role("dialog").get_by_role("button", name="Fahrzeug ausgeben").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_vehicle_goes_out_is_swapped_and_comes_back(clerk, office, javascript):
    """Each step confirms that it is done, and the interface agrees."""
    rental = office.book()
    page = clerk(java_script_enabled=javascript)
    page.goto(rental["web_url"])
    hand_out(page)
    expect(page.get_by_role("status")).to_have_text("Das Fahrzeug ist ausgegeben.")
    page.get_by_role("link", name="Fahrzeug tauschen").click()
    choice = page.get_by_role("radio").first
    vehicle = choice.get_attribute("value")
    choice.check()
    page.get_by_role("button", name="Tauschen", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Das Fahrzeug ist getauscht.")
    assert office.read(rental)["vehicle"]["id"] == vehicle
    page.get_by_role("button", name="Fahrzeug zurücknehmen").click()
    expect(page.get_by_role("status")).to_have_text("Das Fahrzeug ist zurückgenommen.")
    expect(page.get_by_text("hier ist nichts mehr zu tun")).to_be_visible()
    assert office.read(rental)["status"] == "returned"


def press(page, key, until):
    """Press a key until what is wanted has the focus."""
    for _ in range(60):
        if until.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail("the keyboard does not get there")


def test_a_rental_is_cancelled_by_keyboard_alone(clerk, office):
    """The question takes the focus, with the way out first, and gives it back."""
    rental = office.book()
    page = clerk(language="en")
    page.goto(rental["web_url"])
    asks = page.get_by_role("button", name="Cancel …")
    press(page, "Tab", asks)
    page.keyboard.press("Enter")
    keep = page.get_by_role("button", name="Do not cancel")
    expect(keep).to_be_focused()
    page.keyboard.press("Enter")
    expect(keep).to_be_hidden()
    expect(asks).to_be_focused()
    assert office.read(rental)["status"] == "reserved"
    page.keyboard.press("Enter")
    press(page, "Shift+Tab", page.get_by_role("button", name="Cancel the rental"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("The rental is cancelled.")
    assert office.read(rental)["status"] == "cancelled"


def test_what_happened_meanwhile_is_told(clerk, office, watch):
    """Two clerks, one rental: the second sees how it is now, and hands nothing out twice."""
    rental = office.book()
    first, second = clerk(), clerk()
    for page in (first, second):
        page.goto(rental["web_url"])
    hand_out(first)
    expect(first.get_by_role("status")).to_be_visible()
    hand_out(second)
    expect(second.get_by_role("alert")).to_contain_text("inzwischen geändert")
    second.get_by_role("button", name="Fahrzeug zurücknehmen").click()
    expect(second.get_by_role("status")).to_be_visible()


def test_the_list_is_narrowed_while_one_types(clerk, office):
    """Without a page being loaded, and without a name in the address; the list has its pages."""
    rental = office.book(40, 41)
    page = clerk()
    page.goto(f"{office.url}/rentals")
    page.evaluate("window.stays = true")
    rows = page.locator("#found tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_role("button", name="Weiterblättern").click()
    expect(page.locator("#found")).to_contain_text("Seite 2")
    page.get_by_label("Kunde, Kennzeichen, Nummer").press_sequentially("weiss moeller")
    expect(page.get_by_role("link", name=rental["id"])).to_be_visible()
    page.get_by_label("Kunde, Kennzeichen, Nummer").fill(rental["vehicle"]["licence_plate"])
    page.get_by_label("Auswahl").select_option("cancelled")
    expect(page.get_by_role("link", name=rental["id"])).to_have_count(0)
    page.get_by_role("textbox", name="Zeitraum von").fill("31.2.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_contain_text("Das ist kein gültiges Datum.")
    assert page.evaluate("window.stays") is True
    assert re.fullmatch(r".*/rentals", page.url)
