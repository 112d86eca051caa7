"""Every call of the interface, as it goes well."""

from datetime import UTC, datetime

from tests.cassettes.recorder.carloop import CUSTOMER, END, REASON, START, key, reference
from tests.cassettes.recorder.scenario import with_desk_rentals


def health(carloop):
    """Carloop says without a token that it answers."""
    answer = carloop.ask("GET", "/health", token=None)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def document(carloop):
    """Carloop serves the interface's own description."""
    answer = carloop.ask("GET", "/openapi.json")
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")


def account(carloop):
    """The account says who it is, where its cars stand, and what time it is there."""
    found = carloop.ask("GET", "/account").json()
    place = (found["id"], found["time_zone"], found["server_time"])
    assert place == ("autohaus-beispiel", "Europe/Berlin", "2027-03-01T07:00:00Z")
    assert [each["id"] for each in found["stations"]] == ["karlsruhe", "rastatt", "ettlingen"]


def vehicle_classes(carloop):
    """The classes come with a tag, by which they need not come again."""
    _comes_once(carloop, "/vehicle-classes", first="kleinwagen")


def vehicle_features(carloop):
    """The features come with a tag, by which they need not come again, and in English where that is asked for."""
    _comes_once(carloop, "/vehicle-features", first="automatik")
    english = carloop.ask("GET", "/vehicle-features", headers={"Accept-Language": "en"})
    assert (english.headers["content-language"], english.json()["items"][0]["name"]) == ("en", "Automatic")


def search(carloop):
    """A search by two classes and two features finds vehicles of either class that have both features."""
    found = _search(
        carloop,
        vehicle_class=["kompaktklasse", "kombi", "suv"],
        vehicle_feature=["klimaanlage", "navigationssystem"],
    )
    assert found["matching"] == len(found["items"]) > 0
    assert {each["vehicle_class"] for each in found["items"]} <= {"kompaktklasse", "kombi", "suv"}
    assert all({"klimaanlage", "navigationssystem"} <= set(each["features"]) for each in found["items"])


def search_pages(carloop):
    """A search is read page by page, each vehicle once, in the order of station, class, plate and id."""
    found = []
    cursor, pages = None, 0
    while True:
        page = _search(carloop, limit=3, **({"cursor": cursor} if cursor else {}))
        found, cursor, pages = found + page["items"], page["next_cursor"], pages + 1
        if cursor is None:
            break
    places = [(each["station"], each["vehicle_class"], each["licence_plate"], each["id"]) for each in found]
    assert (pages, len(set(places)), places) == (3, 8, sorted(places))


def search_none_free(carloop):
    """Where all that match are rented, a search says how many, and when the first is back."""
    carloop.booked(vehicle_id="V1005")
    found = _search(carloop, vehicle_class="suv")
    assert (found["items"], found["matching"], found["busy"], found["next_free"]) == ([], 1, 1, END)


def quote(carloop):
    """A quote says what a rental, or another end of one, would cost, and until when it could go."""
    rental = carloop.booked()
    whole = carloop.ask("GET", f"/rentals/{rental['id']}/quote", params={"end": END}).json()
    assert whole == {"available": True, "price": rental["price"], "free_until": None}
    period = {"start": "2027-03-01T08:00:00Z", "end": END}
    taken = carloop.ask("GET", f"/vehicles/{rental['vehicle']['id']}/quote", params=period).json()
    assert (taken["available"], taken["free_until"]) == (False, START)


def book(carloop):
    """A booking answers with the rental; the same one again with the same, said to be a replay."""
    first, again = carloop.book(), carloop.book()
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.headers["location"], first.headers["etag"]) == ("/api/planner/v1/rentals/R100001", '"1"')
    assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
    assert first.json() == again.json()
    rental = first.json()
    assert (rental["external_reference"], rental["status"]) == (reference(1), "reserved")
    assert (rental["start"], rental["end"], rental["customer"]) == (START, END, CUSTOMER)
    assert rental["web_url"] == f"{carloop.base_url}/rentals/R100001"


