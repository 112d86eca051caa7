"""What each fault does: before a call is done, or to its finished answer."""

import asyncio
from dataclasses import replace
from typing import cast

from carloop_sandbox.faults import altered_answers
from carloop_sandbox.faults.altered_answers import status_answer, status_plan
from carloop_sandbox.faults.armed import Fault
from carloop_sandbox.faults.broken_connections import Dripping, Dropped, Flood, Truncated, pause
from carloop_sandbox.interface.answers import Answer
from carloop_sandbox.refusals import CallRefused
from carloop_sandbox.rentals.booking import book
from carloop_sandbox.rentals.stored_rentals import NewRental
from carloop_sandbox.store import Store

DEFAULT_DELAY = 1.0
DEFAULT_DRIP = 0.1
DEFAULT_FLOOD_MIB = 16


async def apply_before(fault: Fault | None, stopping: asyncio.Event) -> Answer | Dropped | None:
    """Return what is answered instead of doing anything, or None to go on."""
    if fault is None:
        return None
    match fault.fault:
        case "delay":
            await pause(_number(fault, DEFAULT_DELAY), stopping)
        case "drop_before":
            return Dropped()
        case "redirect":
            return altered_answers.redirect(fault)
        case "status" if not (plan := status_plan(fault)).after:
            return status_answer(plan)
    return None


def apply_after(fault: Fault | None, answer: Answer, stopping: asyncio.Event) -> Answer | Dropped:
    """Return what arrives of a finished answer."""
    if fault is None:
        return answer
    match fault.fault:
        case "drop_after":
            return Dropped()
        case "truncate":
            return Truncated(answer)
        case "slow_drip":
            return Dripping(answer, _number(fault, DEFAULT_DRIP), stopping)
        case "huge":
            return Flood(answer, int(_number(fault, DEFAULT_FLOOD_MIB) * altered_answers.MEBIBYTE))
        case "garbage":
            return altered_answers.garbage(answer)
        case "html":
            return altered_answers.web_page(answer)
        case "unknown_field" | "unknown_enum":
            return altered_answers.altered(answer, fault)
        case "status" if (plan := status_plan(fault)).after:
            return status_answer(plan)
    return answer


def book_other_vehicle(rental: NewRental, store: Store, *, replaces: str | None = None) -> str:
    """Book another free vehicle than was asked for; the one asked for where no other is free."""
    sql = "SELECT id FROM vehicles WHERE id <> ? ORDER BY id"
    for row in store.database.all(sql, rental.vehicle_id):
        try:
            with store.database.attempt():
                return book(replace(rental, vehicle_id=row["id"]), store, replaces=replaces)
        except CallRefused as refused:
            if refused.code != "vehicle_unavailable":
                raise
    return book(rental, store, replaces=replaces)


def _number(fault: Fault, default: float) -> float:
    return default if fault.value is None else float(cast("float", fault.value))
