"""POST /sandbox/desk: hand out, take back, swap and cancel at the rental desk."""

import pytest


def test_a_vehicle_goes_out_and_comes_back_early(planner, rental):
    """It ends when it is taken back, the planned end stays, and the vehicle is free again."""
    planner.clock(planner.at(3.5))
    out = planner.desk(rental, "hand_out")
    assert (out.status_code, out.json()["status"], out.json()["revision"]) == (200, "picked_up", 2)
    planner.clock(planner.at(4))
    back = planner.desk(rental, "take_back").json()
    assert (back["status"], back["end"], back["planned_end"]) == ("returned", planner.at(4), rental["end"])
    assert planner.try_book("V1001", planner.at(4.1), planner.at(5)).status_code == 201


def test_a_vehicle_handed_out_before_its_time_keeps_its_period(planner, rental):
    """A rental before it stays as it is; taken back before its start, it still ends after its start."""
    between = planner.book("V1001", planner.at(1), planner.at(2))
    out = planner.desk(rental, "hand_out").json()
    assert (out["start"], out["end"], out["status"]) == (rental["start"], rental["end"], "picked_up")
    assert planner.read(between) == between
    answer = planner.try_book("V1001", planner.at(3.5), planner.at(6))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert planner.try_book("V1001", planner.at(5), planner.at(6)).status_code == 201
    back = planner.desk(rental, "take_back").json()
    assert back["start"] < back["end"] < back["planned_end"]


def test_an_overdue_vehicle_is_held_until_it_is_taken_back(planner, rental):
    """It blocks searches, bookings and swaps however far ahead; it can still be extended."""
    planner.clock(planner.at(4))
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(6))
    assert "V1001" not in planner.free(planner.at(8), planner.at(9))
    answer = planner.try_book("V1001", planner.at(8), planner.at(9))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    other = planner.book("V1002", planner.at(8), planner.at(9))
    assert planner.desk(other, "swap", vehicle_id="V1001").status_code == 409
    longer = planner.change_end(planner.read(rental), planner.at(7))
    assert (longer.status_code, longer.json()["end"]) == (200, planner.at(7))
    back = planner.desk(rental, "take_back").json()
    assert (back["end"], back["planned_end"]) == (planner.at(6), rental["end"])
    assert planner.try_book("V1001", planner.at(8), planner.at(9)).status_code == 201


def test_the_vehicle_is_swapped(planner, rental):
    """Another vehicle at the agreed price; the first is free again; one that is taken is refused."""
    planner.desk(rental, "hand_out")
    swapped = planner.desk(rental, "swap", vehicle_id="V1002")
    assert (swapped.status_code, swapped.json()["vehicle"]["id"]) == (200, "V1002")
    assert swapped.json()["price"] == rental["price"]
    other = planner.book("V1001", planner.at(3), planner.at(5))
    assert planner.try_book("V1002", planner.at(3), planner.at(5)).status_code == 409
    answer = planner.desk(rental, "swap", vehicle_id="V1001")
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": other["start"], "end": other["end"]}
    assert planner.read(rental) == swapped.json()


def test_a_vehicle_that_is_still_out_is_not_handed_out(planner, rental):
    """Nor swapped in for one that is out; a reserved rental may have it, since until then it may be back."""
    other = planner.book("V1002", planner.at(6), planner.at(8))
    planner.desk(other, "hand_out")  # long before its time
    swapped = planner.desk(rental, "swap", vehicle_id="V1002").json()
    answer = planner.desk(rental, "hand_out")
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": other["start"], "end": other["end"]}
    assert planner.read(rental) == swapped
    planner.desk(rental, "swap", vehicle_id="V1001")
    assert planner.desk(rental, "hand_out").status_code == 200
    answer = planner.desk(rental, "swap", vehicle_id="V1002")
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert planner.read(rental)["vehicle"]["id"] == "V1001"
    planner.desk(other, "take_back")
    assert planner.desk(rental, "swap", vehicle_id="V1002").status_code == 200


@pytest.mark.parametrize(
    ("before", "refused", "code"),
    [
        ([], ["take_back"], "wrong_status"),
        (["hand_out"], ["hand_out", "cancel"], "wrong_status"),
        (["hand_out", "take_back"], ["hand_out", "take_back", "cancel", "swap"], "rental_closed"),
        (["cancel", "cancel"], ["hand_out", "take_back", "swap"], "rental_closed"),
    ],
    ids=["reserved", "picked up", "returned", "cancelled"],
)
def test_actions_that_the_status_forbids_are_refused(planner, rental, before, refused, code):
    """409 with a reason that does not name the rental; to cancel once more changes nothing."""
    for action in before:
        assert planner.desk(rental, action).status_code == 200
    for action in refused:
        answer = planner.desk(rental, action, vehicle_id="V1002")
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert rental["id"] not in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ({"rental_id": "R1", "action": "hand_out"}, 404, []),
        ({"action": "sell"}, 422, ["/action"]),
        ({"action": "swap"}, 422, ["/vehicle_id"]),
        ({"action": "swap", "vehicle_id": "V9"}, 422, ["/vehicle_id"]),
        ({"rental_id": 1, "action": "hand_out"}, 422, ["/rental_id"]),
        ({"action": "hand_out", "why": "x"}, 422, ["/why"]),
    ],
)
def test_a_wrong_request_is_refused(planner, rental, body, status, pointers):
    """With a pointer to the field that is wrong."""
    answer = planner.http.post("/sandbox/desk", json={"rental_id": rental["id"]} | body)
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json().get("errors", [])] == pointers
