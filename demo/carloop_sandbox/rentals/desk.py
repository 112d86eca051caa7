"""What happens at the rental desk: rent out, hand out, take back, swap the vehicle, change the end, cancel."""

from collections.abc import Callable
from typing import Final

from carloop_sandbox.refusals import CallRefused, invalid
from carloop_sandbox.rentals.reserving import book, cancel, change_end
from carloop_sandbox.rentals.stored_rentals import (
    NewRental,
    check_status,
    find_rental,
    period_document,
    update_rental,
)
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Database, Row
from carloop_sandbox.units import SECOND


def act_at_desk(
    store: Store, rental_id: str, action: str, *, to: str | int | None = None, revision: int | None = None
) -> None:
    """Do one of ACTIONS with a rental; refuse what its status or another rental forbids.

    :param to: the id of the vehicle that it is swapped for, or the instant of its new end.
    :param revision: do it only while the rental still has this revision, as the person who acts has seen it.
    """
    with store.database.writing():
        row = find_rental(store.database, rental_id)
        if revision not in (None, row["revision"]):
            raise CallRefused("changed_elsewhere", "Look at the rental again: it has another revision.")
        if action == "cancel" and row["status"] == "cancelled":
            return
        check_status(row, action, otherwise="wrong_status")
        ACTIONS[action](store, row, to)


def rent_out(store: Store, rental: NewRental, *, at_once: bool) -> str:
    """Book a vehicle for somebody at the desk, and hand it out `at_once` or later; return the rental's id."""
    with store.database.writing():
        rental_id = book(rental, store, None)
        if at_once:
            _hand_out(store, find_rental(store.database, rental_id), None)
    return rental_id


def _hand_out(store: Store, row: Row, _: object) -> None:
    """Hand the vehicle out, also before its time: the period stays, but the vehicle must be here."""
    _check_here(store.database, row, row["vehicle_id"])
    update_rental(store.database, row, now=store.clock.now(), status="picked_up")


def _take_back(store: Store, row: Row, _: object) -> None:
    """Take the vehicle back: the rental ends now, its planned end stays beside it."""
    now = store.clock.now()
    # handed out and taken back before it was to begin: a period cannot end before it starts
    end = max(now, min(row["start_us"] + SECOND, row["end_us"]))
    update_rental(store.database, row, now=now, status="returned", end_us=end)


def _swap(store: Store, row: Row, vehicle_id: object) -> None:
    """Swap the vehicle, at the rate that was agreed."""
    if store.database.one("SELECT 1 FROM vehicles WHERE id = ?", vehicle_id) is None:
        raise invalid("/vehicle_id", "There is no vehicle of this id.")
    if vehicle_id == row["vehicle_id"]:
        return
    if row["status"] == "picked_up":  # it is handed over at once
        _check_here(store.database, row, vehicle_id)
    update_rental(store.database, row, now=store.clock.now(), vehicle_id=vehicle_id)


def _change_end(store: Store, row: Row, end: object) -> None:
    if not isinstance(end, int):
        raise invalid("/end", "This is required.")
    change_end(store, row, end)


def _check_here(database: Database, row: Row, vehicle_id: object) -> None:
    """Refuse a vehicle that somebody else has not brought back, whatever period that was for."""
    sql = "SELECT * FROM rentals WHERE vehicle_id = ? AND status = 'picked_up' AND id <> ?"
    out = database.one(sql, vehicle_id, row["id"])
    if out is not None:
        more = {"conflict": period_document(out)}
        raise CallRefused("vehicle_unavailable", "The vehicle is still out with somebody else.", more=more)


ACTIONS: Final[dict[str, Callable[[Store, Row, object], None]]] = {
    "hand_out": _hand_out,
    "take_back": _take_back,
    "swap": _swap,
    "change_end": _change_end,
    "cancel": lambda store, row, _: cancel(store, row),
}
