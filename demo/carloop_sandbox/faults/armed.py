"""The faults that are armed, and which request meets which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

OPERATIONS: Final = ("account", "classes", "features", "search", "book", "read", "change_end", "cancel")
ANY: Final = "any"

BEFORE: Final = frozenset({"delay", "drop_before", "status", "redirect"})
"""Faults that take effect before anything is done (`status` also afterwards, where its value says so)."""

AFTER: Final = frozenset(
    {"drop_after", "truncate", "garbage", "html", "slow_drip", "huge", "unknown_field", "unknown_enum"}
)
"""Faults that take effect when all is done and stored: they alter or lose the answer alone."""

WRONG_VEHICLE: Final = "wrong_vehicle"
FAULTS: Final = tuple(sorted(BEFORE | AFTER | {WRONG_VEHICLE}))

Value = float | str | bool | Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that is armed: `times` requests to `operation` will meet it."""

    operation: str
    fault: str
    times: int
    value: Value = None

    def document(self) -> dict[str, object]:
        """Return it as it was asked for."""
        return {"operation": self.operation, "fault": self.fault, "times": self.times, "value": self.value}


class FaultList:
    """The faults that are armed, oldest first; used by the server's event loop alone."""

    def __init__(self) -> None:
        """Start with none."""
        self._armed: list[tuple[Fault, int]] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault behind those that are armed."""
        self._armed.append((fault, fault.times))

    def clear(self) -> None:
        """Disarm them all."""
        self._armed.clear()

    def take(self, operation: str) -> Fault | None:
        """Return the oldest fault that meets this operation and count it down; None when there is none.

        A wrong vehicle can be booked, not searched or read: other operations leave that fault armed.
        """
        for index, (fault, left) in enumerate(self._armed):
            fits = fault.operation in (operation, ANY) and operation in OPERATIONS
            if not fits or (fault.fault == WRONG_VEHICLE and operation != "book"):
                continue
            self._armed[index : index + 1] = [(fault, left - 1)] if left > 1 else []
            return fault
        return None

    def documents(self) -> list[dict[str, object]]:
        """List what is armed, with the times that are left."""
        return [{**fault.document(), "times": left} for fault, left in self._armed]
