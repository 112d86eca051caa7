"""The faults that are armed, and which request meets which."""

from asyncio import Event
from threading import Lock
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.types import ASGIApp

from carloop_sandbox.faults.broken_connections import pause
from carloop_sandbox.faults.kinds import KINDS
from carloop_sandbox.interface.answers import Answer

OPERATIONS: Final = {
    "account": "account",
    "vehicleClasses": "classes",
    "vehicleFeatures": "features",
    "searchVehicles": "search",
    "bookRental": "book",
    "listRentals": "read",
    "readRental": "read",
    "quoteVehicle": "read",
    "quoteRentalEnd": "read",
    "changeRentalEnd": "change_end",
    "cancelRental": "cancel",
}
"""What the operations of the OpenAPI document are called where faults are armed; the others meet none."""

ANY: Final = "any"


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault that is armed: `times` requests to `operation` will meet it."""

    operation: Literal[(*OPERATIONS.values(), ANY)]  # type: ignore[valid-type]
    fault: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    times: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1
    value: Any = None

    @property
    def books_another(self) -> bool:
        """Return whether it books another vehicle than was asked for."""
        return bool(self.fault == "wrong_vehicle")

    def meets(self, operation: str) -> bool:
        """Return whether a request to an operation meets it."""
        # a wrong vehicle can be booked, not searched or read: other operations leave that fault armed
        fits = operation == "book" or not self.books_another
        return bool(fits and self.operation in (operation, ANY))

    async def before(self, stopping: Event) -> ASGIApp | None:
        """Return what is answered instead of doing anything, or None to go on."""
        if self.fault == "delay":
            await pause(self._setting, stopping)
        return KINDS[self.fault].before(self._setting)

    def after(self, answer: Answer, stopping: Event) -> ASGIApp:
        """Return what arrives of a finished answer."""
        return KINDS[self.fault].after(answer, self._setting, stopping)

    @property
    def _setting(self) -> Any:
        kind = KINDS[self.fault]
        return kind.default if self.value is None else msgspec.convert(self.value, kind.takes)


class FaultList:
    """The faults that are armed, oldest first."""

    def __init__(self) -> None:
        """Start with none."""
        # requests take faults on the event loop, the controls arm them on the worker
        self._lock = Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault behind those that are armed."""
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        """Disarm them all."""
        with self._lock:
            self._armed.clear()

    def take(self, operation_id: str) -> Fault | None:
        """Return the oldest fault that meets an operation of the document and count it down, else None."""
        operation = OPERATIONS.get(operation_id)
        with self._lock:
            for index, fault in enumerate(self._armed):
                if operation and fault.meets(operation):
                    left = [msgspec.structs.replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._armed[index : index + 1] = left
                    return fault
        return None

    def armed(self) -> tuple[Fault, ...]:
        """Return what is armed, with the times that are left."""
        with self._lock:
            return tuple(self._armed)
