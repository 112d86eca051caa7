"""Change the end of a rental, and cancel it."""

import pytest


@pytest.fixture
def rental(planner):
    """A reserved rental from day 3 to day 5."""
    return planner.book("V1001", planner.at(3), planner.at(5))


def z(time):
    """Give a time as the sandbox writes it."""
    return time.replace("+00:00", "Z")


def test_the_end_moves_and_the_planned_end_stays(planner, rental):
    """An earlier or later end keeps the first planned end beside it; each change is a revision."""
    later = planner.change_end(rental, planner.at(6))
    assert later.status_code == 200
    assert (later.json()["end"], later.json()["planned_end"]) == (z(planner.at(6)), rental["end"])
    assert later.headers["etag"] == f'"{rental["revision"] + 1}"'
    earlier = planner.change_end(later.json(), planner.at(4))
    assert (earlier.json()["end"], earlier.json()["planned_end"]) == (z(planner.at(4)), rental["end"])
    assert earlier.json()["updated_at"] > later.json()["updated_at"] > rental["updated_at"]
    assert planner.read(rental) == earlier.json()


def test_a_running_rental_can_be_extended_and_shortened(planner, rental):
    """Its start is past; that is no reason to refuse a new end that is not."""
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(4))
    running = planner.read(rental)
    longer = planner.change_end(running, planner.at(7))
    assert (longer.status_code, longer.json()["status"]) == (200, "picked_up")
    shorter = planner.change_end(longer.json(), planner.at(4.5))
    assert shorter.status_code == 200


@pytest.mark.parametrize(
    ("end", "code"), [(3.9, "period_in_past"), (4, "period_in_past"), (1, "period_in_past")]
)
def test_the_new_end_must_lie_in_the_future(planner, rental, end, code):
    """By the sandbox's clock."""
    planner.clock(planner.at(4))
    answer = planner.change_end(rental, planner.at(end))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("end", [2.5, 3])
def test_the_new_end_must_lie_after_the_start(planner, rental, end):
    """Half-open, and never empty."""
    answer = planner.change_end(rental, planner.at(end))
    assert (answer.status_code, answer.json()["code"]) == (422, "period_invalid")


def test_an_extension_into_another_rental_is_refused(planner, rental):
    """With the period in the way; up to it is fine."""
    other = planner.book("V1001", planner.at(6), planner.at(7))
    answer = planner.change_end(rental, planner.at(6.5))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": other["start"], "end": other["end"]}
    assert planner.read(rental) == rental
    assert planner.change_end(rental, planner.at(6)).status_code == 200


def test_nothing_but_the_end_can_be_changed(planner, rental):
    """Each other field is named."""
    answer = planner.change_end(rental, planner.at(6), vehicle_id="V1002", **{"a/b~": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "rental_immutable")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/a~1b~0", "/vehicle_id"]
    assert planner.read(rental) == rental


@pytest.mark.parametrize(
    "body", ["{}", '{"end": null}', '{"end": "tomorrow"}', '{"end": "2031-03-03"}', "[]", '"x"', "null", "1"]
)
def test_a_malformed_change_is_refused(planner, rental, body):
    """422 with a pointer."""
    headers = {"Idempotency-Key": "k", "If-Match": '"1"', "Content-Type": "application/json"}
    answer = planner.http.patch(f"/api/planner/v1/rentals/{rental['id']}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


def test_a_change_needs_the_revision_it_is_based_on(planner, rental):
    """Without If-Match 428; with another revision 412; nothing happens."""
    missing = planner.change_end(rental, planner.at(6), if_match=None)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    for tag in ('"2"', 'W/"1"', '"x"', "nonsense", '"2", "3"'):
        stale = planner.change_end(rental, planner.at(6), if_match=tag)
        assert (stale.status_code, stale.json()["code"]) == (412, "changed_elsewhere")
    assert planner.read(rental) == rental


@pytest.mark.parametrize("tag", ["*", '"7", "1"', "1"])
def test_other_ways_to_name_the_revision(planner, rental, tag):
    """Any revision, one of several, a number without its marks."""
    assert planner.change_end(rental, planner.at(6), if_match=tag).status_code == 200


def test_the_same_end_again_changes_nothing(planner, rental):
    """No new revision for what is as it was."""
    assert planner.change_end(rental, planner.at(5)).json() == rental


def test_changes_of_what_there_is_not(planner):
    """404 for both."""
    ghost = {"id": "R1", "revision": 1}
    assert planner.change_end(ghost, planner.at(6)).json()["code"] == "not_found"
    assert planner.cancel(ghost).json()["code"] == "not_found"


def test_a_reserved_rental_is_cancelled_once(planner, rental):
    """Again: 200, and nothing changes, also with the old revision."""
    first = planner.cancel(rental, **{"If-Match": '"1"'})
    assert (first.status_code, first.json()["status"], first.json()["revision"]) == (200, "cancelled", 2)
    again = planner.cancel(rental, **{"If-Match": '"1"'})
    assert (again.status_code, again.json()) == (200, first.json())
    assert "idempotent-replay" not in again.headers


def test_a_cancelled_rental_no_longer_holds_its_vehicle(planner, rental):
    """The vehicle can be booked for the same period."""
    planner.cancel(rental)
    assert planner.try_book("V1001", planner.at(3), planner.at(5)).status_code == 201


def test_a_cancellation_may_come_without_a_body(planner, rental):
    """Body and If-Match are optional."""
    answer = planner.http.post(
        f"/api/planner/v1/rentals/{rental['id']}/cancellation", headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_a_cancellation_of_a_stale_revision_is_refused(planner, rental):
    """When If-Match is given it counts."""
    planner.change_end(rental, planner.at(6))
    answer = planner.cancel(rental, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_elsewhere")


@pytest.mark.parametrize("closing", ["returned", "cancelled"])
def test_a_closed_rental_has_no_other_end(planner, rental, closing):
    """Whatever revision is named."""
    if closing == "returned":
        planner.desk(rental, "hand_out")
        planner.desk(rental, "take_back")
    else:
        planner.cancel(rental)
    for tag in ("own", "*"):
        answer = planner.change_end(rental, planner.at(6), if_match=tag)
        assert (answer.status_code, answer.json()["code"]) == (409, "rental_closed")


@pytest.mark.parametrize("actions", [["hand_out"], ["hand_out", "take_back"]])
def test_only_a_reserved_rental_can_be_cancelled(planner, rental, actions):
    """A picked-up one can have its end changed, a returned one nothing."""
    for action in actions:
        planner.desk(rental, action)
    answer = planner.cancel(rental)
    assert (answer.status_code, answer.json()["code"]) == (409, "rental_closed")
