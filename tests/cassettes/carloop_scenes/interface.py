"""Every call of the interface, as it goes well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from carloop_scenes.scene import Playbill
from carloop_scenes.stage import CUSTOMER, END, START, Stage, key, reference

scene = Playbill("interface")
SCENES = scene.scenes


@scene
def health(stage: Stage) -> None:
    """Carloop says without a token that it answers."""
    answer = stage.ask("GET", "/health", token=None)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@scene
def document(stage: Stage) -> None:
    """Carloop serves the interface's own description."""
    answer = stage.ask("GET", "/openapi.json")
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")


@scene
def account(stage: Stage) -> None:
    """The account says who it is, where its cars stand, and what time it is there."""
    found = stage.ask("GET", "/account").json()
    assert (found["id"], found["time_zone"], found["server_time"]) == (
        "autohaus-beispiel",
        "Europe/Berlin",
        "2027-03-01T07:00:00Z",
    )
    assert [each["id"] for each in found["stations"]] == ["karlsruhe", "rastatt", "ettlingen"]


@scene
def vehicle_classes(stage: Stage) -> None:
    """The classes come with a tag, by which they need not come again."""
    _comes_once(stage, "/vehicle-classes", first="kleinwagen")


@scene
def vehicle_features(stage: Stage) -> None:
    """The features come with a tag, by which they need not come again."""
    _comes_once(stage, "/vehicle-features", first="automatik")


@scene
def search(stage: Stage) -> None:
    """A search by two classes and two features finds vehicles of either class that have both features."""
    found = _search(
        stage,
        vehicle_class=["kompaktklasse", "kombi", "suv"],
        vehicle_feature=["klimaanlage", "navigationssystem"],
    )
    assert found["matching"] == len(found["items"]) > 0
    assert {each["vehicle_class"] for each in found["items"]} <= {"kompaktklasse", "kombi", "suv"}
    assert all({"klimaanlage", "navigationssystem"} <= set(each["features"]) for each in found["items"])


@scene
def search_pages(stage: Stage) -> None:
    """A search is read page by page, each vehicle once, in the order of station, class, plate and id."""
    found: list[dict[str, Any]] = []
    cursor, pages = None, 0
    while True:
        page = _search(stage, limit=3, **({"cursor": cursor} if cursor else {}))
        found, cursor, pages = found + page["items"], page["next_cursor"], pages + 1
        if cursor is None:
            break
    places = [(each["station"], each["vehicle_class"], each["licence_plate"], each["id"]) for each in found]
    assert (pages, len(set(places)), places) == (3, 8, sorted(places))


@scene
def search_none_free(stage: Stage) -> None:
    """Where all that match are rented, a search says how many, and when the first is back."""
    stage.booked(vehicle_id="V1005")
    found = _search(stage, vehicle_class="suv")
    assert (found["items"], found["matching"], found["busy"], found["next_free"]) == ([], 1, 1, END)


@scene
def book(stage: Stage) -> None:
    """A booking answers with the rental; the same one again with the same, said to be a replay."""
    first, again = stage.book(), stage.book()
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.headers["location"], first.headers["etag"]) == ("/api/planner/v1/rentals/R100001", '"1"')
    assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
    assert first.json() == again.json()
    rental = first.json()
    assert (rental["external_reference"], rental["status"]) == (reference(1), "reserved")
    assert (rental["start"], rental["end"], rental["customer"]) == (START, END, CUSTOMER)
    assert rental["web_url"] == f"{stage.base_url}/rentals/R100001"


@scene
def book_instead(stage: Stage) -> None:
    """A booking may replace another, which is cancelled with it."""
    old = stage.booked()
    new = stage.booked(2, replaces=old["id"])
    assert (new["id"], new["vehicle"]["id"]) != (old["id"], "")
    assert stage.ask("GET", f"/rentals/{old['id']}").json()["status"] == "cancelled"


@scene
def read(stage: Stage) -> None:
    """A rental is read as it stands, with its tag."""
    rental = stage.booked()
    answer = stage.ask("GET", f"/rentals/{rental['id']}")
    assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', rental)


@scene
def find_by_reference(stage: Stage) -> None:
    """A rental is found by the planner's reference, and one that was never made is not."""
    rental = stage.booked()
    assert _list(stage, external_reference=reference(1)) == ([rental], None)
    assert _list(stage, external_reference=reference(2)) == ([], None)


@scene.with_desk_rentals
def feed(stage: Stage) -> None:
    """What changed since a time comes page by page; rentals of the desk carry no reference."""
    since = {"updated_since": "2027-02-17T00:00:00Z", "limit": 2}
    stage.booked(1, start="2027-09-06T06:00:00Z", end="2027-09-07T15:00:00Z")
    first, cursor = _list(stage, **since)
    found = list(first)
    while cursor:
        items, cursor = _list(stage, **since, cursor=cursor)
        found += items
    stamps = [each["updated_at"] for each in found]
    assert (len(first), stamps) == (2, sorted(set(stamps)))
    references = [each["external_reference"] for each in found]
    assert (references[-1], set(references[:-1])) == (reference(1), {None})


@scene
def change_end(stage: Stage) -> None:
    """A changed end is a new revision, beside the end first planned."""
    rental = stage.booked()
    answer = stage.change_end(rental, "2027-03-05T10:00:00Z")
    changed = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (changed["end"], changed["planned_end"]) == ("2027-03-05T10:00:00Z", END)


@scene
def change_end_of_a_running_rental(stage: Stage) -> None:
    """A rental whose start is past can be extended, and shortened down to now."""
    rental = stage.booked()
    stage.backstage.desk(rental["id"], "hand_out")
    stage.clock.move_to(datetime(2027, 3, 4, 12, tzinfo=UTC))
    running = stage.ask("GET", f"/rentals/{rental['id']}").json()
    longer = stage.change_end(running, "2027-03-06T10:00:00Z", number=2).json()
    shorter = stage.change_end(longer, "2027-03-04T12:30:00Z", number=3).json()
    assert [running["status"], longer["status"], shorter["status"]] == ["picked_up"] * 3
    assert (longer["end"], shorter["end"]) == ("2027-03-06T10:00:00Z", "2027-03-04T12:30:00Z")


@scene
def cancel(stage: Stage) -> None:
    """A cancelled rental stays as it is when it is cancelled again."""
    rental = stage.booked()
    first = stage.cancel(rental, reason="Termin verschoben")
    again = stage.cancel(rental, number=3)
    assert (first.status_code, first.json()["status"], first.json()["revision"]) == (200, "cancelled", 2)
    assert (again.status_code, again.json()) == (200, first.json())


@scene
def cancel_without_a_body(stage: Stage) -> None:
    """A cancellation needs no body; with If-Match it concerns that revision alone."""
    rental = stage.booked()
    headers = {"Idempotency-Key": key(2), "If-Match": '"1"'}
    answer = stage.ask("POST", f"/rentals/{rental['id']}/cancellation", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def _comes_once(stage: Stage, path: str, *, first: str) -> None:
    answer = stage.ask("GET", path)
    assert (answer.status_code, answer.json()["items"][0]["id"]) == (200, first)
    tag = answer.headers["etag"]
    again = stage.ask("GET", path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def _search(stage: Stage, **params: object) -> dict[str, Any]:
    answer = stage.ask("GET", "/vehicles", params={"start": START, "end": END} | params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _list(stage: Stage, **params: object) -> tuple[list[dict[str, Any]], str | None]:
    answer = stage.ask("GET", "/rentals", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"], answer.json()["next_cursor"]
