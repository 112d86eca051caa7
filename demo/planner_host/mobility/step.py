"""What the providers say of an appointment, put together for step 4."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final, cast

from mobility_hookspecs import make_problem
from planner_host.appointments.appointment import Appointment, document_of
from planner_host.planner import Planner
from planner_host.storage.audit import AuditEntry

if TYPE_CHECKING:
    from mobility_hookspecs import Failure
    from mobility_schemas import documents as contract

TIMEOUT: Final = 4.0
_NOT_LOADED: Final = {
    "de": "Der Anbieter ist nicht geladen; sein Verleihvorgang zu diesem Termin kann noch bestehen.",
    "en": "The provider is not loaded; its rental for this appointment may still exist.",
}
ACTIVE: Final = frozenset({"reserved", "picked_up"})


@dataclass(frozen=True, slots=True)
class ShownRental:
    """A rental, with its provider's proposals and notices, and who rents, where it was booked here."""

    provider: str
    name: str
    rental: contract.Rental
    proposals: tuple[contract.Proposal, ...]
    notices: tuple[contract.Notice, ...]
    renter: contract.Customer | None = field(default=None, repr=False)

    @property
    def warnings(self) -> tuple[contract.Notice, ...]:
        """Return the notices that say why the rental does not fit any more; they stand above the proposals."""
        return tuple(each for each in self.notices if self.proposals and each["severity"] != "info")

    @property
    def is_active(self) -> bool:
        """Return whether the car is reserved or handed out."""
        return self.rental["status"] in ACTIVE


@dataclass(frozen=True, slots=True)
class UnknownChange:
    """A change whose outcome is not known yet."""

    provider: str
    name: str
    change_id: str
    action: str
    since: str = ""
    notices: tuple[contract.Notice, ...] = ()
    title: str = ""
    period: contract.Period | None = None
    end: str = ""

    @property
    def can_be_withdrawn(self) -> bool:
        """Return whether it is a booking; no other change can be withdrawn."""
        return self.action == "book"


@dataclass(frozen=True, slots=True)
class GoneRental:
    """A rental that was booked here and that its provider does not have any more; nobody cancelled it here."""

    provider: str
    name: str
    notices: tuple[contract.Notice, ...]


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """A provider that did not answer, and why."""

    provider: str
    name: str
    problem: contract.Problem

    @classmethod
    def of(cls, failure: Failure, planner: Planner) -> ProviderFailure:
        """Return a failure of the host kit with the provider's name."""
        return cls(failure.provider, planner.provider_name(failure.provider), failure.problem)


@dataclass(frozen=True, slots=True)
class Step:
    """Step 4 of a saved appointment.

    :ivar proposals: those that are about no rental, with the name of the provider; so are the `notices`.
    :ivar unseen: outcomes of changes that became known while nobody was waiting for them.
    :ivar is_locked: whether a provider forbids to change the customer.
    :ivar open_providers: where a rental could be booked.
    """

    rentals: tuple[ShownRental, ...] = ()
    unknowns: tuple[UnknownChange, ...] = ()
    gone: tuple[GoneRental, ...] = ()
    proposals: tuple[tuple[str, contract.Proposal], ...] = ()
    notices: tuple[tuple[str, contract.Notice], ...] = ()
    failures: tuple[ProviderFailure, ...] = ()
    unseen: tuple[AuditEntry, ...] = ()
    is_locked: bool = False
    can_search: bool = False
    open_providers: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return a digest, by which a page that asks for news knows whether there is any."""
        return sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def active(self) -> tuple[ShownRental, ...]:
        """Return the rentals whose car is reserved or handed out."""
        return tuple(shown for shown in self.rentals if shown.is_active)

    @property
    def all_proposals(self) -> tuple[contract.Proposal, ...]:
        """Return all proposals, about a rental or not."""
        about_rentals = [each for shown in self.rentals for each in shown.proposals]
        return (*about_rentals, *(each for _, each in self.proposals))

    def is_pending(self, provider: str) -> bool:
        """Return whether the outcome of a change at a provider is unknown; until then it accepts no other."""
        return any(unknown.provider == provider for unknown in self.unknowns)

    def has(self, change: contract.RentalChange) -> bool:
        """Return whether a change is about this appointment's rental, or its open booking."""
        provider = change["provider"]
        if "book_change_id" in change:
            named = (provider, change["book_change_id"])
            return named in {(each.provider, each.change_id) for each in self.unknowns}
        if "rental_id" not in change:
            return True
        wanted = (provider, change["rental_id"], change.get("site"))
        return any(
            wanted in ((each.provider, each.rental["id"], site) for site in (None, each.rental["site"]))
            for each in self.rentals
        )

    def elsewhere(self, provider: str) -> bool:
        """Return whether another provider has a rental for the appointment, or may have one."""
        rentals = [each.provider for each in self.active]
        bookings = [each.provider for each in self.unknowns if each.action in ("book", "rebook")]
        return any(each != provider for each in rentals + bookings)

    def silent(self, provider: str) -> tuple[ProviderFailure, ...]:
        """Return which other providers did not say whether they have a rental for the appointment."""
        return tuple(each for each in self.failures if each.provider != provider)


