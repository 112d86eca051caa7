"""What the use cases need from outside, as Protocols. `bootstrap` connects them with what implements them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from carloop_plugin.domain.accounts import Account, Contact, SiteSettings, StoredSettings
    from carloop_plugin.domain.appointments import Customer, SavedAppointment
    from carloop_plugin.domain.changes import Answer, Intent, Outcome
    from carloop_plugin.domain.figures import Backlog, Figures
    from carloop_plugin.domain.rentals import Rental, RentalRecord, Unreadable, UnreadableRental
    from carloop_plugin.domain.values import (
        AccountId,
        AppointmentId,
        ChangeId,
        Period,
        RentalId,
        Site,
        VehicleId,
    )
    from carloop_plugin.domain.vehicles import Filters, FreeVehicles, Quote, VehicleQuery


class Clock(Protocol):
    """Our own idea of the time of day. Deadlines are monotonic and never ask it."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""


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
        """Return the token's account, read at first use and remembered as long as this session lives."""

    def read_account(self, *, deadline: float) -> Account:
        """Read the token's account anew."""

    def filters(self, *, locale: str, deadline: float) -> Filters:
        """Read the vehicle classes and features, named in a language, and the stations."""

    def search(self, query: VehicleQuery, *, deadline: float) -> FreeVehicles:
        """Find the free vehicles, page by page up to the query's limit."""

    def quote_vehicle(
        self, vehicle_id: VehicleId, period: Period, *, replaces: RentalId | None, deadline: float
    ) -> Quote | None:
        """Read what a rental would cost instead of another one; None where Carloop has no such vehicle."""

    def quote_end(self, rental_id: RentalId, end: datetime, *, deadline: float) -> Quote | None:
        """Read what a rental would cost with another end; None where Carloop has no such rental."""

    def read_rental(self, rental_id: RentalId, *, deadline: float) -> Rental | None:
        """Read a rental; None only where Carloop's own problem document says `not_found`."""

    def find_rental(self, external_reference: str, *, deadline: float) -> Rental | None:
        """Find a rental by our reference; None where Carloop has none. One that cannot be read is `CallFailed`."""

    def rentals_changed_since(
        self, since: datetime | None, *, deadline: float
    ) -> Iterator[Rental | Unreadable]:
        """Read the rentals updated since an instant, oldest first, a page at a time, its unreadable ones first."""

    def booking_body(
        self,
        *,
        external_reference: str,
        vehicle_id: VehicleId,
        period: Period,
        customer: Customer,
        note: str | None,
        replaces: RentalId | None,
    ) -> bytes:
        """Return the body of a booking. `replaces` is a rental that it cancels."""

    def end_body(self, end: datetime) -> bytes:
        """Return the body of a change of the end."""

    def cancellation_body(self, reason: str | None) -> bytes:
        """Return the body of a cancellation."""

    def send(self, intent: Intent, *, deadline: float) -> Answer:
        """Send an intent's change, retry where that is safe, and return what is known of it.

        Always the same key (the change's id), the same body and the same `If-Match` (the revision). Never raise for an
        answer: what may have been done is `Unknown`.
        """


