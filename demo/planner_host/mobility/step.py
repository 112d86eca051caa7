"""What the providers say of an appointment, put together for step 4."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final, cast

from mobility_hookspecs import Failure
from planner_host.appointments.appointment import Appointment, document_of
from planner_host.mobility.states import ORDER, Standing, not_loaded, standing_of
from planner_host.planner import Planner
from planner_host.providers.open_changes import OpenChange
from planner_host.storage.audit import AuditEntry

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

TIMEOUT: Final = 4.0
HAS_RENTAL_AFTER: Final = {
    "book": True,
    "change_end": True,
    "rebook": True,
    "cancel": False,
    "withdraw": False,
}
"""What a page says that it was done, and whether there is a rental then."""


@dataclass(frozen=True, slots=True)
class ShownRental:
    """A rental, how the appointment stands with its provider, and who rents, where it was booked here."""

    standing: Standing
    rental: contract.Rental
    renter: contract.Customer | None = field(default=None, repr=False)

    @property
    def provider(self) -> str:
        """Return the id of its provider."""
        return self.standing.provider

    @property
    def is_active(self) -> bool:
        """Return whether the car is reserved or handed out."""
        return self.rental["status"] in ("reserved", "picked_up")


@dataclass(frozen=True, slots=True)
class Step:
    """Step 4 of a saved appointment.

    :ivar others: how the appointment stands with those who have no rental.
    :ivar unseen: outcomes of changes that became known while nobody was waiting for them.
    :ivar is_locked: whether a provider forbids to change the customer.
    :ivar can_search: whether a provider is free to book a rental.
    """

    rentals: tuple[ShownRental, ...] = ()
    others: tuple[Standing, ...] = ()
    unknowns: tuple[OpenChange, ...] = ()
    failures: tuple[Failure, ...] = ()
    unseen: tuple[AuditEntry, ...] = ()
    is_locked: bool = False
    can_search: bool = False

    @property
    def word(self) -> str:
        """Return the most urgent word of `ORDER`, of all providers."""
        words = ["unknown" if self.unknowns else "silent" if self.failures else "none"]
        return max(words + [each.word for each in self.standings], key=ORDER.index)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Return how the appointment stands with each provider."""
        return (*(each.standing for each in self.rentals), *self.others)

    @property
    def gone(self) -> tuple[Standing, ...]:
        """Return those who had a rental that was booked here, and that nobody cancelled here."""
        return tuple(each for each in self.others if each.is_gone)

    @property
    def fingerprint(self) -> str:
        """Return a digest, by which an open page knows whether anything has changed."""
        # No repr names a person: a customer who has changed is no change of a provider's.
        return sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def active(self) -> tuple[ShownRental, ...]:
        """Return the rentals whose car is reserved or handed out."""
        return tuple(shown for shown in self.rentals if shown.is_active)

    @property
    def all_proposals(self) -> tuple[contract.Proposal, ...]:
        """Return all proposals, about a rental or not."""
        return tuple(each for standing in self.standings for each in standing.proposals)

    def is_pending(self, provider: str) -> bool:
        """Return whether the outcome of a change at a provider is unknown; until then it accepts no other."""
        return any(unknown.provider == provider for unknown in self.unknowns)

    def has(self, change: contract.RentalChange) -> bool:
        """Return whether a change is about this appointment's rental, or its open booking."""
        if "book_change_id" in change:
            named = (change["provider"], change["book_change_id"])
            return named in {(each.provider, each.change_id) for each in self.unknowns}
        if "rental_id" not in change:
            return True
        shown = [each.rental for each in self.rentals if each.provider == change["provider"]]
        known = {(each["id"], each["site"]) for each in shown}
        # A rental that its provider made otherwise than it was asked is this appointment's, but is not shown.
        stray = [each["change"] for each in self.all_proposals if each["reason"] == "not_as_asked"]
        own = [each for each in stray if each["provider"] == change["provider"]]
        known |= {(each.get("rental_id", ""), each.get("site", "")) for each in own}
        sites = {site for rental_id, site in known if rental_id == change["rental_id"]}
        return bool(sites) and change.get("site") in {None, *sites}

    def elsewhere(self, provider: str) -> bool:
        """Return whether another provider has a rental for the appointment, or may have one."""
        rentals = {each.provider for each in self.active}
        bookings = {each.provider for each in self.unknowns if each.action in ("book", "rebook")}
        return bool((rentals | bookings) - {provider})

    def silent(self, provider: str) -> tuple[Failure, ...]:
        """Return which other providers did not say whether they have a rental for the appointment."""
        return tuple(each for each in self.failures if each.provider != provider)


