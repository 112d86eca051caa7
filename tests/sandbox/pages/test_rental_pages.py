"""The list of rentals, and a rental's page."""

import re
from datetime import timedelta

import pytest

MUELLER = {
    "source": "dms", "number": "4711", "kind": "person", "salutation": "Frau", "first_name": "Änne",
    "last_name": "Müller-Lüdenscheidt", "street": "Weg 1", "postal_code": "76133", "city": "Karlsruhe",
    "phone": "0721 1", "mobile": "0171 2", "email": "aenne@example.org",
}  # fmt: skip
EVIL = {
    "source": "manual",
    "last_name": "<script>alert(1)</script>",
    "company": "<img src=x onerror=alert(2)>",
}


def numbers(text):
    """Return the numbers of the rentals in a list, in their order."""
    return re.findall(r'<th scope="row"><a href="/rentals/(R\d+)">', text)


@pytest.fixture
def three(planner):
    """Three rentals of different customers, days and states: reserved, handed out, cancelled."""
    first = planner.book("V1001", planner.at(3), planner.at(5), customer=MUELLER, note="Kindersitz\nbitte")
    second = planner.book("V1002", planner.at(1), planner.at(9))
    third = planner.book("V1003", planner.at(20), planner.at(21), customer=EVIL)
    planner.desk(second, "hand_out")
    planner.cancel(third)
    return first, second, third


def test_each_kind_has_its_list(clerk, planner, three):
    """Without a kind, what is running and planned, the next first; overdue and missed by Carloop's clock."""
    first, second, third = (each["id"] for each in three)
    for kind, expected in {
        "": [second, first],
        "?kind=reserved": [first],
        "?kind=picked_up": [second],
        "?kind=cancelled": [third],
        "?kind=all": [third, first, second],
        "?kind=nonsense": [second, first],
    }.items():
        assert numbers(clerk.look(f"/rentals{kind}")) == expected
    assert "Kein Verleihvorgang passt" in clerk.look("/rentals?kind=overdue")
    planner.clock(planner.at(10))
    text = clerk.look("/rentals?kind=overdue")
    assert (numbers(text), "Überfällig" in text) == ([second], True)
    assert "Nicht abgeholt" in clerk.look("/rentals")


def test_a_rental_is_found_as_people_type(clerk, three):
    """Customer, customer's number, plate, rental's number; accents, case, order and hyphens do not matter."""
    first, second, _ = (each["id"] for each in three)
    plate = three[0]["vehicle"]["licence_plate"]
    typed = ["Müller", "mueller lüdenscheidt", "änne", "Anne MULLER", "4711", plate]
    for each in [*typed, plate.replace("-", "").lower(), first.lower()]:
        assert numbers(clerk.send("/rentals", q=each).text) == [first], each
    assert numbers(clerk.send("/rentals", q="").text) == [second, first]
    for each in ("Maier", "Müller Maier", "last_name"):
        assert numbers(clerk.send("/rentals", q=each, kind="all").text) == [], each


def test_the_list_is_sorted_by_a_column(clerk, three, monkeypatch):
    """By customer, either way; a list that is too long to be counted keeps its order."""
    up, down = (
        numbers(clerk.send("/rentals", kind="all", sort=each).text) for each in ("customer", "-customer")
    )
    assert (up, down) == ([each["id"] for each in (three[2], three[1], three[0])], up[::-1])
    monkeypatch.setattr("carloop_sandbox.pages.showing.MOST_COUNTED", 2)
    text = clerk.send("/rentals", kind="all", sort="customer").text
    assert ("Über 1.000 Einträge" in text, 'name="sort"' in text) == (True, False)
    assert numbers(text) == numbers(clerk.look("/rentals?kind=all"))


def test_the_period_narrows_the_list(clerk, planner, three):
    """Days as people type them, on the wall clock; both ends belong to it."""
    first, second, _ = (each["id"] for each in three)
    day, earlier, later = (planner.today.date() + timedelta(days=days) for days in (4, 2, 7))
    typed = f"{day.day}.{day.month}.{day.year}"
    for fields, expected in (
        ({"from": typed, "to": typed}, [second, first]),
        ({"from": later.isoformat()}, [second]),
        ({"to": f"{earlier:%d.%m.%y}"}, [second]),
    ):
        assert numbers(clerk.send("/rentals", **fields).text) == expected
    assert numbers(clerk.look(f"/rentals?from={typed}&to={typed}")) == [second, first]


