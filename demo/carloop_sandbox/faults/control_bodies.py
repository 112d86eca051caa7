"""Read what is sent to the controls; whatever is not understood is refused with its pointer."""

import re
from typing import Annotated, Any, Final, Literal, TypeVar, cast

import msgspec
from msgspec import Meta, Struct

from carloop_sandbox.faults.altered_answers import StatusPlan
from carloop_sandbox.faults.armed import ANY, FAULTS, OPERATIONS, Fault, Value
from carloop_sandbox.refusals import CallRefused, invalid
from carloop_sandbox.rentals.desk import ACTIONS
from carloop_sandbox.store.tokens import LABEL_PATTERN
from carloop_sandbox.units import Instant, read_time

MAX_TIMES: Final = 1_000_000_000

_VALUES: Final[dict[str, Any]] = {
    "delay": Annotated[float, Meta(ge=0, le=3600)],
    "slow_drip": Annotated[float, Meta(ge=0, le=60)],
    "huge": Annotated[float, Meta(ge=0, le=1024)],
    "status": Annotated[int, Meta(ge=200, le=599)] | StatusPlan,
    "redirect": Annotated[str, Meta(pattern=r"\A[!-~]{1,2000}\Z")],
    "unknown_enum": str,
}
"""What the value of a fault may be, if it takes one: seconds, seconds, mebibytes, a plan, an address, a field."""


class FaultBody(Struct, forbid_unknown_fields=True):
    """A fault to arm."""

    operation: Literal[(*OPERATIONS, ANY)]  # type: ignore[valid-type]
    fault: Literal[FAULTS]  # type: ignore[valid-type]
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


Body = TypeVar("Body", bound=Struct)


def read_body(document: object, type_: type[Body]) -> Body:
    """Read a control's body as one of the types of this module."""
    return cast("Body", _convert(document, type_))


def read_fault(document: object) -> Fault:
    """Read `{operation, fault, times?, value?}`."""
    body = read_body(document, FaultBody)
    if body.value is not None and body.fault in _VALUES:
        _convert(body.value, _VALUES[body.fault], under="/value")
    return Fault(body.operation, body.fault, body.times or 1, cast("Value", body.value))


def read_clock(document: object) -> tuple[Instant | None, bool]:
    """Read `{now, running?}`; `now: null` sets the clock free."""
    body = read_body(document, ClockBody)
    try:
        return None if body.now is None else read_time(body.now), body.running
    except ValueError:
        message = "This is not a time with an offset, such as 2031-03-03T08:30:00+01:00."
        raise invalid("/now", message) from None


def _convert(document: object, type_: Any, *, under: str = "") -> object:
    try:
        return msgspec.convert(document, type_)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), under) from None


def _refusal(message: str, under: str) -> CallRefused:
    """Refuse with msgspec's message, which names the field as `$.value.status` or in backticks."""
    path = re.search(r"`\$([^`]*)`$", message)
    field = re.search(r"(?:unknown|required) field `([^`]{1,60})", message)
    pointer = (path[1].replace(".", "/") if path else "") + (f"/{field[1]}" if field else "")
    known = message.partition(" - at ")[0]
    # An enum's message repeats what was sent.
    return invalid(under + pointer, "This is none of the known values." if "enum" in known else f"{known}.")