def book_instead(carloop):
    """A booking may replace another, which is cancelled with it."""
    old = carloop.booked()
    new = carloop.booked(2, replaces=old["id"])
    assert (new["id"], new["vehicle"]["id"]) != (old["id"], "")
    assert carloop.ask("GET", f"/rentals/{old['id']}").json()["status"] == "cancelled"


def read(carloop):
    """A rental is read as it stands, with its tag."""
    rental = carloop.booked()
    answer = carloop.ask("GET", f"/rentals/{rental['id']}")
    assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', rental)


def find_by_reference(carloop):
    """A rental is found by the planner's reference, and one that was never made is not."""
    rental = carloop.booked()
    assert _list(carloop, external_reference=reference(1)) == ([rental], None)
    assert _list(carloop, external_reference=reference(2)) == ([], None)


@with_desk_rentals
def feed(carloop):
    """What changed since a time comes page by page; rentals of the desk carry no reference."""
    since = {"updated_since": "2027-02-17T00:00:00Z", "limit": 2}
    carloop.booked(1, start="2027-09-06T06:00:00Z", end="2027-09-07T15:00:00Z")
    first, cursor = _list(carloop, **since)
    found = list(first)
    while cursor:
        items, cursor = _list(carloop, **since, cursor=cursor)
        found += items
    stamps = [each["updated_at"] for each in found]
    assert (len(first), stamps) == (2, sorted(set(stamps)))
    references = [each["external_reference"] for each in found]
    assert (references[-1], set(references[:-1])) == (reference(1), {None})


def change_end(carloop):
    """A changed end is a new revision, beside the end first planned."""
    rental = carloop.booked()
    answer = carloop.change_end(rental, "2027-03-05T10:00:00Z")
    changed = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (changed["end"], changed["planned_end"]) == ("2027-03-05T10:00:00Z", END)


def change_end_of_a_running_rental(carloop):
    """A rental whose start is past can be extended, and shortened down to now."""
    rental = carloop.booked()
    carloop.controls.desk(rental["id"], "hand_out")
    carloop.clock.move_to(datetime(2027, 3, 4, 12, tzinfo=UTC))
    running = carloop.ask("GET", f"/rentals/{rental['id']}").json()
    longer = carloop.change_end(running, "2027-03-06T10:00:00Z", number=2).json()
    shorter = carloop.change_end(longer, "2027-03-04T12:30:00Z", number=3).json()
    assert [running["status"], longer["status"], shorter["status"]] == ["picked_up"] * 3
    assert (longer["end"], shorter["end"]) == ("2027-03-06T10:00:00Z", "2027-03-04T12:30:00Z")


def cancel(carloop):
    """A cancelled rental stays as it is when it is cancelled again."""
    rental = carloop.booked()
    first = carloop.cancel(rental, reason=REASON)
    again = carloop.cancel(rental, number=3)
    assert (first.status_code, first.json()["status"], first.json()["revision"]) == (200, "cancelled", 2)
    assert (again.status_code, again.json()) == (200, first.json())


def cancel_without_a_body(carloop):
    """A cancellation needs no body; with If-Match it concerns that revision alone."""
    rental = carloop.booked()
    headers = {"Idempotency-Key": key(2), "If-Match": '"1"'}
    answer = carloop.ask("POST", f"/rentals/{rental['id']}/cancellation", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def _comes_once(carloop, path, *, first):
    answer = carloop.ask("GET", path)
    assert (answer.status_code, answer.json()["items"][0]["id"]) == (200, first)
    tag = answer.headers["etag"]
    again = carloop.ask("GET", path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def _search(carloop, **params):
    answer = carloop.ask("GET", "/vehicles", params={"start": START, "end": END} | params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _list(carloop, **params):
    answer = carloop.ask("GET", "/rentals", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"], answer.json()["next_cursor"]
