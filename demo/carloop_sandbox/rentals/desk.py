"""What happens at the rental desk: hand out, take back, swap the vehicle, cancel."""

from collections.abc import Callable
from typing import Final

from carloop_sandbox.refusals import CallRefused, invalid
from carloop_sandbox.rentals.overlap import refusing_overlap
from carloop_sandbox.rentals.stored_rentals import find_rental, period_document, update_rental
from carloop_sandbox.store import Store
from carloop_sandbox.store.database import Database, Row
from carloop_sandbox.units import SECOND


def act_at_desk(
    store: Store, rental_id: str, action: str, *, vehicle_id: str | None = None, revision: int | None = None
) -> None:
    """Do one of ACTIONS with a rental; refuse what its status or another rental forbids.

    :param revision: do it only while the rental still has this revision, as the person who acts has seen it.
    """
    with store.database.writing():
        row = find_rental(store.database, rental_id)
        if revision not in (None, row["revision"]):
            raise CallRefused("changed_elsewhere", "Look at the rental again: it has another revision.")
        ACTIONS[action](store, row, vehicle_id)


def _hand_out(store: Store, row: Row, _: str | None) -> None:
    """Hand the vehicle out, also before its time: the period stays, but the vehicle must be here."""
    _check(row, "reserved", "handed out")
    _check_here(store.database, row, row["vehicle_id"])
    update_rental(store.database, row["id"], now=store.clock.now(), status="picked_up")


def _take_back(store: Store, row: Row, _: str | None) -> None:
    """Take the vehicle back: the rental ends now, its planned end stays beside it."""
    _check(row, "picked_up", "taken back")
    now = store.clock.now()
    # handed out and taken back before it was to begin: a period cannot end before it starts
    end = max(now, min(row["start_us"] + SECOND, row["end_us"]))
    update_rental(store.database, row["id"], now=now, status="returned", end_us=end)


def _swap(store: Store, row: Row, vehicle_id: str | None) -> None:
    """Swap the vehicle, at the rate that was agreed."""
    _check(row, "reserved, picked_up", "given another vehicle")
    if vehicle_id is None:
        raise invalid("/vehicle_id", "Say which vehicle it shall be.")
    if store.database.one("SELECT 1 FROM vehicles WHERE id = ?", vehicle_id) is None:
        raise invalid("/vehicle_id", "There is no vehicle of this id.")
    if vehicle_id == row["vehicle_id"]:
        return
    if row["status"] == "picked_up":  # it is handed over at once
        _check_here(store.database, row, vehicle_id)
    now = store.clock.now()
    with refusing_overlap(store.database, vehicle_id, row["start_us"], row["end_us"], now=now, but=row["id"]):
        update_rental(store.database, row["id"], now=now, vehicle_id=vehicle_id)


def _cancel(store: Store, row: Row, _: str | None) -> None:
    """Cancel a reserved rental; one that is cancelled already stays as it is."""
    if row["status"] == "cancelled":
        return
    _check(row, "reserved", "cancelled")
    update_rental(store.database, row["id"], now=store.clock.now(), status="cancelled")


def _check(row: Row, admitted: str, participle: str) -> None:
    if row["status"] in admitted.split(", "):
        return
    code = "rental_closed" if row["status"] in ("returned", "cancelled") else "wrong_status"
    raise CallRefused(code, f"A rental that is {row['status']} cannot be {participle}.")


def _check_here(database: Database, row: Row, vehicle_id: str) -> None:
    """Refuse a vehicle that somebody else has not brought back, whatever period that was for."""
    out = database.one(
        "SELECT * FROM rentals WHERE vehicle_id = ? AND status = 'picked_up' AND id <> ?",
        vehicle_id,
        row["id"],
    )
    if out is not None:
        more = {"conflict": period_document(out)}
        raise CallRefused("vehicle_unavailable", "The vehicle is still out with somebody else.", more=more)


ACTIONS: Final[dict[str, Callable[[Store, Row, str | None], None]]] = {
    "hand_out": _hand_out,
    "take_back": _take_back,
    "swap": _swap,
    "cancel": _cancel,
}
