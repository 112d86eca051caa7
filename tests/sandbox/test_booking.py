"""Book a vehicle."""

import pytest

BASE = "/api/planner/v1"


def test_a_booking_is_answered_with_the_rental(planner):
    """201, where it is, which state it has, and everything about it."""
    start, end = planner.at(3, 8), planner.at(5, 9)
    vehicle = planner.free_vehicle(start, end)
    answer = planner.try_book(
        vehicle, start, end, note="Kindersitz vorn", external_reference="i/main/A-1/c-1"
    )
    rental = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{BASE}/rentals/{rental['id']}"
    assert answer.headers["etag"] == f'"{rental["revision"]}"'
    assert (rental["status"], rental["external_reference"]) == ("reserved", "i/main/A-1/c-1")
    assert rental["end"] == rental["planned_end"]
    assert rental["customer"] == {"source": "manual", "last_name": "Beispiel", "city": "Köln"}
    assert rental["vehicle"]["id"] == vehicle
    assert rental["web_url"] == f"{str(planner.http.base_url).rstrip('/')}/rentals/{rental['id']}"
    # two days and an hour are three days begun
    rate = int(rental["vehicle"]["daily_rate"]["amount"].replace(".", ""))
    assert int(rental["price"]["amount"].replace(".", "")) == 3 * rate
    assert planner.http.get(answer.headers["location"]).json() == rental


def test_a_booked_vehicle_is_no_longer_offered(planner):
    """The search shows what is free in the whole period."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(5))
    planner.book(vehicle, planner.at(3), planner.at(5))
    offered = [each["id"] for each in planner.search(planner.at(4), planner.at(6))["items"]]
    assert vehicle not in offered


def test_back_to_back_rentals_are_legal(planner):
    """Periods are half-open: one may begin where another ends."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    planner.book(vehicle, planner.at(5), planner.at(7))
    assert planner.try_book(vehicle, planner.at(3), planner.at(5)).status_code == 201
    assert planner.try_book(vehicle, planner.at(7), planner.at(9)).status_code == 201


@pytest.mark.parametrize(("start", "end"), [(4, 6), (5.5, 6), (6, 8), (4, 8), (5, 7), (6.999, 9)])
def test_an_overlap_is_refused_with_the_period_in_the_way(planner, start, end):
    """The loser learns when the vehicle is taken."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    first = planner.book(vehicle, planner.at(5), planner.at(7))
    answer = planner.try_book(vehicle, planner.at(start), planner.at(end))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": first["start"], "end": first["end"]}


def test_times_are_compared_as_instants(planner):
    """An offset moves the clock face, not the instant."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    rental = planner.book(
        vehicle, planner.at(5, 8).replace("+00:00", "+02:00"), planner.at(5, 9).replace("+00:00", "+02:00")
    )
    assert rental["start"] == planner.at(5, 6).replace("+00:00", "Z")
    assert planner.try_book(vehicle, planner.at(5, 7), planner.at(5, 8)).status_code == 201


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (-1, 2, "period_in_past"),
        (-3, -2, "period_in_past"),
        (3, 3, "period_invalid"),
        (4, 3, "period_invalid"),
        (3, 3 + 731, "period_invalid"),
    ],
)
def test_a_period_must_lie_in_the_future_and_end_after_it_starts(visitor, start, end, code):
    """The same for a booking and for a search."""
    vehicle = visitor.free_vehicle(visitor.at(3), visitor.at(4))
    booked = visitor.try_book(vehicle, visitor.at(start), visitor.at(end))
    searched = visitor.get("/vehicles", start=visitor.at(start), end=visitor.at(end))
    assert (booked.status_code, booked.json()["code"]) == (422, code)
    assert (searched.status_code, searched.json()["code"]) == (422, code)


def test_the_sandboxs_clock_decides_what_is_past(planner):
    """A start at this very instant is no longer in the future; a microsecond later is."""
    now = planner.at(10)
    planner.clock(now)
    vehicle = planner.free_vehicle(planner.at(11), planner.at(12))
    assert planner.try_book(vehicle, now, planner.at(12)).json()["code"] == "period_in_past"
    assert (
        planner.try_book(vehicle, now.replace("+00:00", ".000001+00:00"), planner.at(12)).status_code == 201
    )


def test_an_unknown_vehicle_is_a_fault_of_the_request(visitor):
    """422 at /vehicle_id."""
    answer = visitor.try_book("V9", visitor.at(3), visitor.at(4))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"] == "/vehicle_id"


