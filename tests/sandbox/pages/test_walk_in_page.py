"""A rental made at the desk, and another end of one."""

import re

import pytest

PATH = "/vehicles/V1001/rental"


@pytest.fixture
def fields(planner):
    """What a clerk types for a rental from day 3 to day 5 of 2031-03, by a clock of the day before."""
    planner.clock("2031-03-02T07:05:00Z")
    return {
        "last_name": "Über",
        "phone": "0721 1",
        "start_day": "3.3.",
        "start_time": "8:30",
        "end_day": "05.03.2031",
        "end_time": "17.00",
        "note": "Kindersitz",
    }


def test_a_rental_is_made_at_the_desk(clerk, planner, fields):
    """From the vehicle's page; the vehicle is handed out at once where that is ticked, and then taken."""
    assert f'href="{PATH}"' in clerk.look("/vehicles/V1001")
    form = clerk.look(PATH)
    assert re.findall(r'name="start_(?:day|time)" type="text" value="([^"]*)"', form) == [
        "02.03.2031",
        "08:15",
    ]
    answer = clerk.send(PATH, **fields)
    address = answer.headers["location"]
    assert (answer.status_code, address.partition("?")[2]) == (303, "done=made")
    assert "Der Verleihvorgang ist angelegt." in clerk.look(address)
    made = planner.get(address.partition("?")[0]).json()
    assert (made["status"], made["external_reference"]) == ("reserved", None)
    assert (made["start"], made["end"]) == ("2031-03-03T07:30:00Z", "2031-03-05T16:00:00Z")
    assert made["customer"] == {"source": "manual", "kind": "person", "last_name": "Über", "phone": "0721 1"}
    taken = clerk.send(PATH, **fields)
    assert (taken.status_code, "Ein anderer Verleihvorgang belegt das Fahrzeug." in taken.text) == (409, True)
    at_once = clerk.send("/vehicles/V1002/rental", **fields, hand_out="yes").headers["location"]
    assert planner.get(at_once.partition("?")[0]).json()["status"] == "picked_up"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"last_name": ""}, "Bitte geben Sie einen Nachnamen oder eine Firma ein."),
        ({"start_time": "25:00"}, "Bitte geben Sie Tag und Uhrzeit so ein"),
        ({"end_day": "30.3.2031", "end_time": "2:30"}, "Bitte geben Sie Tag und Uhrzeit so ein"),
        ({"start_day": "1.3."}, "Der Zeitpunkt liegt nicht in der Zukunft."),
        ({"end_day": "3.3.", "end_time": "8:30"}, "Das Ende muss nach dem Beginn liegen"),
    ],
    ids=["nobody", "no time", "skipped hour", "past", "no end"],
)
def test_what_cannot_be_rented_is_said_and_stays_typed(clerk, planner, fields, change, words):
    """With what was typed in its fields; nothing is made."""
    answer = clerk.send(PATH, **fields | change)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'value="0721 1"' in answer.text
    assert planner.get("/rentals").json()["items"] == []


def test_the_end_is_changed_at_the_desk(clerk, planner, rental):
    """As far as the vehicle is free, which the page says; a refusal says what is in the way."""
    other = planner.book("V1001", planner.at(8), planner.at(9))
    path = f"/rentals/{rental['id']}"
    assert "Das Fahrzeug ist bis" in clerk.look(path)
    form = {"action": "change_end", "revision": "1", "end_time": "10:00"}
    days = {day: f"{planner.at(day)[8:10]}.{planner.at(day)[5:7]}.{planner.at(day)[:4]}" for day in (6, 8)}
    refused = clerk.send(path, **form, end_day=days[8])
    assert (refused.status_code, "Sein Zeitraum:" in refused.text) == (409, True)
    assert clerk.send(path, **form, end_day="31.2.").status_code == 422
    changed = clerk.send(path, **form, end_day=days[6])
    assert changed.headers["location"] == f"{path}?done=change_end"
    assert planner.read(rental)["end"].startswith(planner.at(6)[:10])
    planner.cancel(other)
    assert "Ein späterer Verleih ist nicht geplant." in clerk.look(path)


def test_handing_out_early_asks_first(clerk, planner, rental):
    """On the day of the rental the button does it; before that day it opens a question that names the day."""
    path = f"/rentals/{rental['id']}"
    button = 'popovertarget="ask-hand-out"'
    assert (button in clerk.look(path), "Erst für" in clerk.look(path)) == (True, True)
    planner.clock(planner.at(3, 0.5))
    assert (button in clerk.look(path), 'value="hand_out"' in clerk.look(path)) == (False, True)
