"""The calls of the interface: from a request to an answer, on the worker thread."""

import json
from collections.abc import Callable
from typing import Final, Protocol, cast

from carloop_sandbox.interface.answers import (
    Answer,
    empty_answer,
    etag_is_known,
    etag_of_bytes,
    json_answer,
    revision_is_named,
    write_json,
)
from carloop_sandbox.interface.contract import BASE_PATH, document_text
from carloop_sandbox.interface.idempotency import KEPT_HOURS, do_once
from carloop_sandbox.interface.problems import problem_answer
from carloop_sandbox.interface.rental_documents import list_rentals, rental_answer, rental_document
from carloop_sandbox.interface.requests import (
    MAX_BODY,
    Call,
    check_accept,
    check_body,
    read_json,
    read_key,
    read_query,
    time_at,
)
from carloop_sandbox.interface.search import search_vehicles
from carloop_sandbox.refusals import CallRefused, FieldError
from carloop_sandbox.rentals.booking import book
from carloop_sandbox.rentals.changes import IsCurrent, cancel, change_end
from carloop_sandbox.rentals.periods import MAX_RENTAL_DAYS
from carloop_sandbox.rentals.stored_rentals import NewRental, find_by_reference
from carloop_sandbox.store import Store
from carloop_sandbox.store.tokens import bearer_token
from carloop_sandbox.units import write_time

ACCOUNT_NAME: Final = "Autohaus Sonnenschein"
TIME_ZONE: Final = "Europe/Berlin"
MAX_PAGE: Final = 1000

Body = dict[str, object]


class Book(Protocol):
    """`rentals.booking.book`, or what a fault puts in its place."""

    def __call__(self, rental: NewRental, store: Store, *, replaces: str | None = None) -> str:
        """Store a rental and return its id."""


def answer_call(call: Call, store: Store, *, book: Book = book) -> Answer:
    """Answer a call of the interface; what is refused is an answer too."""
    try:
        check_accept(call.headers.get("accept"))
        if call.operation != "health":
            _check_token(call, store)
        if call.operation == "book":
            return _book(call, store, book)
        return _CALLS[call.operation](call, store)
    except CallRefused as refused:
        return problem_answer(refused)


def _check_token(call: Call, store: Store) -> None:
    token = bearer_token(call.headers.get("authorization", ""))
    if not store.tokens.accept(token, store.clock.now()):
        challenge = 'Bearer realm="carloop"' + (', error="invalid_token"' if token else "")
        detail = "Send a valid token in the Authorization header."
        raise CallRefused("token_invalid", detail, headers={"WWW-Authenticate": challenge})


def _health(call: Call, _: Store) -> Answer:
    read_query(call)
    return json_answer({"status": "ok"})


def _document(call: Call, _: Store) -> Answer:
    read_query(call)
    return Answer(200, document_text())


def _account(call: Call, store: Store) -> Answer:
    read_query(call)
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


def _classes(call: Call, store: Store) -> Answer:
    return _listed(call, store, "SELECT id, name FROM vehicle_classes ORDER BY position")


def _features(call: Call, store: Store) -> Answer:
    columns = 'id, name, feature_group AS "group"'
    return _listed(call, store, f"SELECT {columns} FROM vehicle_features ORDER BY position")  # noqa: S608


def _listed(call: Call, store: Store, sql: str) -> Answer:
    read_query(call)
    body = write_json({"items": [dict(row) for row in store.database.all(sql)]})
    etag = etag_of_bytes(body)
    if etag_is_known(call.headers.get("if-none-match", ""), etag):
        return empty_answer(304, headers={"ETag": etag})
    return Answer(200, body, {"ETag": etag})


def _search(call: Call, store: Store) -> Answer:
    return search_vehicles(read_query(call, required=("start", "end")), store)


def _list(call: Call, store: Store) -> Answer:
    return list_rentals(read_query(call), store, origin=call.origin)


def _read(call: Call, store: Store) -> Answer:
    read_query(call)
    return rental_answer(store, call.rental_id, origin=call.origin)


def _book(call: Call, store: Store, book: Book) -> Answer:
    body = _read_write(call, "RentalCreate")

    def action() -> Answer:
        _check_reference(cast("str", body["external_reference"]), call, store)
        rental_id = book(_new_rental(body), store, replaces=cast("str | None", body.get("replaces")))
        headers = {"Location": f"{BASE_PATH}/rentals/{rental_id}"}
        return rental_answer(store, rental_id, origin=call.origin, status=201, headers=headers)

    return _once(call, store, body, action)


def _check_reference(reference: str, call: Call, store: Store) -> None:
    known = find_by_reference(store.database, reference)
    if known is not None:
        detail = "The rental of this reference is in this problem."
        raise CallRefused("reference_exists", detail, more={"rental": rental_document(known, call.origin)})


def _new_rental(body: Body) -> NewRental:
    return NewRental(
        vehicle_id=cast("str", body["vehicle_id"]),
        start=time_at(body, "start"),
        end=time_at(body, "end"),
        customer=json.dumps(body["customer"], ensure_ascii=False),
        external_reference=cast("str", body["external_reference"]),
        note=cast("str | None", body.get("note")),
    )


def _change_end(call: Call, store: Store) -> Answer:
    read_query(call)
    read_key(call)
    body = read_json(call)
    others = sorted(set(body) - {"end"}) if isinstance(body, dict) else []
    if others:
        errors = [FieldError(f"/{_pointer(name)}", "This cannot be changed.") for name in others]
        raise CallRefused("rental_immutable", "Cancel the rental and book again.", errors=errors)
    checked = check_body(body, "RentalEndChange")

    def action() -> Answer:
        end = time_at(checked, "end")
        change_end(store, call.rental_id, end, is_current=_is_current(call))
        return rental_answer(store, call.rental_id, origin=call.origin)

    return _once(call, store, checked, action)


def _cancel(call: Call, store: Store) -> Answer:
    read_query(call)
    read_key(call)
    body = _read_write(call, "Cancellation") if call.body else {}

    def action() -> Answer:
        cancel(store, call.rental_id, reason=body.get("reason"), is_current=_is_current(call))
        return rental_answer(store, call.rental_id, origin=call.origin)

    return _once(call, store, body, action)


def _read_write(call: Call, component: str) -> Body:
    read_query(call)
    read_key(call)
    return check_body(read_json(call), component)


def _once(call: Call, store: Store, body: Body, action: Callable[[], Answer]) -> Answer:
    return do_once(store.database, f"{call.method} {call.path}", read_key(call), body, action)


def _is_current(call: Call) -> IsCurrent:
    if_match = call.headers.get("if-match")
    return (lambda revision: revision_is_named(if_match, revision)) if if_match else None


def _pointer(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


_CALLS: Final[dict[str, Callable[[Call, Store], Answer]]] = {
    "health": _health,
    "document": _document,
    "account": _account,
    "classes": _classes,
    "features": _features,
    "search": _search,
    "list": _list,
    "read": _read,
    "change_end": _change_end,
    "cancel": _cancel,
}
