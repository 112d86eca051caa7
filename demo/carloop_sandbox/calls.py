"""The calls of the interface: from a request to an answer, on the worker thread."""

import json
from collections.abc import Callable
from typing import Final, cast

from carloop_sandbox.answers import Answer, empty_answer, json_answer, write_json
from carloop_sandbox.bodies import check_body
from carloop_sandbox.booking import book
from carloop_sandbox.changes import cancel, change_end
from carloop_sandbox.contract import document_text
from carloop_sandbox.etags import etag_of_bytes, has_seen
from carloop_sandbox.idempotency import KEPT_HOURS, do_once
from carloop_sandbox.listing import list_rentals, read_rental
from carloop_sandbox.periods import MAX_RENTAL_DAYS
from carloop_sandbox.problems import FieldError, Refused, problem_answer
from carloop_sandbox.requests import MAX_BODY, Call, check_accept, read_json, read_key, read_query, require
from carloop_sandbox.search import search_vehicles
from carloop_sandbox.store import Store
from carloop_sandbox.times import write_time
from carloop_sandbox.tokens import bearer_token

ACCOUNT_NAME: Final = "Autohaus Sonnenschein"
TIME_ZONE: Final = "Europe/Berlin"
MAX_PAGE: Final = 1000


def answer_call(call: Call, store: Store, *, other_vehicle: bool = False) -> Answer:
    """Answer a call of the interface; what is refused is an answer too."""
    try:
        check_accept(call.headers.get("accept"))
        if call.operation != "health":
            _check_token(call, store)
        if call.operation == "book":
            return _book(call, store, other_vehicle=other_vehicle)
        return _CALLS[call.operation](call, store)
    except Refused as refused:
        return problem_answer(refused)


def _check_token(call: Call, store: Store) -> None:
    token = bearer_token(call.headers.get("authorization"))
    if token is None or store.tokens.label_of(token, store.clock.now()) is None:
        challenge = 'Bearer realm="carloop"' + ("" if token is None else ', error="invalid_token"')
        detail = "Send a valid token in the Authorization header."
        raise Refused("token_invalid", detail, headers={"WWW-Authenticate": challenge})


def _health(call: Call, _: Store) -> Answer:
    read_query(call)
    return json_answer({"status": "ok"})


def _document(call: Call, _: Store) -> Answer:
    read_query(call)
    return Answer(200, document_text())


def _account(call: Call, store: Store) -> Answer:
    read_query(call)
    stations = store.database.all("SELECT id, name, opening_hours FROM stations ORDER BY position")
    return json_answer(
        {
            "id": store.account,
            "name": ACCOUNT_NAME,
            "time_zone": TIME_ZONE,
            "stations": [
                {"id": row["id"], "name": row["name"], "opening_hours": json.loads(row["opening_hours"])}
                for row in stations
            ],
            "server_time": write_time(store.clock.now()),
            "limits": {
                "max_page": MAX_PAGE,
                "max_rental_days": MAX_RENTAL_DAYS,
                "max_body_bytes": MAX_BODY,
                "turnaround_minutes": store.turnaround_minutes,
                "idempotency_hours": KEPT_HOURS,
            },
        }
    )


def _classes(call: Call, store: Store) -> Answer:
    rows = store.database.all("SELECT id, name FROM vehicle_classes ORDER BY position")
    return _listed(call, [dict(row) for row in rows])


def _features(call: Call, store: Store) -> Answer:
    rows = store.database.all(
        'SELECT id, name, feature_group AS "group" FROM vehicle_features ORDER BY position'
    )
    return _listed(call, [dict(row) for row in rows])


def _listed(call: Call, items: list[dict[str, object]]) -> Answer:
    read_query(call)
    body = write_json({"items": items})
    etag = etag_of_bytes(body)
    if has_seen(call.headers.get("if-none-match", ""), etag):
        return empty_answer(304, headers={"ETag": etag})
    return Answer(200, body, {"ETag": etag})


def _search(call: Call, store: Store) -> Answer:
    query = read_query(call)
    require(query, "start", "end")
    return search_vehicles(query, store)


def _list(call: Call, store: Store) -> Answer:
    return list_rentals(read_query(call), store, origin=call.origin)


def _read(call: Call, store: Store) -> Answer:
    read_query(call)
    return read_rental(call.rental_id, store, origin=call.origin)


def _book(call: Call, store: Store, *, other_vehicle: bool) -> Answer:
    key, body = _write(call, "RentalCreate")
    return do_once(
        *(store.database, _scope(call), key, body),
        lambda: book(body, store, origin=call.origin, other_vehicle=other_vehicle),
    )


def _change_end(call: Call, store: Store) -> Answer:
    read_query(call)
    key = read_key(call)
    body = read_json(call)
    others = sorted(set(body) - {"end"}) if isinstance(body, dict) else []
    if others:
        errors = [FieldError(f"/{_pointer(name)}", "This cannot be changed.") for name in others]
        raise Refused("rental_immutable", "Cancel the rental and book anew.", errors=errors)
    checked = check_body(body, "RentalEndChange")
    if_match = call.headers.get("if-match")
    return do_once(
        *(store.database, _scope(call), key, checked),
        lambda: change_end(checked, store, call.rental_id, if_match=if_match, origin=call.origin),
    )


def _cancel(call: Call, store: Store) -> Answer:
    if call.body:
        key, body = _write(call, "Cancellation")
    else:
        read_query(call)
        key, body = read_key(call), {}
    if_match = call.headers.get("if-match")
    return do_once(
        *(store.database, _scope(call), key, body),
        lambda: cancel(body, store, call.rental_id, if_match=if_match, origin=call.origin),
    )


def _write(call: Call, component: str) -> tuple[str, dict[str, object]]:
    read_query(call)
    return read_key(call), check_body(read_json(call), component)


def _scope(call: Call) -> str:
    return f"{call.method} {call.path}"


def _pointer(name: object) -> str:
    return cast("str", name).replace("~", "~0").replace("/", "~1")


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
