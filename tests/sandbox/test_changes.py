"""PATCH /rentals/{id} and POST /rentals/{id}/cancellation: change the end of a rental, and cancel it."""

import pytest


def test_the_end_moves_and_the_planned_end_stays(planner, rental):
    """Each change is a revision; the first planned end is kept; the same end again changes nothing."""
    later = planner.change_end(rental, planner.at(6))
    assert later.status_code == 200
    assert (later.json()["end"], later.json()["planned_end"]) == (planner.at(6), rental["end"])
    assert later.headers["etag"] == f'"{rental["revision"] + 1}"'
    earlier = planner.change_end(later.json(), planner.at(4)).json()
    assert (earlier["end"], earlier["planned_end"]) == (planner.at(4), rental["end"])
    assert earlier["updated_at"] > later.json()["updated_at"] > rental["updated_at"]
    assert planner.change_end(earlier, planner.at(4)).json() == earlier
    assert planner.read(rental) == earlier


def test_a_running_rental_can_be_extended_and_shortened(planner, rental):
    """That its start is past is no reason to refuse a new end that is not."""
    planner.desk(rental, "hand_out")
    planner.clock(planner.at(4))
    longer = planner.change_end(planner.read(rental), planner.at(7))
    assert (longer.status_code, longer.json()["status"]) == (200, "picked_up")
    assert planner.change_end(longer.json(), planner.at(4.5)).status_code == 200


@pytest.mark.parametrize(
    ("now", "end", "code"), [(4, 4, "period_in_past"), (4, 1, "period_in_past"), (1, 3, "period_invalid")]
)
def test_the_new_end_must_lie_in_the_future_and_after_the_start(planner, rental, now, end, code):
    """422, by the sandbox's clock."""
    planner.clock(planner.at(now))
    answer = planner.change_end(rental, planner.at(end))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_extension_into_another_rental_is_refused(planner, rental):
    """409 with the conflicting period; up to its start is fine."""
    other = planner.book("V1001", planner.at(6), planner.at(7))
    answer = planner.change_end(rental, planner.at(6.5))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": other["start"], "end": other["end"]}
    assert planner.read(rental) == rental
    assert planner.change_end(rental, planner.at(6)).status_code == 200


def test_nothing_but_the_end_can_be_changed(planner, rental):
    """422 `rental_immutable`, with a pointer to each other field."""
    answer = planner.change_end(rental, planner.at(6), vehicle_id="V1002", **{"a/b~": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "rental_immutable")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/a~1b~0", "/vehicle_id"]
    assert planner.read(rental) == rental


@pytest.mark.parametrize("body", ["{}", '{"end": "2031-03-03"}', "[]", "null"])
def test_a_malformed_change_is_refused(planner, rental, body):
    """422 `validation_failed`."""
    headers = {"Idempotency-Key": "k", "If-Match": '"1"', "Content-Type": "application/json"}
    answer = planner.http.patch(f"/api/planner/v1/rentals/{rental['id']}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    ("tag", "status"),
    [(None, 428), ('"2"', 412), ('W/"1"', 412), ('"2", "3"', 412), ("*", 200), ('"7", "1"', 200), ("1", 200)],
)
def test_a_change_needs_the_revision_it_is_based_on(planner, rental, tag, status):
    """Without If-Match 428, with another revision 412; `*`, one of several and a bare number are accepted."""
    answer = planner.change_end(rental, planner.at(6), if_match=tag)
    codes = {428: "precondition_required", 412: "changed_elsewhere", 200: None}
    assert (answer.status_code, answer.json().get("code")) == (status, codes[status])
    assert (planner.read(rental) == rental) is (status != 200)


def test_changes_of_an_unknown_rental(planner):
    """404 for both."""
    unknown = {"id": "R1", "revision": 1}
    assert planner.change_end(unknown, planner.at(6)).json()["code"] == "not_found"
    assert planner.cancel(unknown).json()["code"] == "not_found"


def test_a_reserved_rental_is_cancelled_once(planner, rental):
    """Cancelling again answers 200 and changes nothing, also with the old revision; the vehicle is free."""
    first = planner.cancel(rental, **{"If-Match": '"1"'})
    assert (first.status_code, first.json()["status"], first.json()["revision"]) == (200, "cancelled", 2)
    again = planner.cancel(rental, **{"If-Match": '"1"'})
    assert (again.status_code, again.json()) == (200, first.json())
    assert "idempotent-replay" not in again.headers
    assert planner.try_book("V1001", planner.at(3), planner.at(5)).status_code == 201


def test_a_cancellation_needs_neither_body_nor_revision(planner, rental):
    """If-Match counts when it is given."""
    planner.change_end(rental, planner.at(6))
    answer = planner.cancel(rental, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_elsewhere")
    path = f"/api/planner/v1/rentals/{rental['id']}/cancellation"
    answer = planner.http.post(path, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_a_closed_rental_keeps_its_end(planner, rental):
    """409 `rental_closed`, whatever revision is named; once it was picked up it is not cancelled either."""
    cancelled = planner.book("V1002", planner.at(3), planner.at(5))
    cancelled = planner.desk(cancelled, "cancel").json()
    out = planner.desk(rental, "hand_out").json()
    refused = [planner.cancel(out)]
    returned = planner.desk(rental, "take_back").json()
    refused.append(planner.cancel(returned))
    for closed in (cancelled, returned):
        refused += [planner.change_end(closed, planner.at(6), if_match=tag) for tag in ("own", "*")]
    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (409, "rental_closed")
