"""POST /rentals: book a vehicle."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from carloop_sandbox.running import run_sandbox
from carloop_sandbox.store import Fleet
from tests.support.interface import planner_of

BASE = "/api/planner/v1"


def test_a_booking_is_answered_with_the_rental(planner):
    """201, with Location, ETag and the whole rental, which can be read again; its vehicle is no longer free."""
    start, end = planner.at(3, 8), planner.at(5, 9)
    answer = planner.try_book("V1001", start, end, note="Kindersitz", external_reference="i/main/A-1/c-1")
    rental = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{BASE}/rentals/{rental['id']}"
    assert answer.headers["etag"] == f'"{rental["revision"]}"'
    assert (rental["status"], rental["external_reference"]) == ("reserved", "i/main/A-1/c-1")
    assert (rental["start"], rental["end"], rental["planned_end"]) == (start, end, end)
    assert rental["customer"] == {"source": "manual", "last_name": "Beispiel", "city": "Köln"}
    assert rental["vehicle"]["id"] == "V1001"
    assert rental["web_url"] == f"{str(planner.http.base_url).rstrip('/')}/rentals/{rental['id']}"
    # two days and an hour cost three days
    rate = int(rental["vehicle"]["daily_rate"]["amount"].replace(".", ""))
    assert int(rental["price"]["amount"].replace(".", "")) == 3 * rate
    assert planner.http.get(answer.headers["location"]).json() == rental
    assert "V1001" not in planner.free(planner.at(4), planner.at(6))


def test_back_to_back_rentals_are_legal(planner):
    """Periods are half-open: one may begin where another ends."""
    planner.book("V1001", planner.at(5), planner.at(7))
    assert planner.try_book("V1001", planner.at(3), planner.at(5)).status_code == 201
    assert planner.try_book("V1001", planner.at(7), planner.at(9)).status_code == 201


@pytest.mark.parametrize(("start", "end"), [(4, 6), (5.5, 6), (4, 8), (6.999, 9)])
def test_an_overlap_is_refused_with_the_conflicting_period(planner, start, end):
    """409 `vehicle_unavailable`, with the period of the other rental."""
    first = planner.book("V1001", planner.at(5), planner.at(7))
    answer = planner.try_book("V1001", planner.at(start), planner.at(end))
    assert (answer.status_code, answer.json()["code"]) == (409, "vehicle_unavailable")
    assert answer.json()["conflict"] == {"start": first["start"], "end": first["end"]}


def test_times_are_compared_as_instants(planner):
    """08:00 at +02:00 is 06:00 in UTC."""
    period = (planner.at(5, hour).replace("Z", "+02:00") for hour in (8, 9))
    assert planner.book("V1001", *period)["start"] == planner.at(5, 6)
    assert planner.try_book("V1001", planner.at(5, 7), planner.at(5, 8)).status_code == 201


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (-1, 2, "period_in_past"),
        (3, 3, "period_invalid"),
        (4, 3, "period_invalid"),
        (3, 3 + 731, "period_invalid"),
    ],
)
def test_a_period_must_lie_in_the_future_and_end_after_it_starts(planner, start, end, code):
    """422, for a booking and for a search."""
    start, end = planner.at(start), planner.at(end)
    for answer in (planner.try_book("V1001", start, end), planner.get("/vehicles", start=start, end=end)):
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_sandboxs_clock_decides_what_is_past(planner):
    """A start at this very instant is no longer in the future; a microsecond later is."""
    now = planner.at(10)
    planner.clock(now)
    assert planner.try_book("V1001", now, planner.at(12)).json()["code"] == "period_in_past"
    assert planner.try_book("V1001", now.replace("Z", ".000001Z"), planner.at(12)).status_code == 201


def test_a_reference_is_booked_once(planner):
    """With another key, the same reference is refused with the first rental, whatever became of it."""
    first = planner.book("V1001", planner.at(3), planner.at(4), external_reference="same")
    for _ in range(2):
        answer = planner.try_book("V1001", planner.at(3), planner.at(4), external_reference="same")
        assert (answer.status_code, answer.json()["code"]) == (409, "reference_exists")
        assert answer.json()["rental"]["id"] == first["id"]
        planner.cancel(first)


def test_replacing_cancels_and_books_in_one(planner, rental):
    """Also for a period that overlaps the old one; both or nothing; a rental that is out is not replaced."""
    planner.book("V1001", planner.at(6), planner.at(7))
    refused = planner.try_book("V1001", planner.at(4), planner.at(7), replaces=rental["id"])
    assert (refused.json()["code"], planner.read(rental)) == ("vehicle_unavailable", rental)
    new = planner.book("V1001", planner.at(4), planner.at(6), replaces=rental["id"])
    assert (planner.read(rental)["status"], new["status"]) == ("cancelled", "reserved")
    planner.desk(new, "hand_out")
    refused = planner.try_book("V1001", planner.at(7), planner.at(8), replaces=new["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "rental_closed")
    unknown = planner.try_book("V1001", planner.at(7), planner.at(8), replaces="R9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


def test_replacing_is_done_once_and_seen_in_the_feed(planner, rental):
    """The same car moved by an hour: the same key gives the same answer, and both rentals have changed since."""
    period = planner.at(3, 1), planner.at(5, 1)
    first, again = (
        planner.try_book("V1001", *period, key="r", external_reference="r", replaces=rental["id"])
        for _ in range(2)
    )
    assert (first.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert again.json() == first.json()
    feed = planner.get("/rentals", updated_since=rental["updated_at"]).json()["items"]
    assert [(each["id"], each["status"], each["revision"]) for each in feed] == [
        (rental["id"], "cancelled", 2),
        (first.json()["id"], "reserved", 1),
    ]
    assert feed[0]["updated_at"] > rental["updated_at"]


def test_only_the_rental_that_was_seen_is_replaced(planner, rental):
    """If-Match names its revision; the desk has swapped the vehicle since."""
    planner.desk(rental, "swap", vehicle_id="V1002")
    period, own = (planner.at(3), planner.at(4)), {"replaces": rental["id"]}
    stale = planner.try_book("V1001", *period, headers={"If-Match": '"1"'}, **own)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_elsewhere")
    assert planner.try_book("V1001", *period, headers={"If-Match": '"2"'}, **own).status_code == 201


def test_no_moment_has_two_rentals_or_none(planner, sandbox):
    """Eight planners replace one rental again and again: after each transaction its appointment has exactly one."""
    current = [planner.book("V1001", planner.at(3), planner.at(5), external_reference="i/main/A-R/0")]

    def attempt(number):
        reference = f"i/main/A-R/{len(current)}-{number}"
        vehicle, own = f"V{1001 + number}", current[-1]["id"]
        return planner.try_book(
            vehicle, planner.at(3), planner.at(5), external_reference=reference, replaces=own
        )

    for _ in range(6):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(attempt, range(8)))
        (booked,) = [answer.json() for answer in answers if answer.status_code == 201]
        assert {a.json()["code"] for a in answers if a.status_code != 201} == {"rental_closed"}
        current.append(booked)
    planner.cancel(current[-1])
    history = sandbox.controls.history()
    assert [each["active"] for each in history if each["appointment"] == "i/main/A-R"] == [1] * 7 + [0]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"customer": {"source": "manual", "last_name": "X", "age": 3}}, "/customer/age"),
        ({"customer": {"source": "manual"}}, "/customer/last_name"),
        ({"customer": {"source": "dms", "last_name": "X"}}, "/customer/number"),
        ({"vehicle_id": 7}, "/vehicle_id"),
        ({"vehicle_id": "V9"}, "/vehicle_id"),
        ({"end": "2031-02-29T08:00:00Z"}, "/end"),
        ({"external_reference": "x" * 256}, "/external_reference"),
    ],
)
def test_a_wrong_field_is_named(planner, change, pointer):
    """422, with a pointer to the field."""
    answer = planner.try_book("V1001", planner.at(3), planner.at(4), **change)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_turnaround_separates_rentals():
    """With a turnaround of half an hour, nothing begins sooner: search, booking and extension agree."""
    fleet = Fleet(vehicles=1, rentals=False, turnaround_minutes=30)
    with run_sandbox(fleet=fleet) as sandbox, planner_of(sandbox) as planner:
        assert planner.get("/account").json()["limits"]["turnaround_minutes"] == 30
        first = planner.book("V1001", planner.at(3, 8), planner.at(3, 10))
        found = planner.search(planner.at(3, 10.25), planner.at(3, 12))
        assert found["next_free"] == planner.at(3, 10.5)
        for start, end, status in ((10.25, 12, 409), (6, 7.75, 409), (10.5, 12, 201), (6, 7.5, 201)):
            answer = planner.try_book("V1001", planner.at(3, start), planner.at(3, end))
            assert answer.status_code == status
        assert planner.change_end(first, planner.at(3, 10.25)).json()["code"] == "vehicle_unavailable"
