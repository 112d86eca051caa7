"""Step 4 of an appointment: what is booked, what is pending, what no longer fits. From our own records alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from carloop_plugin.contract.documents import notice, pending_document
from carloop_plugin.contract.problems import problem_document
from carloop_plugin.domain.appointments import SavedAppointment, check_zone, remember
from carloop_plugin.domain.changes import Intent
from carloop_plugin.domain.failures import Failed
from carloop_plugin.domain.proposals import Proposal, proposal_documents, propose
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import PROVIDER_ID, AppointmentId
from carloop_plugin.ports import Call
from carloop_plugin.usecases.recover import settle_pending

if TYPE_CHECKING:
    from mobility_schemas import documents as contract


@dataclass(frozen=True, slots=True)
class Standing:
    """How an appointment stands. `rental` is the one to show, `astray` those offered for cancellation."""

    appointment: SavedAppointment | None
    rental: RentalRecord | None
    astray: tuple[RentalRecord, ...]
    pending: Intent | None

    @property
    def proposals(self) -> tuple[tuple[RentalRecord, Proposal], ...]:
        """Give each rental that does not fit, with what to do about it."""
        rentals = (*self.astray, *((self.rental,) if self.rental else ()))
        computed = ((rental, propose(rental, self.appointment)) for rental in rentals)
        return tuple((rental, proposal) for rental, proposal in computed if proposal)

    @property
    def state(self) -> str:
        """Give the state's name in the contract."""
        if self.pending:
            return "unknown"
        if self.proposals:
            return "attention"
        return "booked" if self.rental and self.rental.status is not RentalStatus.CANCELLED else "open"


def save_appointment(document: contract.Appointment, call: Call, *, locale: str) -> contract.MobilityStep:
    """Keep an appointment, settle its pending change where that can be found out, and say what step 4 shows.

    An older revision changes nothing, and is answered with what the newest said.
    """
    check_zone(document["time_zone"])
    appointment = call.store.save_appointment(remember(document, key=call.store.number_key))
    settle_pending(appointment.id, call)
    standing = standings([appointment.id], call)[appointment.id]
    is_booked = standing.rental is not None and standing.rental.status is not RentalStatus.CANCELLED
    locked = ["/customer", "/period"] if is_booked or standing.pending else []
    step: dict[str, object] = dict(_state(appointment.id, standing, locale))
    step["period"] = {"start": appointment.start_text, "end": appointment.end_text}
    step["locked"] = locked or (["/customer"] if appointment.locks_customer else [])
    step["notices"] = [*_notices(standing, locale), *_settings_notice(appointment, call, locale)]
    if document["revision"] >= appointment.revision and appointment.is_of(
        cast("Mapping[str, object]", document["customer"])
    ):
        step["customer"] = document["customer"]
    return cast("contract.MobilityStep", step)


def states(
    appointment_ids: Sequence[AppointmentId], call: Call, *, locale: str
) -> list[contract.MobilityState]:
    """Say how each appointment stands, in the order asked; one never seen is open."""
    found = standings(appointment_ids, call)
    return [_state(each, found[each], locale) for each in appointment_ids]


def standings(appointment_ids: Sequence[AppointmentId], call: Call) -> Mapping[AppointmentId, Standing]:
    """Read how appointments stand, in three queries however many there are."""
    appointments = call.store.appointments(appointment_ids)
    rentals = call.store.rentals_of(appointment_ids)
    pending = call.store.pending_of(appointment_ids)
    return {
        each: Standing(
            appointment=appointments.get(each),
            rental=_shown(rentals.get(each, ())),
            astray=tuple(rental for rental in rentals.get(each, ()) if not rental.linked),
            pending=pending.get(each),
        )
        for each in appointment_ids
    }


def _shown(rentals: Sequence[RentalRecord]) -> RentalRecord | None:
    linked = [rental for rental in rentals if rental.linked]
    active = [rental for rental in linked if rental.is_active]
    return next(iter(active or linked), None)


def _state(appointment_id: AppointmentId, standing: Standing, locale: str) -> contract.MobilityState:
    revision = standing.appointment.revision if standing.appointment else 0
    state: dict[str, object] = {
        "provider": PROVIDER_ID,
        "appointment_id": appointment_id,
        "state": standing.state,
        "proposals": [
            document
            for rental, proposal in standing.proposals
            for document in proposal_documents(rental, proposal, revision=revision, locale=locale)
        ],
    }
    if standing.rental and standing.state != "open":
        state["rental"] = standing.rental.document
    if standing.pending:
        state["pending"] = pending_document(standing.pending)
    return cast("contract.MobilityState", state)


def _notices(standing: Standing, locale: str) -> list[contract.Notice]:
    notices = []
    if standing.pending:
        severity = "error" if standing.pending.is_set_aside else "warning"
        code = "set_aside" if standing.pending.is_set_aside else "change_pending"
        notices.append(notice(code, severity, locale))
    for _, proposal in standing.proposals:
        code = proposal.misfit.value if proposal.is_possible else "desk_must_help"
        notices.append(notice(code, "warning", locale))
    rental = standing.rental
    if rental and rental.is_active and rental.differs:
        notices.append(notice("differs", "warning", locale))
    if rental and rental.status is RentalStatus.CANCELLED and not rental.cancelled_here:
        notices.append(notice("cancelled_at_desk", "warning", locale))
    return notices


def _settings_notice(appointment: SavedAppointment, call: Call, locale: str) -> list[contract.Notice]:
    try:
        call.connect(appointment.site)
    except Failed as failure:
        problem = problem_document(failure.reason, locale)
        message = problem.get("detail") or problem["title"]
        return [{"code": problem["code"], "severity": "error", "message": message}]
    return []
