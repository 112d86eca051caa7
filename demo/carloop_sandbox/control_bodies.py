"""Read what the controls are told; whatever is not understood is refused with its pointer."""

import re
from collections.abc import Mapping
from typing import Final, cast

from carloop_sandbox.desk import ACTIONS
from carloop_sandbox.faults import ANY, FAULTS, OPERATIONS, Fault, Value
from carloop_sandbox.problems import FieldError, Refused, invalid
from carloop_sandbox.times import Instant, read_time
from carloop_sandbox.tokens import LABEL_PATTERN

Body = Mapping[str, object]

MAX_TIMES: Final = 1_000_000_000
_NUMBERS: Final = {"delay": (0, 3600), "slow_drip": (0, 60), "huge": (0, 1024)}
"""Faults whose value is a number: the least and the greatest (seconds, seconds, mebibytes)."""


def read_fault(body: Body) -> Fault:
    """Read `{operation, fault, times?, value?}`."""
    _check_names(body, ("operation", "fault", "times", "value"))
    operation = _one_of(body, "operation", (*OPERATIONS, ANY))
    fault = _one_of(body, "fault", FAULTS)
    times = body.get("times")
    if times is None:
        times = 1
    if not _is_whole(times) or not 1 <= cast("int", times) <= MAX_TIMES:
        raise invalid("/times", f"This is not a whole number from 1 to {MAX_TIMES}.")
    value = body.get("value")
    _check_value(fault, value)
    return Fault(operation, fault, cast("int", times), cast("Value", value))


def read_desk(body: Body) -> tuple[str, str, str | None]:
    """Read `{rental_id, action, vehicle_id?}`."""
    _check_names(body, ("rental_id", "action", "vehicle_id"))
    action = _one_of(body, "action", tuple(ACTIONS))
    rental_id, vehicle_id = body.get("rental_id"), body.get("vehicle_id")
    if not isinstance(rental_id, str):
        raise invalid("/rental_id", "This is not an id.")
    if vehicle_id is not None and not isinstance(vehicle_id, str):
        raise invalid("/vehicle_id", "This is not an id.")
    return rental_id, action, vehicle_id


def read_clock(body: Body) -> tuple[Instant | None, bool]:
    """Read `{now, running?}`; `now: null` sets the clock free."""
    _check_names(body, ("now", "running"))
    running = body.get("running", False)
    if not isinstance(running, bool):
        raise invalid("/running", "This is neither true nor false.")
    if "now" not in body:
        raise invalid("/now", "This is required; null sets the clock free.")
    if body["now"] is None:
        return None, running
    try:
        return read_time(cast("str", body["now"])), running
    except (TypeError, ValueError):
        raise invalid(
            "/now", "This is not a time with an offset, such as 2031-03-03T08:30:00+01:00."
        ) from None


def read_label(body: Body) -> str:
    """Read `{label}`."""
    _check_names(body, ("label",))
    label = body.get("label")
    if not isinstance(label, str) or not LABEL_PATTERN.fullmatch(label):
        raise invalid("/label", "A label has 1 to 60 letters, digits, blanks, dots, hyphens and underscores.")
    return label


def _check_value(fault: str, value: object) -> None:
    if value is None:
        return
    if fault in _NUMBERS:
        low, high = _NUMBERS[fault]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise invalid("/value", f"This is not a number from {low} to {high}.")
    elif fault == "status":
        _check_plan(value if isinstance(value, dict) else {"status": value})
    elif fault == "redirect":
        if not isinstance(value, str) or not re.fullmatch("[!-~]{1,2000}", value):
            raise invalid("/value", "This is not an address.")
    elif fault == "unknown_enum" and not isinstance(value, str):
        raise invalid("/value", "This is not the name of a field.")


def _check_plan(plan: Body) -> None:
    _check_names(plan, ("status", "code", "retry_after", "after"), under="/value")
    status, wait, code = plan.get("status", 500), plan.get("retry_after"), plan.get("code")
    if not _is_whole(status) or not 200 <= cast("int", status) <= 599:
        raise invalid("/value", "This is not a status from 200 to 599.")
    if wait is not None and (not _is_whole(wait) or not 0 <= cast("int", wait) <= 86_400):
        raise invalid("/value/retry_after", "This is not a number of seconds.")
    if code is not None and (not isinstance(code, str) or not re.fullmatch("[a-z][a-z0-9_]{0,59}", code)):
        raise invalid("/value/code", "This is not a code.")
    if not isinstance(plan.get("after", False), bool):
        raise invalid("/value/after", "This is neither true nor false.")


def _check_names(body: Body, admitted: tuple[str, ...], *, under: str = "") -> None:
    unknown = sorted(name for name in body if name not in admitted)
    if unknown:
        message = f"Only these are understood: {', '.join(admitted)}."
        errors = [FieldError(f"{under}/{name[:60]}", message) for name in unknown]
        raise Refused("validation_failed", message, errors=errors)


def _one_of(body: Body, name: str, values: tuple[str, ...]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or value not in values:
        raise invalid(f"/{name}", f"This is none of: {', '.join(values)}.")
    return value


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