def has_happened(done: str, step: Step) -> bool:
    """Return whether a page may say that something was done: an address can claim anything."""
    if done in ("saved", "saved_first"):
        return True
    return HAS_RENTAL_AFTER.get(done) is bool(step.active) and not step.unknowns


def look_up(appointment: Appointment, planner: Planner, *, locale: str) -> Step:
    """Send an appointment to all providers, and put together what they answer; open changes are retried first."""
    planner.changes.retry(appointment.id, locale=locale)
    gathered = planner.host.appointment_saved(document_of(appointment), timeout=TIMEOUT, locale=locale)
    asked = {*gathered.answers, *(failure.provider for failure in gathered.failures)}
    steps, silent = _steps_of_states(appointment, planner, asked, locale=locale)
    booked = planner.records.booked_here([appointment.id], now=planner.now())
    failures = [*gathered.failures, *silent, *not_loaded(planner, booked, locale=locale)]
    answers, booked_here = [*gathered.answers.values(), *steps], {provider for _, provider in booked}
    return _put_together(appointment, planner, answers, failures=failures, booked_here=booked_here)


def _steps_of_states(
    appointment: Appointment, planner: Planner, answered: set[str], *, locale: str
) -> tuple[list[contract.MobilityStep], list[Failure]]:
    """Ask those without the hook for saves how the appointment stands, and return who did not answer.

    A provider without states either has nothing booked.
    """
    silent = [info["id"] for info in planner.host.providers if info["id"] not in answered]
    if not silent:
        return [], []
    gathered = planner.host.mobility_states([appointment.id], timeout=TIMEOUT, locale=locale)
    failures = [each for each in gathered.failures if each.provider in silent]
    failed = {each.provider for each in failures}
    states = gathered.answers
    bare: dict[str, object] = {"appointment_id": appointment.id, "state": "", "proposals": []}
    bare |= {"locked": [], "notices": []}
    steps = [bare | {"provider": each} | dict(*states.get(each, [])) for each in silent if each not in failed]
    return cast("list[contract.MobilityStep]", steps), failures


def _put_together(
    appointment: Appointment,
    planner: Planner,
    answers: list[contract.MobilityStep],
    *,
    failures: Iterable[Failure],
    booked_here: set[str],
) -> Step:
    hidden = planner.records.hidden_of([appointment.id])
    renters = planner.records.renters(appointment.id)
    open_here = planner.changes.open_changes(appointment.id)
    unknowns = _unknown_changes(open_here, answers)
    rentals: list[ShownRental] = []
    others: list[Standing] = []
    for answer in answers:
        provider, rental = answer["provider"], answer.get("rental")
        is_there = rental is not None and rental["status"] != "cancelled"
        # A change that is open here may be what the rental is gone by.
        is_missed = provider in booked_here and not open_here and answer["state"] == "open"
        standing = standing_of(answer, hidden, is_gone=is_missed and not is_there)
        if rental is not None and is_there:
            rentals.append(ShownRental(standing, rental, renters.get((provider, rental["id"]))))
        else:
            others.append(standing)
    taken = {each.provider for each in unknowns} | {each.provider for each in rentals if each.is_active}
    free = {each["provider"] for each in answers} - taken
    return Step(
        rentals=tuple(rentals),
        others=tuple(others),
        unknowns=unknowns,
        failures=tuple(failures),
        unseen=planner.audit.unseen(appointment.id),
        is_locked=any("/customer" in answer["locked"] for answer in answers),
        can_search=bool(free) and not appointment.is_cancelled,
    )


def _unknown_changes(
    open_here: Iterable[OpenChange], answers: Iterable[contract.MobilityStep]
) -> tuple[OpenChange, ...]:
    """Return the changes that are pending at a provider or open here, each once."""
    found = {}
    for answer in answers:
        if pending := answer.get("pending"):
            found[pending["change_id"]] = OpenChange(
                pending["change_id"],
                answer["provider"],
                pending["action"],
                since=pending["since"],
                notices=tuple(answer["notices"]),
            )
    for change in open_here:
        known = found.get(change.change_id, change)
        found[change.change_id] = replace(known, title=change.title, period=change.period, end=change.end)
    return tuple(found.values())