class Store(Protocol):
    """Our own records, as one hook call sees them. Every method is one transaction and raises `StoreFailed`."""

    @property
    def installation(self) -> str:
        """This store's id, drawn once; it begins every external reference."""

    @property
    def number_key(self) -> bytes:
        """The key of this store under which customers' numbers are digested, drawn once."""

    def stored_settings(self, site: Site) -> StoredSettings | None:
        """Return what was saved for a site, secrets aside; None where nothing was."""

    def save_settings(self, site: Site, settings: StoredSettings) -> None:
        """Replace what is saved for a site."""

    def save_appointment(self, appointment: SavedAppointment) -> SavedAppointment:
        """Keep an appointment unless a revision as new is known; return the newest."""

    def appointments(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, SavedAppointment]:
        """Return the newest revisions seen of appointments."""

    def appointments_numbered(self, number: str) -> Sequence[AppointmentId]:
        """Find the appointments whose customer carries a number."""

    def pending_of(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, Intent]:
        """Return the pending changes of appointments; of a booking being given up, the giving up."""

    def time_zones(self, ids: Sequence[AppointmentId]) -> Mapping[AppointmentId, str]:
        """Return the zones, where known, in which appointments' rentals' times are meant, else their accounts'."""

    def forget_appointments(self, ids: Sequence[AppointmentId]) -> int:
        """Erase appointments, one with a pending change when that settles; return how many could be erased now."""

    def forget_payloads(self, ids: Sequence[AppointmentId]) -> None:
        """Erase the payloads of appointments' pending changes as they settle; the appointments stay."""

    def forget_former_customers(self, number: str) -> None:
        """Erase the digests of a number's customer where an appointment, or its booking, is of somebody else by now."""

    def finish_erasures(self, *, largest: int) -> bool:
        """Clear what was erased out of the files, those moved aside too; False where that has to be done later.

        :param largest: bytes; larger files are left alone, for nobody can write meanwhile.
        """

    @property
    def is_on_server(self) -> bool:
        """Whether the records are a database server's, whose log, copies and backups are out of our hands."""

    def discard_moved_aside(self) -> None:
        """Delete the files of damaged stores moved aside."""

    def carry_over(self, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Take over what can still be read of the damaged store that this one replaces: rows, by their table."""

    def record(self, intent: Intent) -> Intent | RentalRecord | None:
        """Make an intent durable, or return what is there: one of its id, the pending one or a booking's rental."""

    def record_settled(self, intent: Intent, outcome: Outcome) -> Outcome:
        """Keep an outcome that needed no call; return the one that was there first, if one was."""

    def intent(self, change_id: ChangeId) -> Intent | None:
        """Find a change by its id."""

    def pending_intents(self, account: AccountId | None = None) -> Sequence[Intent]:
        """Return the pending intents of one account or of all, those tried least first, those set aside last."""

    def take_up_set_aside(self) -> None:
        """Let recovery try what was set aside as it tries the others, once."""

    def lease(self, change_id: ChangeId) -> Intent | None:
        """Take a pending intent to look after it, as recording and claiming do; None where a living process has it."""

    def claim(self, intent: Intent) -> Intent | None:
        """Claim a recorded intent for one more sending, before it happens; return it as it is then.

        None, and nothing may be sent, where another process has settled, given up, sent or dropped it meanwhile.
        """

    def mark_unknown(self, change_id: ChangeId, code: str, *, counts: bool) -> None:
        """Note that the answer was lost; `counts` where Carloop answered and nothing was settled by it."""

    def await_outcome(self, change_id: ChangeId) -> Intent | None:
        """Note that a host is told "unknown", so that the intent stays; return it, None where it was dropped before."""

    def settle(
        self,
        change_id: ChangeId,
        outcome: Outcome,
        rental: RentalRecord | None = None,
        *,
        booking: Outcome | None = None,
        sends: int | None = None,
    ) -> Outcome | None:
        """Settle an intent, with its rental and the `booking` that it gave up, and erase the payload.

        Return the outcome that holds, be it one settled before. None, and it stays pending, where a booking may not be
        settled as done because it was given up, or the intent was claimed once more since it had so many `sends`.
        """

    def forget_intent(self, change_id: ChangeId) -> bool:
        """Drop an intent that did nothing; False where it was sent again or given up meanwhile, or a host awaits it."""

    def rentals(
        self,
        *,
        appointment_ids: Sequence[AppointmentId] | None = None,
        rental_id: RentalId | None = None,
        account: AccountId | None = None,
        site: Site | None = None,
        change_id: ChangeId | None = None,
        limit: int = 1_000_000,
    ) -> Sequence[RentalRecord]:
        """Return the rentals, as last seen, that are as asked for, newest first. `change_id` is that of the booking."""

    def keep_rental(self, rental: RentalRecord) -> bool:
        """Keep what was seen at Carloop; return False where that was nothing new."""

    def sites(self) -> Sequence[Site]:
        """Return the sites that appointments, intents and settings name."""

    def feed_position(self, account: AccountId, *, now: datetime) -> datetime | None:
        """Return up to when, by Carloop's clock, an account's rentals were read; else when its oldest was updated."""

    def note_contact(self, contact: Contact, *, position: datetime | None, time_zone: str | None) -> None:
        """Note a contact, how far the account's rentals have been read, and its zone."""

    def contacts(self) -> Sequence[Contact]:
        """Return when each account last answered."""

    def unreadable(self, account: AccountId | None = None) -> Sequence[UnreadableRental]:
        """List the rentals that could not be read, of one account or of all: ours first, the longest unseen first."""

    def note_unreadable(self, rental: UnreadableRental) -> None:
        """Note a rental that cannot be read, in place of what was noted of it before."""

    def forget_unreadable(self, rental: UnreadableRental) -> None:
        """Drop what was noted of a rental."""

    def backlog(self) -> Backlog:
        """Count what is pending, and the erasures whose traces may still be in the files."""

    def figures(self) -> Figures:
        """Count what `doctor` reports."""


Connect: TypeAlias = "Callable[[Site], Carloop]"
"""Return a session for a site's address and token; raise `Failed` where they are missing or wrong."""

SettingsOf: TypeAlias = "Callable[[Site], SiteSettings]"
"""Return the settings by which a site's Carloop is reached; raise `Failed` where they are missing or wrong."""


@dataclass(frozen=True, slots=True)
class UseCaseContext:
    """What the use cases of one hook call work with. `deadline` is in monotonic seconds."""

    store: Store
    connect: Connect
    settings_of: SettingsOf
    clock: Clock
    deadline: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """A change whose rules were checked: its intent, and the Carloop that it goes to."""

    intent: Intent
    carloop: Carloop
