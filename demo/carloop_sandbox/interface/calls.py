"""The calls of the interface: from a request to an answer, on the worker thread."""

import json
from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.requests import Request

from carloop_sandbox.interface.answers import (
    Answer,
    etag_is_known,
    etag_of_bytes,
    json_answer,
    revision_is_named,
    write_json,
)
from carloop_sandbox.interface.contract import BASE_PATH, Operation, document_text
from carloop_sandbox.interface.idempotency import KEPT_HOURS, do_once
from carloop_sandbox.interface.rental_documents import list_rentals, rental_answer, rental_document
from carloop_sandbox.interface.requests import MAX_BODY, Call, check_accept, read_call, time_at
from carloop_sandbox.interface.vehicle_search import search_vehicles
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.periods import MAX_RENTAL_DAYS
from carloop_sandbox.rentals.quoting import Quote, quote_end, quote_vehicle
from carloop_sandbox.rentals.reserving import cancel, change_end
from carloop_sandbox.rentals.stored_rentals import NewRental, check_status, find_by_reference, find_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Row
from carloop_sandbox.units import money, write_time
from web_base.languages import preferred

ACCOUNT_NAME: Final = "Autohaus Sonnenschein"
TIME_ZONE: Final = "Europe/Berlin"
MAX_PAGE: Final = 1000


Book = Callable[[NewRental, Store, Row | None], str]
"""`rentals.reserving.book`, or what a fault puts in its place."""


def answer_call(operation: Operation, request: Request, body: bytes, store: Store, *, book: Book) -> Answer:
    """Answer a call of the interface. Raise `CallRefused` for what is not done."""
    check_accept(request.headers.get("accept", ""))
    if operation.id != "health":
        _check_token(request, store)
    call = read_call(operation, request, body)
    if operation.id == "bookRental":
        return _book(call, store, book)
    return CALLS[operation.id](call, store)


def _check_token(request: Request, store: Store) -> None:
    scheme, _, token = request.headers.get("authorization", "").strip().partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    if not store.tokens.accept(token, store.clock.now()):
        challenge = 'Bearer realm="carloop"' + (', error="invalid_token"' if token else "")
        detail = "Send a valid token in the Authorization header."
        raise CallRefused("token_invalid", detail, headers={"WWW-Authenticate": challenge})


def _account(_: Call, store: Store) -> Answer:
    stations = store.database.all("SELECT id, name, opening_hours FROM stations ORDER BY position")
    limits = {
        "max_page": MAX_PAGE,
        "max_rental_days": MAX_RENTAL_DAYS,
        "max_body_bytes": MAX_BODY,
        "turnaround_minutes": store.turnaround_minutes,
        "idempotency_hours": KEPT_HOURS,
    }
    return json_answer(
        {
            "id": store.account,
            "name": ACCOUNT_NAME,
            "time_zone": TIME_ZONE,
            "stations": [dict(row) | {"opening_hours": json.loads(row["opening_hours"])} for row in stations],
            "server_time": write_time(store.clock.now()),
            "limits": limits,
        }
    )


def _listed(call: Call, store: Store, *, sql: str) -> Answer:
    language = preferred(call.headers.get("accept-language", ""))
    rows = store.database.all_named(sql, {"language": language})
    body = write_json({"items": [dict(row) for row in rows]})
    etag = etag_of_bytes(body)
    headers = {"ETag": etag, "Content-Language": language, "Vary": "Accept-Language"}
    if etag_is_known(call.headers.get("if-none-match", ""), etag):
        return Answer(304, headers=headers)
    return Answer(200, body, headers)


def _quoted(quote: Quote) -> Answer:
    free_until = None if quote.free_until is None else write_time(quote.free_until)
    document = {"available": quote.available, "price": money(quote.cents), "free_until": free_until}
    return json_answer(document)


def _quote_vehicle(call: Call, store: Store) -> Answer:
    start, end, replaces = (call.query[name] for name in ("start", "end", "replaces"))
    return _quoted(quote_vehicle(store, call.vehicle_id, start, end, replaces=replaces))


