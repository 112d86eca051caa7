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
        Site,
        StoredSettings,
        StoredToken,
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
    retries. Reads raise `CallFailed`; its reason's code is one of `not_authorised`, `unreachable`,
    `rate_limited`, `deadline_exceeded`, `invalid_answer`, `insecure_address`, or what Carloop refused with.
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


class SettingsStore(Protocol):
    """Where a site's settings are kept, secrets aside."""

    def stored_settings(self, site: Site) -> StoredSettings | None:
        """Give what was saved for a site; None where nothing was."""

    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        """Replace what is saved for a site."""


class Credentials(Protocol):
    """Where a site's token is kept: the keyring, or a file only its owner can read."""

    @property
    def place(self) -> str:
        """Name the place in use, for `doctor`: `keyring` or the file's path."""

    def token(self, site: Site) -> StoredToken | None:
        """Give a site's token; None where none is kept."""

    def keep_token(self, site: Site, token: StoredToken) -> None:
        """Keep a token in place of the site's old one."""

    def forget_token(self, site: Site) -> None:
        """Drop a site's token; dropping none is fine."""