@pytest.mark.parametrize("typed", ["31.2.2026", "gestern", "1.1.0001"])
def test_a_day_that_is_none_is_marked(clerk, typed):
    """And what was typed is kept."""
    text = clerk.send("/rentals", **{"from": typed}).text
    for words in ("Das ist kein gültiges Datum.", 'aria-invalid="true"', f'value="{typed}"'):
        assert words in text


def test_a_long_list_has_pages(visitor):
    """Each rental once, in one order."""
    first, second, beyond = (
        numbers(visitor.send("/rentals", kind="all", page=page).text) for page in ("1", "2", "999")
    )
    assert (len(first), set(first) & set(second), beyond) == (25, set(), [])


def test_no_address_names_a_customer(clerk, three):
    """A search is sent as a form, and no link or form of a page has a name in its address."""
    pages = [clerk.send("/rentals", q="Müller").text]
    pages += [clerk.look(path) for path in (f"/rentals/{three[0]['id']}", "/")]
    addresses = [link for page in pages for link in re.findall(r'(?:href|action)="([^"]*)"', page)]
    assert addresses
    assert [link for link in addresses if re.search("m(ü|%C3%BC|ue)ller|4711|nne", link, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", ["/rentals?kind=all", "/rentals/{id}", "/vehicles/V1003"])
def test_script_in_a_name_is_text(clerk, three, path):
    """Whatever was typed at the planner."""
    text = clerk.look(path.format(id=three[2]["id"]))
    assert ("<img src=x" in text, "<script>alert" in text) == (False, False)
    assert "&lt;img src=x onerror=alert(2)&gt;" in text


def test_a_page_shows_all_of_a_rental(clerk, three):
    """At its `web_url`: period, vehicle, customer, price, note, where it came from, what happened to it."""
    first = three[0]
    words = clerk.words(first["web_url"].removeprefix(str(clerk.http.base_url).rstrip("/")))
    for expected in (
        first["id"], "Reserviert", first["vehicle"]["licence_plate"], first["vehicle"]["make"], "Kindersitz bitte",
        "Frau Änne Müller-Lüdenscheidt", "Weg 1", "76133 Karlsruhe", "0721 1", "0171 2", "aenne@example.org", "4711",
        "2 Tage zu", "Stand Nr. 1", "Werkstattplaner, Standort main, Termin A-",
        first["price"]["amount"].replace(".", ",") + " €",
    ):  # fmt: skip
        assert expected in words, expected


def test_a_page_shows_the_planned_end_and_why_it_was_cancelled(clerk, planner, rental):
    """Where there is one."""
    path = f"/rentals/{rental['id']}"
    assert "Geplantes Ende" not in clerk.look(path)
    planner.change_end(rental, planner.at(6))
    reason = {"reason": "Kunde <kommt> nicht"}
    planner.http.post(f"/api/planner/v1{path}/cancellation", json=reason, headers={"Idempotency-Key": "k"})
    words = clerk.words(path)
    assert "Geplantes Ende" in words
    assert "Grund der Stornierung Kunde <kommt> nicht" in words


def test_times_are_on_the_accounts_wall_clock(clerk, planner):
    """In summer and winter, and the end without its day where that is the same."""
    summer = planner.book("V1001", "2031-07-01T06:30:00Z", "2031-07-01T16:00:00Z")
    winter = planner.book("V1001", "2031-12-01T06:30:00Z", "2031-12-02T16:00:00Z")
    for rental, language, expected in (
        (summer, "de", "01.07.2031, 08:30 – 18:00"),
        (winter, "de", "01.12.2031, 07:30 – 02.12.2031, 17:00"),
        (summer, "en", "01/07/2031, 08:30 – 18:00"),
    ):
        assert expected in clerk.words(f"/rentals/{rental['id']}", language=language)