def _book(call: Call, store: Store, book: Book) -> Answer:
    body = call.body
    rental = NewRental(
        vehicle_id=body["vehicle_id"],
        start_us=time_at(body, "start"),
        end_us=time_at(body, "end"),
        customer=json.dumps(body["customer"], ensure_ascii=False),
        external_reference=body["external_reference"],
        note=body.get("note"),
    )

    def action() -> Answer:
        # before the vehicle is looked at: who lost an answer and the key learns here that it was booked
        known = find_by_reference(store.database, body["external_reference"])
        if known is not None:
            more = {"rental": rental_document(known, call.origin)}
            raise CallRefused(
                "reference_exists", "The rental of this reference is in this problem.", more=more
            )
        rental_id = book(rental, store, _replaced(call, store))
        headers = {"Location": f"{BASE_PATH}/rentals/{rental_id}"}
        return rental_answer(store, rental_id, origin=call.origin, status=201, headers=headers)

    return _once(call, store, action)


def _replaced(call: Call, store: Store) -> Row | None:
    """Return the rental that a booking replaces. A cancelled one is refused: another may have replaced it."""
    if "replaces" not in call.body:
        return None
    row = find_rental(store.database, call.body["replaces"])
    check_status(row, "cancel")
    _check_revision(row, call)
    return row


def _change_end(call: Call, store: Store) -> Answer:
    end = time_at(call.body, "end")

    def action() -> Answer:
        row = find_rental(store.database, call.rental_id)
        if not call.headers.get("if-match"):
            raise CallRefused("precondition_required", "Send the rental's ETag as If-Match.")
        # before the revision: who holds an old one learns more from this
        check_status(row, "change_end")
        _check_revision(row, call)
        change_end(store, row, end)
        return rental_answer(store, call.rental_id, origin=call.origin)

    return _once(call, store, action)


def _cancel(call: Call, store: Store) -> Answer:
    def action() -> Answer:
        row = find_rental(store.database, call.rental_id)
        # whatever revision is named: what was wanted is so already
        if row["status"] != "cancelled":
            check_status(row, "cancel")
            _check_revision(row, call)
            cancel(store, row, reason=call.body.get("reason"))
        return rental_answer(store, call.rental_id, origin=call.origin)

    return _once(call, store, action)


def _once(call: Call, store: Store, action: Callable[[], Answer]) -> Answer:
    return do_once(store.database, call.scope, call.key, call.body, action)


def _check_revision(row: Row, call: Call) -> None:
    if_match = call.headers.get("if-match")
    if if_match and not revision_is_named(if_match, row["revision"]):
        raise CallRefused("changed_elsewhere", "Read the rental again: If-Match names another revision.")


_CLASSES: Final = "SELECT id, named(id, :language) AS name FROM vehicle_classes ORDER BY position"
_FEATURES: Final = """SELECT id, named(id, :language) AS name, named(feature_group, :language) AS "group"
FROM vehicle_features ORDER BY position"""

CALLS: Final[dict[str, Callable[[Call, Store], Answer]]] = {
    "health": lambda _, __: json_answer({"status": "ok"}),
    "document": lambda _, __: Answer(200, document_text()),
    "account": _account,
    "vehicleClasses": partial(_listed, sql=_CLASSES),
    "vehicleFeatures": partial(_listed, sql=_FEATURES),
    "searchVehicles": search_vehicles,
    "listRentals": list_rentals,
    "readRental": lambda call, store: rental_answer(store, call.rental_id, origin=call.origin),
    "changeRentalEnd": _change_end,
    "cancelRental": _cancel,
    "quoteVehicle": _quote_vehicle,
    "quoteRentalEnd": lambda call, store: _quoted(quote_end(store, call.rental_id, call.query["end"])),
}
"""What answers each operation of the document, but for bookings: a fault may do those."""