def test_a_reference_is_booked_once(planner):
    """The second net: another key, the same reference, and the first rental comes back, whatever became of it."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    first = planner.book(vehicle, planner.at(3), planner.at(4), external_reference="same")
    for _ in range(2):
        answer = planner.try_book(vehicle, planner.at(3), planner.at(4), external_reference="same")
        assert (answer.status_code, answer.json()["code"]) == (409, "reference_exists")
        assert answer.json()["rental"]["id"] == first["id"]
        planner.cancel(first)


def test_replacing_cancels_and_books_in_one(planner):
    """The same vehicle can be booked anew for a period that overlaps the old one."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    old = planner.book(vehicle, planner.at(3), planner.at(5))
    new = planner.book(vehicle, planner.at(4), planner.at(6), replaces=old["id"])
    assert (planner.read(old)["status"], new["status"]) == ("cancelled", "reserved")


def test_a_refused_replacement_leaves_the_old_rental(planner):
    """Both or nothing."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    old = planner.book(vehicle, planner.at(3), planner.at(5))
    planner.book(vehicle, planner.at(6), planner.at(7))
    answer = planner.try_book(vehicle, planner.at(4), planner.at(7), replaces=old["id"])
    assert answer.json()["code"] == "vehicle_unavailable"
    assert planner.read(old) == old


def test_what_cannot_be_replaced_is_refused(planner):
    """An unknown rental is a fault of the request, one that was handed out is closed for this."""
    vehicle = planner.free_vehicle(planner.at(3), planner.at(9))
    unknown = planner.try_book(vehicle, planner.at(3), planner.at(5), replaces="R9")
    assert unknown.json()["errors"][0]["pointer"] == "/replaces"
    old = planner.book(vehicle, planner.at(3), planner.at(5))
    planner.desk(old, "hand_out")
    assert (
        planner.try_book(vehicle, planner.at(6), planner.at(7), replaces=old["id"]).json()["code"]
        == "rental_closed"
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"customer": {"source": "manual", "last_name": "X", "age": 3}}, "/customer/age"),
        ({"customer": {"source": "manual"}}, "/customer/last_name"),
        ({"customer": {"source": "dms", "last_name": "X"}}, "/customer/number"),
        ({"customer": {"source": "other", "last_name": "X"}}, "/customer/source"),
        ({"vehicle_id": 7}, "/vehicle_id"),
        ({"vehicle_id": "../x"}, "/vehicle_id"),
        ({"start": "2031-03-03T08:00:00"}, "/start"),
        ({"start": "2031-13-03T08:00:00Z"}, "/start"),
        ({"end": "2031-02-29T08:00:00Z"}, "/end"),
        ({"external_reference": ""}, "/external_reference"),
        ({"external_reference": "x" * 256}, "/external_reference"),
        ({"external_reference": None}, "/external_reference"),
        ({"note": 5}, "/note"),
    ],
)
def test_a_wrong_field_is_named(visitor, change, pointer):
    """422 with the pointer of what is wrong, and never with what was sent."""
    answer = visitor.try_book("V1001", visitor.at(3), visitor.at(4), **change)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_turnaround_keeps_vehicles_free_between_rentals(planner_of, request):
    """With half an hour between two rentals, nothing begins sooner; search, booking and extension agree."""
    from carloop_sandbox.running import run_sandbox
    from carloop_sandbox.store import Fleet

    with (
        run_sandbox(fleet=Fleet(vehicles=1, rentals=False, turnaround_minutes=30)) as sandbox,
        planner_of(sandbox) as planner,
    ):
        vehicle = planner.free_vehicle(planner.at(3), planner.at(4))
        first = planner.book(vehicle, planner.at(3, 8), planner.at(3, 10))
        assert planner.get("/account").json()["limits"]["turnaround_minutes"] == 30
        assert planner.search(planner.at(3, 10.25), planner.at(3, 12))["next_free"] == planner.at(
            3, 10.5
        ).replace("+00:00", "Z")
        assert planner.try_book(vehicle, planner.at(3, 10.25), planner.at(3, 12)).status_code == 409
        assert planner.try_book(vehicle, planner.at(3, 6), planner.at(3, 7.75)).status_code == 409
        assert planner.try_book(vehicle, planner.at(3, 10.5), planner.at(3, 12)).status_code == 201
        assert planner.try_book(vehicle, planner.at(3, 6), planner.at(3, 7.5)).status_code == 201
        assert planner.change_end(first, planner.at(3, 10.25)).json()["code"] == "vehicle_unavailable"
