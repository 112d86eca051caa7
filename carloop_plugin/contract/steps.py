"""Write the contract's documents of how appointments stand, with proposals and notices; and of an erasure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, cast

from carloop_plugin.contract.boundary import problem_document
from carloop_plugin.contract.rentals import period_document, rental_document, title_of
from carloop_plugin.domain.changes import TRIES_BEFORE_SET_ASIDE
from carloop_plugin.domain.proposals import Proposal
from carloop_plugin.domain.rentals import RentalRecord, RentalStatus
from carloop_plugin.domain.values import PROVIDER_ID, AppointmentId
from carloop_plugin.instants import format_instant
from carloop_plugin.messages import text

if TYPE_CHECKING:
    from carloop_plugin.usecases.appointment import Standing, Step
    from carloop_plugin.usecases.erase import Erased
    from mobility_schemas import documents as contract


def step_document(step: Step, customer: contract.Customer, *, locale: str) -> contract.MobilityStep:
    """Return what step 4 shows. `customer` is the one that was sent, answered where it is the newest known."""
    standing, appointment = step.standing, step.appointment
    # A customer that came from the DMS cannot be altered.
    locked = ["/customer"] if appointment.customer_source == "dms" else []
    if standing.is_booked or standing.pending:
        locked = ["/customer", "/period"]
    state = state_document(appointment.id, standing, locale=locale)
    document: dict[str, object] = {
        **state,
        "period": {"start": appointment.start_text, "end": appointment.end_text},
        "locked": locked,
    }
    if step.is_newest:
        document["customer"] = customer
    if step.unusable is not None:
        problem = problem_document(step.unusable, locale)
        message = problem.get("detail") or problem["title"]
        notice = {"code": problem["code"], "severity": "error", "message": message}
        document["notices"] = [*state["notices"], notice]
    return cast("contract.MobilityStep", document)


def state_document(
    appointment_id: AppointmentId, standing: Standing, *, locale: str
) -> contract.MobilityState:
    """Return how an appointment stands."""
    revision = standing.appointment.revision if standing.appointment else 0
    document: dict[str, object] = {
        "provider": PROVIDER_ID,
        "appointment_id": appointment_id,
        "state": standing.state,
        "proposals": [
            _proposal(rental, proposal, revision=revision, locale=locale)
            for rental, proposal in standing.proposals
            if proposal.is_possible
        ],
        "notices": _notices(standing, locale),
    }
    if standing.rental and standing.state != "open":
        document["rental"] = rental_document(standing.rental)
    if intent := standing.pending:
        since = format_instant(intent.recorded_at)
        document["pending"] = {"change_id": intent.change_id, "action": intent.action.value, "since": since}
    return cast("contract.MobilityState", document)


def _proposal(rental: RentalRecord, proposal: Proposal, *, revision: int, locale: str) -> contract.Proposal:
    """Return a proposal. Its id is new with each revision of the appointment, and the same in between."""
    what: dict[str, object] = {"action": "cancel"}
    key = f"proposal.{proposal.misfit}"
    if proposal.end is not None:
        what = {"action": "change_end", "end": format_instant(proposal.end)}
    elif proposal.period is not None:
        what = {
            "action": "rebook",
            "option_id": rental.vehicle.id,
            "period": period_document(proposal.period),
        }
        key = f"proposal.rebook_{proposal.misfit}"
    change = {
        "provider": PROVIDER_ID,
        "site": rental.site,
        "rental_id": rental.id,
        "revision": rental.revision,
    }
    named = "/".join((rental.site, rental.id, str(revision), proposal.misfit))
    return {
        "id": hashlib.blake2b(named.encode(), digest_size=12).hexdigest(),
        "reason": proposal.misfit.value,
        "message": text(key, locale, {"rental": rental.id}),
        "change": cast("contract.ProposedChange", change | what),
    }


def _notices(standing: Standing, locale: str) -> list[contract.Notice]:
    rental, params = standing.rental, dict[str, str]()
    said: list[tuple[str, Literal["info", "warning", "error"]]] = []
    if standing.pending:
        is_set_aside = standing.pending.tries >= TRIES_BEFORE_SET_ASIDE
        said.append(("set_aside", "error") if is_set_aside else ("change_pending", "warning"))
    for _, proposal in standing.proposals:
        said.append((proposal.misfit.value if proposal.is_possible else "desk_must_help", "warning"))
    if rental and rental.is_active and rental.differs:
        said.append(("differs", "warning"))
    if rental and standing.swapped_for:
        former = standing.swapped_for
        params = {
            "now": title_of(rental.vehicle),
            "before": title_of(former) if former.make else former.id,
        }
        said.append(("vehicle_swapped", "warning"))
    if rental and rental.status is RentalStatus.CANCELLED and not rental.cancelled_here:
        said.append(("rental_gone", "warning"))
    if standing.is_behind:
        said.append(("records_behind", "info"))
    return [
        {"code": code, "severity": severity, "message": text(f"notice.{code}", locale, params)}
        for code, severity in said
    ]


def erasure_document(erased: Erased, *, locale: str) -> contract.ErasureReport:
    """Return what was erased, and what is kept until when."""
    remarks = ["erase.carloop_keeps_its_own"]
    if not erased.is_finished:
        remarks.append("erase.files_in_use")
    if erased.is_on_server:
        remarks.append("erase.server_keeps_its_own")
    return {
        "provider": PROVIDER_ID,
        "erased": erased.count,
        "kept": [
            {
                "appointment_id": kept.appointment_id,
                "reason": text(f"erase.change_{'set_aside' if kept.is_set_aside else 'pending'}", locale),
                "until": format_instant(kept.until),
            }
            for kept in erased.kept
        ],
        "remarks": [text(remark, locale) for remark in remarks],
    }