def has_happened(done: str, step: Step) -> bool:
    """Return whether a page may say that something was done: an address can claim anything."""
    if done in ("saved", "saved_first"):
        return True
    has_rental = {"book": True, "change_end": True, "rebook": True, "cancel": False, "withdraw": False}
    return has_rental.get(done) is bool(step.active) and not step.unknowns


def look_up(appointment: Appointment, planner: Planner, *, locale: str) -> Step:
    """Send an appointment to all providers, and put together what they answer; open changes are retried first."""
    planner.changes.retry(appointment.id, locale=locale)
    gathered = planner.host.appointment_saved(document_of(appointment), timeout=TIMEOUT, locale=locale)
    asked = {*gathered.answers, *(failure.provider for failure in gathered.failures)}
    steps, silent = _steps_of_states(appointment, planner, asked, locale=locale)
    failures = [ProviderFailure.of(each, planner) for each in (*gathered.failures, *silent)]
    failures += missing_providers(appointment, planner, locale=locale)
    return _put_together(appointment, planner, [*gathered.answers.values(), *steps], tuple(failures))


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


def missing_providers(appointment: Appointment, planner: Planner, *, locale: str) -> list[ProviderFailure]:
    """Return the providers where a rental was booked here and that are not loaded any more."""
    loaded = {info["id"] for info in planner.host.providers}
    booked = {provider for _, provider in planner.records.booked_here([appointment.id], now=planner.now())}
    problem = make_problem("not_supported", locale=locale, title=_NOT_LOADED[locale])
    return [ProviderFailure(each, each, problem) for each in sorted(booked - loaded)]


def _put_together(
    appointment: Appointment,
    planner: Planner,
    answers: list[contract.MobilityStep],
    failures: tuple[ProviderFailure, ...],
) -> Step:
    hidden = planner.records.hidden_proposals(appointment.id)
    renters = planner.records.renters(appointment.id)
    unknowns = _unknown_changes(appointment, planner, answers)
    rentals, gone, proposals, notices = [], [], [], []
    for answer in answers:
        provider, name = answer["provider"], planner.provider_name(answer["provider"])
        wanted = tuple(each for each in answer["proposals"] if each["id"] not in hidden)
        # Notices beside a pending change are about that change.
        said = () if answer.get("pending") else tuple(answer["notices"])
        rental = answer.get("rental")
        if rental is not None and rental["status"] != "cancelled":
            renter = renters.get((provider, rental["id"]))
            rentals.append(ShownRental(provider, name, rental, wanted, said, renter))
            continue
        if _is_gone(answer, appointment, planner):
            # Warnings say why it is gone; an error, as about wrong settings, is about something else.
            gone.append(GoneRental(provider, name, _of_severity(said, "warning")))
            said = _of_severity(said, "info", "error")
        proposals += [(name, each) for each in wanted]
        notices += [(name, each) for each in said]
    pending = {each.provider for each in unknowns}
    open_providers = tuple(each["provider"] for each in answers if _is_free(each, pending))
    return Step(
        rentals=tuple(rentals),
        unknowns=unknowns,
        gone=tuple(gone),
        proposals=tuple(proposals),
        notices=tuple(notices),
        failures=failures,
        unseen=planner.audit.unseen(appointment.id),
        is_locked=any("/customer" in answer["locked"] for answer in answers),
        can_search=bool(open_providers) and not appointment.is_cancelled,
        open_providers=open_providers,
    )


def _unknown_changes(
    appointment: Appointment, planner: Planner, answers: Iterable[contract.MobilityStep]
) -> tuple[UnknownChange, ...]:
    """Return the changes that are pending at a provider or open here, each once."""
    found = {}
    for answer in answers:
        if pending := answer.get("pending"):
            provider, named = answer["provider"], (pending["change_id"], pending["action"], pending["since"])
            notices = tuple(answer["notices"])
            found[named[0]] = UnknownChange(provider, planner.provider_name(provider), *named, notices)
    for change in planner.changes.open_changes(appointment.id):
        name = planner.provider_name(change.provider)
        here = UnknownChange(change.provider, name, change.change_id, change.action)
        known = found.get(change.change_id, here)
        found[change.change_id] = replace(known, title=change.title, period=change.period, end=change.end)
    return tuple(found.values())


def _is_gone(answer: contract.MobilityStep, appointment: Appointment, planner: Planner) -> bool:
    """Return whether a provider has no rental where one was booked here, and nothing is open that explains it."""
    if answer["state"] != "open" or planner.changes.open_changes(appointment.id):
        return False
    booked_here = planner.records.booked_here([appointment.id], now=planner.now())
    return (appointment.id, answer["provider"]) in booked_here


def _is_free(answer: contract.MobilityStep, pending: set[str]) -> bool:
    rental = answer.get("rental")
    is_active = rental is not None and rental["status"] in ACTIVE
    return not is_active and answer["provider"] not in pending


def _of_severity(notices: Iterable[contract.Notice], *severities: str) -> tuple[contract.Notice, ...]:
    return tuple(each for each in notices if each["severity"] in severities)
