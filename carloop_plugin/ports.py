"""What the use cases need from outside, as Protocols. `bootstrap` fits the adapters in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mobility_schemas.documents import Customer

    from carloop_plugin.model import (
        Account,
        Filters,
        FreeVehicles,
        Period,
        Rental,
        RentalId,
        VehicleId,
        VehicleQuery,
        WriteRequest,
        WriteResult,
    )


class Clock(Protocol):
    """Our own idea of the time of day. Deadlines are monotonic and never ask it."""

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""


class Carloop(Protocol):
    """One Carloop, reached with one token.

    `deadline` is in monotonic seconds, as `time.monotonic()` counts, and bounds the whole call with all its
    retries. Reads raise `CallFailed`; its reason's code is one of `not_authorised`, `unreachable`, `rate_limited`,
    `deadline_exceeded`, `invalid_answer`, `insecure_address`, or what Carloop refused with.
    """

    @property
    def origin(self) -> str:
        """The address's scheme, host and port: what a rental's links may point to."""

    def known_account(self, *, deadline: float) -> Account:
        """Give the token's account, read at first use and remembered as long as this session lives."""

    def read_account(self, *, deadline: float) -> Account:
        """Read the token's account anew."""

    def filters(self, *, deadline: float) -> Filters:
        """Read the vehicle classes and features."""

    def search(self, query: VehicleQuery, *, deadline: float) -> FreeVehicles:
        """Find the free vehicles, page by page up to the query's limit."""

    def read_rental(self, rental_id: RentalId, *, deadline: float) -> Rental | None:
        """Read a rental; None only where Carloop's own problem document says `not_found`."""

    def find_rental(self, external_reference: str, *, deadline: float) -> Rental | None:
        """Find a rental by our reference; None where Carloop has none."""

    def rentals_changed_since(self, since: datetime | None, *, deadline: float) -> Iterator[Rental]:
        """Give the rentals updated at or after an instant, oldest change first, reading a page at a time."""

    def booking_body(
        self, *, external_reference: str, vehicle_id: VehicleId, period: Period, customer: Customer
    ) -> bytes:
        """Write a booking as Carloop wants it."""

    def end_body(self, end: datetime) -> bytes:
        """Write a new end as Carloop wants it."""

    def cancellation_body(self, reason: str | None) -> bytes:
        """Write a cancellation as Carloop wants it."""

    def send(self, request: WriteRequest, *, deadline: float) -> WriteResult:
        """Send a write, again where that is safe, and tell what is known of it. Never raise for an answer."""
