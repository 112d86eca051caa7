"""What step 4 shows: what every provider says of an appointment, put into one picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final, cast

from mobility_hookspecs import make_problem
from planner_host.appointments.appointment import Appointment, document_of
from planner_host.planner import Planner
from planner_host.storage.found_out import FoundOut

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
    """A rental, with what is proposed and said about it, and who rents, where it was booked here."""

    provider: str
    name: str
    rental: contract.Rental
    proposals: tuple[contract.Proposal, ...]
    notices: tuple[contract.Notice, ...]
    renter: contract.Customer | None = field(default=None, repr=False)

    @property
    def warnings(self) -> tuple[contract.Notice, ...]:
        """Return what a proposal stands under: why the rental does not fit any more."""
        return tuple(each for each in self.notices if self.proposals and each["severity"] != "info")

    @property
    def is_active(self) -> bool:
        """Tell whether the car is reserved or out."""
        return self.rental["status"] in ACTIVE


@dataclass(frozen=True, slots=True)
class Unknown:
    """A change whose outcome is being found out."""

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
    def can_be_given_up(self) -> bool:
        """Tell whether it is a booking, which alone can be given up."""
        return self.action == "book"


@dataclass(frozen=True, slots=True)
class Gone:
    """A rental that was booked here, and that its provider has no more; nobody has cancelled it here."""

    provider: str
    name: str
    notices: tuple[contract.Notice, ...]


@dataclass(frozen=True, slots=True)
class ShownFailure:
    """A provider that did not answer, and why."""

    provider: str
    name: str
    problem: contract.Problem

    @classmethod
    def of(cls, failure: Failure, planner: Planner) -> ShownFailure:
        """Prepare a failure of the host kit for a page."""
        return cls(failure.provider, planner.provider_name(failure.provider), failure.problem)


@dataclass(frozen=True, slots=True)
class Step:
    """Step 4 of a saved appointment."""

    rentals: tuple[ShownRental, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    gone: tuple[Gone, ...] = ()
    proposals: tuple[tuple[str, contract.Proposal], ...] = ()
    notices: tuple[tuple[str, contract.Notice], ...] = ()
    failures: tuple[ShownFailure, ...] = ()
    found_out: tuple[FoundOut, ...] = ()
    is_locked: bool = False
    can_search: bool = False
    open_providers: tuple[str, ...] = field(default=())

    @property
    def fingerprint(self) -> str:
        """Tell one picture from another: a page that shows this one has nothing to draw anew."""
        return sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def active(self) -> tuple[ShownRental, ...]:
        """Give the rentals whose car is reserved or out."""
        return tuple(shown for shown in self.rentals if shown.is_active)

    @property
    def all_proposals(self) -> tuple[contract.Proposal, ...]:
        """Return what is proposed, about a rental or not."""
        about_rentals = [each for shown in self.rentals for each in shown.proposals]
        return (*about_rentals, *(each for _, each in self.proposals))

    def is_pending(self, provider: str) -> bool:
        """Tell whether a change at a provider is being found out, before which it takes no other."""
        return any(unknown.provider == provider for unknown in self.unknowns)

    def has(self, change: contract.RentalChange) -> bool:
        """Return whether what a change names is this appointment's: its rental, or its open booking."""
        provider = change["provider"]
        if "book_change_id" in change:
            named = (provider, change["book_change_id"])
            return named in {(each.provider, each.change_id) for each in self.unknowns}
        if "rental_id" in change:
            rentals = [each.rental for each in self.rentals if each.provider == provider]
            return any(
                (each["id"], each["site"]) == (change["rental_id"], change.get("site", each["site"]))
                for each in rentals
            )
        return True

    def elsewhere(self, provider: str) -> bool:
        """Return whether another provider has a rental for the appointment, or may have one."""
        rentals = [each.provider for each in self.active]
        bookings = [each.provider for each in self.unknowns if each.action in ("book", "rebook")]
        return any(each != provider for each in rentals + bookings)

    def silent(self, provider: str) -> tuple[ShownFailure, ...]:
        """Return which other providers did not say whether they have a rental for the appointment."""
        return tuple(each for each in self.failures if each.provider != provider)

    @property
    def is_second(self) -> bool:
        """Tell whether a booking would be a second one beside an active rental of another provider."""
        return bool(self.active)


