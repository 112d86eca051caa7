"""Read what is sent to the controls; whatever is not understood is refused with its pointer."""

import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from carloop_sandbox.faults.armed import ANY, OPERATIONS, Fault
from carloop_sandbox.faults.kinds import KINDS
from carloop_sandbox.refusals import CallRefused, invalid
from carloop_sandbox.rentals.desk import ACTIONS
from carloop_sandbox.store.tokens import LABEL_PATTERN
from carloop_sandbox.units import Instant, read_time

MAX_TIMES: Final = 1_000_000_000


class FaultBody(Struct, forbid_unknown_fields=True):
    """A fault to arm."""

    operation: Literal[(*OPERATIONS.values(), ANY)]  # type: ignore[valid-type]
    fault: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    times: Annotated[int, Meta(ge=1, le=MAX_TIMES)] | None = None
    value: Any = None


class DeskBody(Struct, forbid_unknown_fields=True):
    """Something to do at the rental desk."""

    rental_id: str
    action: Literal[tuple(ACTIONS)]  # type: ignore[valid-type]
    vehicle_id: str | None = None


class ClockBody(Struct, forbid_unknown_fields=True):
    """A time to set the clock to; None sets it free."""

    now: str | None
    running: bool = False


class LabelBody(Struct, forbid_unknown_fields=True):
    """The label of a token."""

    label: Annotated[str, Meta(pattern=rf"\A{LABEL_PATTERN.pattern}\Z")]


def read_body(document: object, type_: Any, *, under: str = "") -> Any:
    """Read what was sent as a type of msgspec; refuse it with the pointer of what is wrong, below `under`."""
    try:
        return msgspec.convert(document, type_)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), under) from None


def fault_of(body: FaultBody) -> Fault:
    """Return the fault to arm; refuse a value that it does not take."""
    if body.value is not None:
        read_body(body.value, KINDS[body.fault].takes, under="/value")
    return Fault(body.operation, body.fault, body.times or 1, body.value)


def instant_of(body: ClockBody) -> Instant | None:
    """Return the time to set the clock to."""
    try:
        return None if body.now is None else read_time(body.now)
    except ValueError as error:
        raise invalid("/now", str(error)) from None


def _refusal(message: str, under: str) -> CallRefused:
    """Refuse with msgspec's message, which names the field as `$.value.status` or in backticks."""
    path = re.search(r"`\$([^`]*)`$", message)
    field = re.search(r"(?:unknown|required) field `([^`]{1,60})", message)
    pointer = (path[1].replace(".", "/") if path else "") + (f"/{field[1]}" if field else "")
    known = message.partition(" - at ")[0]
    # an enum's message repeats what was sent
    return invalid(under + pointer, "This is none of the known values." if "enum" in known else f"{known}.")
