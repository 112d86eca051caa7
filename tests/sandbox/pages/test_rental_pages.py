"""Rentals as a list, and each with all that is known of it."""

import re

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
    """Give the numbers of the rentals in a list, in their order."""
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


def test_what_lies_ahead_is_listed_first(clerk, three):
    """Unasked, what is running and planned, the next first; the other lists by their names."""
    first, second, third = (each["id"] for each in three)
    assert numbers(clerk.look("/rentals")) == [second, first]
    assert numbers(clerk.look("/rentals?kind=reserved")) == [first]
    assert numbers(clerk.look("/rentals?kind=picked_up")) == [second]
    assert numbers(clerk.look("/rentals?kind=cancelled")) == [third]
    assert numbers(clerk.look("/rentals?kind=all")) == [third, first, second]
    assert numbers(clerk.look("/rentals?kind=nonsense")) == [second, first]
    assert "Kein Verleihvorgang passt" in clerk.look("/rentals?kind=overdue")


def test_what_is_overdue_is_found(clerk, planner, three):
    """By Carloop's clock."""
    planner.clock(planner.at(10))
    text = clerk.look("/rentals?kind=overdue")
    assert numbers(text) == [three[1]["id"]]
    assert "Überfällig" in text
    assert "Nicht abgeholt" in clerk.look("/rentals")


@pytest.mark.parametrize(
    "sought",
    [
        "Müller",
        "mueller lüdenscheidt",
        "änne",
        "Anne MULLER",
        "4711",
        "{plate}",
        "{plate_typed}",
        "{number}",
        "",
    ],
)
def test_a_rental_is_found_as_people_type(clerk, planner, three, sought):
    """Customer, customer's number, plate, rental's number; accents, case, order and hyphens do not matter."""
    first = three[0]
    plate = first["vehicle"]["licence_plate"]
    typed = sought.format(plate=plate, plate_typed=plate.replace("-", "").lower(), number=first["id"].lower())
    answer = clerk.send("/rentals", q=typed)
    assert first["id"] in numbers(answer.text)
    assert typed == "" or three[1]["id"] not in numbers(answer.text)


@pytest.mark.parametrize("sought", ["Maier", "Müller Maier", "last_name", "%", "_"])
def test_what_is_not_there_is_not_found(clerk, three, sought):
    """Neither by the names of fields nor by wildcards; signs alone narrow nothing."""
    found = numbers(clerk.send("/rentals", q=sought, kind="all").text)
    assert found == [] or not any(letter.isalnum() for letter in sought)


def test_the_period_narrows_the_list(clerk, planner, three):
    """Days as people type them, on the wall clock; both ends belong to it."""
    day = (planner.today.date()).fromordinal(planner.today.date().toordinal() + 4)
    first, second, _ = (each["id"] for each in three)
    typed = f"{day.day}.{day.month}.{day.year}"
    assert numbers(clerk.send("/rentals", **{"from": typed, "to": typed}).text) == [second, first]
    assert numbers(clerk.look(f"/rentals?from={day.isoformat()}&to={day.isoformat()}")) == [second, first]
    later = day.fromordinal(day.toordinal() + 3)
    assert numbers(clerk.send("/rentals", **{"from": later.isoformat()}).text) == [second]
    earlier = day.fromordinal(day.toordinal() - 2)
    assert numbers(clerk.send("/rentals", to=f"{earlier:%d.%m.%y}").text) == [second]


@pytest.mark.parametrize("typed", ["31.2.2026", "gestern", "1.13.", "99", "1.1.0001"])
def test_a_day_that_is_none_is_marked(clerk, typed):
    """And keeps what was typed."""
    text = clerk.send("/rentals", **{"from": typed}).text
    assert "Das ist kein Tag." in text
    assert 'aria-invalid="true"' in text
    assert f'value="{typed}"' in text


def test_a_long_list_has_pages(visitor):
    """Each rental once, in one order."""
    first = numbers(visitor.send("/rentals", kind="all").text)
    second = numbers(visitor.send("/rentals", kind="all", page="2").text)
    assert len(first) == 25
    assert set(first) & set(second) == set()
    assert numbers(visitor.send("/rentals", kind="all", page="999").text) == []
    assert numbers(visitor.send("/rentals", kind="all", page="-1").text) == first


def test_no_address_holds_who_it_is(clerk, three):
    """What is searched for goes in a form, and no link of a list or a page tells a name."""
    pages = [
        clerk.send("/rentals", q="Müller").text,
        clerk.look(f"/rentals/{three[0]['id']}"),
        clerk.look("/"),
    ]
    addresses = [link for page in pages for link in re.findall(r'(?:href|action)="([^"]*)"', page)]
    assert addresses
    assert [link for link in addresses if re.search("m(ü|%C3%BC|ue)ller|4711|nne", link, re.IGNORECASE)] == []


@pytest.mark.parametrize("path", ["/rentals?kind=all", "/rentals/{id}", "/vehicles/V1003"])
def test_script_in_a_name_is_text(clerk, three, path):
    """Whoever typed it at the planner."""
    text = clerk.look(path.format(id=three[2]["id"]))
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert "&lt;img src=x onerror=alert(2)&gt;" in text


def test_a_page_tells_all_of_a_rental(clerk, planner, three, words_of):
    """Period, vehicle, customer, price, note, where it came from, what happened to it."""
    first = three[0]
    text = clerk.look(f"/rentals/{first['id']}")
    words = words_of(text)
    for expected in (
        first["id"], "Reserviert", first["vehicle"]["licence_plate"], first["vehicle"]["make"], "Kindersitz bitte",
        "Frau Änne Müller-Lüdenscheidt", "Weg 1", "76133 Karlsruhe", "0721 1", "0171 2", "aenne@example.org", "4711",
        "2 Tage zu", "Stand Nr. 1", "Werkstattplaner, Standort main, Termin A-",
    ):  # fmt: skip
        assert expected in words, expected
    assert f"{first['price']['amount'].replace('.', ',')}\N{NO-BREAK SPACE}€" in text


def test_a_page_tells_the_planned_end_and_why_it_was_cancelled(clerk, planner, words_of):
    """Where there is one."""
    rental = planner.book("V1001", planner.at(3), planner.at(5))
    assert "Geplantes Ende" not in clerk.look(f"/rentals/{rental['id']}")
    planner.change_end(rental, planner.at(6))
    assert "Geplantes Ende" in clerk.look(f"/rentals/{rental['id']}")
    other = planner.book("V1002", planner.at(3), planner.at(5))
    planner.http.post(
        f"/api/planner/v1/rentals/{other['id']}/cancellation",
        json={"reason": "Kunde <kommt> nicht"},
        headers={"Idempotency-Key": "k"},
    )
    assert "Grund der Stornierung Kunde <kommt> nicht" in words_of(clerk.look(f"/rentals/{other['id']}"))


def test_times_are_on_the_accounts_wall_clock(clerk, planner, words_of):
    """Summer and winter, and the end without its day where that is the same."""
    summer = planner.book("V1001", "2031-07-01T06:30:00Z", "2031-07-01T16:00:00Z")
    winter = planner.book("V1001", "2031-12-01T06:30:00Z", "2031-12-02T16:00:00Z")
    assert "01.07.2031, 08:30 – 18:00" in words_of(clerk.look(f"/rentals/{summer['id']}"))
    assert "01.12.2031, 07:30 – 02.12.2031, 17:00" in words_of(clerk.look(f"/rentals/{winter['id']}"))
    assert "01/07/2031, 08:30 – 18:00" in words_of(clerk.look(f"/rentals/{summer['id']}", language="en"))
