"""Book a vehicle, inside a transaction of the caller's."""

import json
from dataclasses import replace
from typing import cast

from carloop_sandbox.answers import Answer
from carloop_sandbox.bodies import time_at
from carloop_sandbox.changes import check_reserved
from carloop_sandbox.contract import BASE_PATH
from carloop_sandbox.database import Database, sqlite3
from carloop_sandbox.overlap import refusing_overlap
from carloop_sandbox.periods import check_period
from carloop_sandbox.problems import Refused, invalid
from carloop_sandbox.rentals import (
    NewRental,
    find_by_reference,
    find_rental,
    insert_rental,
    rental_answer,
    rental_document,
    update_rental,
)
from carloop_sandbox.store import Store

Body = dict[str, object]


def book(body: Body, store: Store, *, origin: str, other_vehicle: bool = False) -> Answer:
    """Book a vehicle; `other_vehicle` (a fault) takes another free one than was asked for."""
    database, now = store.database, store.clock.now()
    reference = cast("str", body["external_reference"])
    known = find_by_reference(database, reference)
    if known is not None:
        more = {"rental": rental_document(known, origin)}
        raise Refused(
            "reference_exists", "The rental of this reference is given with this problem.", more=more
        )
    start, end = time_at(body, "start"), time_at(body, "end")
    check_period(start, end, now=now)
    rental = NewRental(
        vehicle_id=cast("str", body["vehicle_id"]),
        start=start,
        end=end,
        customer=json.dumps(body["customer"], ensure_ascii=False),
        daily_rate_cents=_daily_rate(database, cast("str", body["vehicle_id"])),
        external_reference=reference,
        note=cast("str | None", body.get("note")),
    )
    if "replaces" in body:
        _give_up(database, cast("str", body["replaces"]), now=now)
    rental_id = _insert_other(database, rental, now=now) if other_vehicle else None
    if rental_id is None:
        with refusing_overlap(database, rental.vehicle_id, rental.start, rental.end, now=now):
            rental_id = insert_rental(database, rental, now=now)
    headers = {"Location": f"{BASE_PATH}/rentals/{rental_id}"}
    return rental_answer(database, rental_id, origin=origin, status=201, headers=headers)


def _insert_other(database: Database, rental: NewRental, *, now: int) -> str | None:
    for row in database.all("SELECT id FROM vehicles WHERE id <> ? ORDER BY id", rental.vehicle_id):
        try:
            with database.attempt():
                return insert_rental(database, replace(rental, vehicle_id=row["id"]), now=now)
        except sqlite3.IntegrityError:
            continue
    return None


def _daily_rate(database: Database, vehicle_id: str) -> int:
    row = database.one("SELECT daily_rate_cents FROM vehicles WHERE id = ?", vehicle_id)
    if row is None:
        raise invalid("/vehicle_id", "There is no vehicle of this id.")
    return int(row["daily_rate_cents"])


def _give_up(database: Database, rental_id: str, *, now: int) -> None:
    try:
        row = find_rental(database, rental_id)
    except Refused:
        raise invalid("/replaces", "There is no rental of this id.") from None
    if row["status"] != "cancelled":
        check_reserved(row)
        update_rental(database, rental_id, now=now, status="cancelled")