def is_so(done: str, step: Step) -> bool:
    """Tell whether what was asked for has come about, so that a page may say so; an address can claim anything."""
    if done in ("saved", "saved_first"):
        return True
    has_come_about = {
        "book": bool(step.active),
        "change_end": bool(step.active),
        "cancel": not step.active,
        "give_up": not step.active,
        "rebook": bool(step.active),
    }
    return has_come_about.get(done, False) and not step.unknowns


def look_up(appointment: Appointment, planner: Planner, *, locale: str) -> Step:
    """Tell the providers of an appointment and put together what they say; ask again for what is open first."""
    planner.changes.ask_again(appointment.id, locale=locale)
    gathered = planner.host.appointment_saved(document_of(appointment), timeout=TIMEOUT, locale=locale)
    hidden = planner.records.hidden_proposals(appointment.id)
    asked = {*gathered.answers, *(failure.provider for failure in gathered.failures)}
    steps, silent = _steps_of_states(appointment, planner, asked, locale=locale)
    failures = [ShownFailure.of(each, planner) for each in (*gathered.failures, *silent)]
    failures += _not_loaded(appointment, planner, locale=locale)
    answers = [*gathered.answers.values(), *steps]
    return _put_together(appointment, planner, answers, tuple(failures), hidden)


def _steps_of_states(
    appointment: Appointment, planner: Planner, answered: set[str], *, locale: str
) -> tuple[list[contract.MobilityStep], list[Failure]]:
    """Ask those who have nothing to say of a save how the appointment stands, and return who did not answer.

    Who keeps no states may be searched.
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


def _not_loaded(appointment: Appointment, planner: Planner, *, locale: str) -> list[ShownFailure]:
    """Return the providers where a rental was booked here and that are not there any more to be asked."""
    loaded = {info["id"] for info in planner.host.providers}
    booked = {provider for _, provider in planner.records.booked_here([appointment.id], now=planner.now())}
    problem = make_problem("not_supported", locale=locale, title=_NOT_LOADED[locale])
    return [ShownFailure(each, each, problem) for each in sorted(booked - loaded)]


def _put_together(
    appointment: Appointment,
    planner: Planner,
    answers: list[contract.MobilityStep],
    failures: tuple[ShownFailure, ...],
    hidden: frozenset[str],
) -> Step:
    rentals, gone, proposals, notices, free = [], [], [], [], []
    renters = planner.records.renters(appointment.id)
    booked_here = planner.records.booked_here([appointment.id], now=planner.now())
    open_changes = planner.changes.open_changes(appointment.id)
    unknowns = {}
    for answer in answers:
        name = planner.provider_name(answer["provider"])
        wanted = tuple(each for each in answer["proposals"] if each["id"] not in hidden)
        rental, pending = answer.get("rental"), answer.get("pending")
        said = tuple(answer["notices"])
        if pending is not None:
            # What a provider says while it is finding out is about that.
            unknowns[pending["change_id"]] = Unknown(
                answer["provider"], name, pending["change_id"], pending["action"], pending["since"], said
            )
            said = ()
        if rental is not None and rental["status"] != "cancelled":
            renter = renters.get((answer["provider"], rental["id"]))
            rentals.append(ShownRental(answer["provider"], name, rental, wanted, said, renter))
        else:
            proposals += [(name, each) for each in wanted]
            is_gone = answer["state"] == "open" and (appointment.id, answer["provider"]) in booked_here
            if is_gone and not open_changes:
                # A warning is about that; what is an error, as settings that are wrong, stands on its own.
                why = tuple(each for each in said if each["severity"] == "warning")
                gone.append(Gone(answer["provider"], name, why))
                said = tuple(each for each in said if each not in why)
            notices += [(name, each) for each in said]
        if pending is None and (rental is None or rental["status"] not in ACTIVE):
            free.append(answer["provider"])
    for change in open_changes:
        name = planner.provider_name(change.provider)
        known = unknowns.get(change.change_id)
        unknown = known or Unknown(change.provider, name, change.change_id, change.action)
        told = replace(unknown, title=change.title, period=change.period, end=change.end)
        unknowns[change.change_id] = told
    open_providers = tuple(each for each in free if each not in {u.provider for u in unknowns.values()})
    return Step(
        rentals=tuple(rentals),
        unknowns=tuple(unknowns.values()),
        gone=tuple(gone),
        proposals=tuple(proposals),
        notices=tuple(notices),
        failures=failures,
        found_out=planner.changes.unseen.of(appointment.id),
        is_locked=any("/customer" in answer["locked"] for answer in answers),
        can_search=bool(open_providers) and not appointment.is_cancelled,
        open_providers=open_providers,
    )
