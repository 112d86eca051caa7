"""What happens at the rental desk."""

import pytest


@pytest.fixture
def rental(planner):
    """A reserved rental from day 3 to day 5."""
    return planner.book("V1001", planner.at(3), planner.at(5))


def z(time):
    """Give a time as the sandbox writes it."""
    return time.replace("+00:00", "Z")


def test_a_vehicle_goes_out_and_comes_back_early(planner, rental):
    """Taken back early: it ends now, the planned end stays, and the vehicle is free again."""
    planner.clock(planner.at(3.5))
    out = planner.desk(rental, "hand_out")
    assert (out.status_code, out.json()["status"], out.json()["revision"]) == (200, "picked_up", 2)
    planner.clock(planner.at(4))
    back = planner.desk(rental, "take_back").json()
    assert (back["status"], back["end"], back["planned_end"]) == ("returned", z(planner.at(4)), rental["end"])
    assert planner.try_book("V1001", planner.at(4.1), planner.at(5)).status_code == 201


def test_a_vehicle_handed_out_before_its_time_keeps_its_period(planner, rental):
    """What was agreed stays as it is, and nobody else's period is touched."""
    between = planner.book("V1001", planner.at(1), planner.at(2))
    out = planner.desk(rental, "hand_out").json()
    assert (out["start"], out["end"], out["status"]) == (rental["start"], rental["end"], "picked_up")
    assert planner.read(between) == between
    answer = planner.try_book("V1001", planner.at(3.5), planner.at(6))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert planner.try_book("V1001", planner.at(5), planner.at(6)).status_code == 201


def test_handed_out_and_taken_back_before_it_began_ends_after_its_start(planner, rental):
    """A period never ends before it starts."""
    planner.desk(rental, "hand_out")
    back = planner.desk(rental, "take_back").json()
    assert back["start"] < back["end"] < back["planned_end"]


def test_an_overdue_vehicle_is_held_until_it_is_taken_back(planner, rental):
    """Past its end a picked-up rental goes on blocking, in the search and for bookings, however far off."""
    planner.clock(planner.at(4))
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(6))
    assert "V1001" not in [each["id"] for each in planner.search(planner.at(8), planner.at(9))["items"]]
    answer = planner.try_book("V1001", planner.at(8), planner.at(9))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    back = planner.desk(rental, "take_back").json()
    assert (back["end"], back["planned_end"]) == (z(planner.at(6)), rental["end"])
    assert planner.try_book("V1001", planner.at(8), planner.at(9)).status_code == 201


def test_an_overdue_rental_can_still_be_extended(planner, rental):
    """The customer calls late: a new end in the future is fine."""
    planner.clock(planner.at(4))
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(6))
    answer = planner.change_end(planner.read(rental), planner.at(7))
    assert (answer.status_code, answer.json()["end"]) == (200, z(planner.at(7)))


def test_the_vehicle_is_swapped(planner, rental):
    """Another vehicle at the agreed price; the first is free again."""
    planner.desk(rental, "hand_out")
    swapped = planner.desk(rental, "swap", vehicle_id="V1002")
    assert (swapped.status_code, swapped.json()["vehicle"]["id"]) == (200, "V1002")
    assert swapped.json()["price"] == rental["price"]
    offered = [each["id"] for each in planner.search(planner.at(1), planner.at(5))["items"]]
    assert "V1001" in offered
    assert "V1002" not in offered
    assert planner.try_book("V1001", planner.at(3), planner.at(5)).status_code == 201
    assert planner.try_book("V1002", planner.at(3), planner.at(5)).status_code == 409


def test_a_vehicle_that_is_taken_cannot_be_swapped_in(planner, rental):
    """With the period in the way."""
    other = planner.book("V1002", planner.at(4), planner.at(6))
    answer = planner.desk(rental, "swap", vehicle_id="V1002")
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": other["start"], "end": other["end"]}
    assert planner.read(rental) == rental


def test_a_vehicle_that_is_still_out_is_not_handed_out(planner, rental):
    """Whatever period it is out for; the period is named, and once it is back it goes out again."""
    planner.clock(planner.at(1))
    other = planner.book("V1001", planner.at(6), planner.at(8))
    planner.desk(other, "hand_out")  # long before its time
    answer = planner.desk(rental, "hand_out")
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": other["start"], "end": other["end"]}
    assert planner.read(rental) == rental
    planner.desk(other, "take_back")
    assert planner.desk(rental, "hand_out").status_code == 200


def test_a_vehicle_that_is_still_out_is_not_swapped_in_for_one_that_is_out(planner, rental):
    """It could not be handed over; for a reserved rental it is only set down."""
    other = planner.book("V1002", planner.at(6), planner.at(8))
    planner.desk(other, "hand_out")
    reserved = planner.book("V1003", planner.at(3), planner.at(5))
    assert planner.desk(reserved, "swap", vehicle_id="V1002").status_code == 200
    planner.desk(reserved, "swap", vehicle_id="V1003")
    planner.desk(rental, "hand_out")
    answer = planner.desk(rental, "swap", vehicle_id="V1002")
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert planner.read(rental)["vehicle"]["id"] == "V1001"


def test_a_desk_cancellation(planner, rental):
    """Of a reserved rental; again nothing changes."""
    first = planner.desk(rental, "cancel").json()
    assert (first["status"], first["revision"]) == ("cancelled", 2)
    assert planner.desk(rental, "cancel").json() == first


@pytest.mark.parametrize(
    ("before", "action", "code"),
    [
        ([], "take_back", "wrong_status"),
        (["hand_out"], "hand_out", "wrong_status"),
        (["hand_out"], "cancel", "wrong_status"),
        (["hand_out", "take_back"], "hand_out", "rental_closed"),
        (["hand_out", "take_back"], "take_back", "rental_closed"),
        (["hand_out", "take_back"], "cancel", "rental_closed"),
        (["hand_out", "take_back"], "swap", "rental_closed"),
        (["cancel"], "hand_out", "rental_closed"),
        (["cancel"], "swap", "rental_closed"),
    ],
)
def test_what_the_status_forbids_is_refused_with_a_reason(planner, rental, before, action, code):
    """409 and a sentence."""
    for each in before:
        assert planner.desk(rental, each).status_code == 200
    answer = planner.desk(rental, action, vehicle_id="V1002")
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert rental["id"] not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"rental_id": "R1", "action": "hand_out"}, 404, None),
        ({"rental_id": "own", "action": "sell"}, 422, "/action"),
        ({"rental_id": "own", "action": "swap"}, 422, "/vehicle_id"),
        ({"rental_id": "own", "action": "swap", "vehicle_id": "V9"}, 422, "/vehicle_id"),
        ({"rental_id": "own", "action": "swap", "vehicle_id": 9}, 422, "/vehicle_id"),
        ({"rental_id": 1, "action": "hand_out"}, 422, "/rental_id"),
        ({"action": "hand_out"}, 422, "/rental_id"),
        ({"rental_id": "own", "action": "hand_out", "why": ""}, 422, "/why"),
    ],
)
def test_a_wrong_request_is_named(planner, rental, body, status, pointer):
    """With its pointer."""
    if body.get("rental_id") == "own":
        body = {**body, "rental_id": rental["id"]}
    answer = planner.http.post("/sandbox/desk", json=body)
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json().get("errors", [])] == ([pointer] if pointer else [])
