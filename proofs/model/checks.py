"""What must hold after every step: of Carloop's rentals, the records, and what planners are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from carloop_plugin import plugin
from carloop_plugin.domain.changes import Action, Intent, OutcomeStatus
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import AppointmentId, ChangeId
from mobility_hookspecs import CallContext
from mobility_schemas import validate
from proofs.model.carloop import OTHERS, CarloopState, RentalState
from proofs.model.planner_state import ChangeRequest, Document, identity, summarize
from proofs.model.simulation import Simulation

NEVER_SEEN = "A-0"


@dataclass(frozen=True)
class Snapshot:
    """The state of everything at one moment."""

    carloop: CarloopState
    requests: Mapping[str, ChangeRequest]
    intents: Mapping[str, Intent | None]
    planner_state: Mapping[str, RentalRecord]
    states: Mapping[str, Document]
    shown: Mapping[str, int]
    ends: Mapping[str, set[datetime]]
    late: frozenset[str]
    ever_late: frozenset[str]
    customers: Mapping[str, Document]
    erased: frozenset[str]

    def is_pending(self, change_id: str) -> bool:
        """Return whether a change is pending in the records."""
        intent = self.intents.get(change_id)
        return intent is not None and intent.outcome is None

    def settled(self, status: OutcomeStatus) -> Iterator[tuple[ChangeRequest, Intent]]:
        """Return the changes that were settled with a status."""
        for change_id, intent in self.intents.items():
            if intent and intent.outcome and intent.outcome.status is status:
                yield self.requests[change_id], intent


def take_snapshot(sim: Simulation) -> Snapshot:
    """Read the state of everything, in a process that does nothing else."""
    observer, ids = (sim.processes["observer"], [appointment.id for appointment in sim.appointments])
    with observer.store(deadline=time.monotonic() + 10) as store:
        intents = {change_id: store.intent(ChangeId(change_id)) for change_id in sim.requests}
        rentals = store.rentals(appointment_ids=[AppointmentId(each) for each in ids])
        saved = store.appointments([AppointmentId(each) for each in ids])
    with observer.running():
        states = plugin.provide_mobility_states([*ids, NEVER_SEEN], CallContext.within(10))
    for state in states:
        validate(state, "mobility_state")
        sim.record_shown(state.get("rental"))  # type: ignore[arg-type]
    carloop = sim.carloop.read_state()
    for rental in carloop.rentals:
        sim.ends.setdefault(rental.id, set()).add(rental.end)
    return Snapshot(
        carloop=carloop,
        requests=sim.requests,
        intents=intents,
        planner_state={record.id: record for record in rentals},
        states={state["appointment_id"]: state for state in states},  # type: ignore[misc]
        shown=sim.shown,
        ends=sim.ends,
        late=frozenset(sim.late),
        ever_late=frozenset(sim.ever_late),
        customers={
            appointment.id: appointment.customer_of(saved[AppointmentId(appointment.id)].revision)
            for appointment in sim.appointments
            if appointment.id in saved
        },
        erased=frozenset(appointment.id for appointment in sim.appointments if appointment.is_erased),
    )


def violations(snapshot: Snapshot) -> list[str]:
    """Return what does not hold."""
    return [violation for check in CHECKS for violation in check(snapshot)]


def no_overlap(snapshot: Snapshot) -> Iterator[str]:
    """A vehicle is held by one rental at a time."""
    active = sorted(
        (each for each in snapshot.carloop.rentals if each.is_active),
        key=lambda each: (each.vehicle, each.start),
    )
    for vehicle, rentals in groupby(active, key=lambda each: each.vehicle):
        for one, next_one in pairwise(rentals):
            if one.end > next_one.start:
                yield f"{vehicle} is held by {one.id} and {next_one.id} at once"


def done_is_done(snapshot: Snapshot) -> Iterator[str]:
    """What was settled as done exists, exactly once."""
    for request, intent in snapshot.settled(OutcomeStatus.DONE):
        made = snapshot.carloop.made_by(request.id)
        if request.rents and len(made) != 1:
            yield f"{request.name} is done and exists {len(made)} times"
        elif request.document["action"] == "change_end" and not _has_its_end(snapshot, request):
            yield f"{request.name} is done and Carloop never did it"
        elif "rental_id" in request.document and request.document["action"] in ("cancel", "rebook"):
            rental = snapshot.carloop.named(request.document["rental_id"])
            if rental and rental.is_active:
                yield f"{request.name} is done and {rental.id} is {rental.status}"
        elif intent.gives_up:
            yield from _given_up(snapshot, snapshot.requests[intent.gives_up])


def _has_its_end(snapshot: Snapshot, request: ChangeRequest) -> bool:
    # an end that the rental already had need not be executed
    end = datetime.fromisoformat(request.document["end"])
    return request.id in snapshot.carloop.executed or end in snapshot.ends[request.document["rental_id"]]


def refused_did_not_happen(snapshot: Snapshot) -> Iterator[str]:
    """What was settled as refused changed nothing; what was given up is cancelled."""
    for request, intent in snapshot.settled(OutcomeStatus.REFUSED):
        code = intent.outcome.reason.code if intent.outcome and intent.outcome.reason else ""
        if code == "given_up":
            yield from _given_up(snapshot, request)
        elif (
            code != "invalid_answer"
            and request.id in snapshot.carloop.executed.keys() - snapshot.carloop.idle
        ):
            yield f"{request.name} is refused ({code}) and Carloop did it"


def _given_up(snapshot: Snapshot, booking: ChangeRequest) -> Iterator[str]:
    for rental in snapshot.carloop.made_by(booking.id):
        # it was handed out before it could be cancelled, or it has replaced the rental before it
        stands = booking.is_rebooking and booking.id in snapshot.ever_late
        if rental.status == "reserved" and booking.id not in snapshot.late and not stands:
            yield f"{booking.name} is given up and {rental.id} is {rental.status}"


def nothing_without_intent(snapshot: Snapshot) -> Iterator[str]:
    """What Carloop executed has a durable intent; what was answered as unknown keeps one until it is settled."""
    for change_id, intent in snapshot.intents.items():
        request = snapshot.requests[change_id]
        if intent is None and change_id in snapshot.carloop.executed:
            yield f"{request.name} was executed, and the records know nothing of it"
        if intent is None and request.was_unknown:
            yield f"{request.name} was unknown, and the records know nothing of it"
        if intent and intent.outcome and intent.body is not None:
            yield f"{request.name} is settled, and its payload is still there"


def keys_are_changes(snapshot: Snapshot) -> Iterator[str]:
    """Each request is sent with the change's id as its key."""
    for key in snapshot.carloop.keys - snapshot.requests.keys():
        if not key.startswith(OTHERS):
            yield f"Carloop was sent the key {key}, which is no change's"


def nothing_is_overwritten(snapshot: Snapshot) -> Iterator[str]:
    """A change of the end or a rebooking is executed at the revision it was recorded with, or not at all."""
    for change_id, revision in snapshot.carloop.executed.items():
        intent = snapshot.intents.get(change_id)
        if not intent or intent.action not in (Action.CHANGE_END, Action.REBOOK):
            continue
        replaced = snapshot.carloop.named(intent.rental_id or "")
        if intent.action is Action.REBOOK and replaced:
            revision = replaced.revision
        if revision - (intent.revision or 0) not in (0, 1):
            yield f"{snapshot.requests[change_id].name} of revision {intent.revision} was executed as {revision}"


def erased_is_gone(snapshot: Snapshot) -> Iterator[str]:
    """An appointment that was to be erased is, unless a change of it is pending."""
    for appointment_id in snapshot.erased & snapshot.customers.keys():
        request = [each for each in snapshot.requests.values() if each.appointment.id == appointment_id]
        if not any(snapshot.is_pending(each.id) for each in request):
            yield f"{appointment_id} was to be erased, and is remembered"


def linked_or_pending(snapshot: Snapshot) -> Iterator[str]:
    """Each rental of ours is in the records, or the change that made it is pending."""
    for rental in snapshot.carloop.rentals:
        known = (
            rental.id in snapshot.planner_state or snapshot.is_pending(rental.change_id)
            if rental.is_ours
            else True
        )
        if not known and rental.change_id not in snapshot.late:
            yield f"{rental.id} is neither linked nor pending"


def one_rental_each(snapshot: Snapshot) -> Iterator[str]:
    """An appointment has one active rental at most, apart from those not linked, pending or given up."""
    for appointment_id in snapshot.states:
        active = [each.id for each in snapshot.carloop.rentals if _counts(snapshot, each, appointment_id)]
        if len(active) > 1:
            yield f"{appointment_id} has {', '.join(active)}"


def _counts(snapshot: Snapshot, rental: RentalState, appointment_id: str) -> bool:
    record = snapshot.planner_state.get(rental.id)
    return (
        rental.is_ours
        and rental.is_active
        and rental.appointment_id == appointment_id
        and (record is None or record.linked)
        and rental.change_id not in snapshot.late
        and not snapshot.is_pending(rental.change_id)
    )


def states_are_true(snapshot: Snapshot) -> Iterator[str]:
    """What a planner is shown may be outdated, but never something that was not so."""
    for appointment_id, state in snapshot.states.items():
        pending = [
            each.name
            for each in snapshot.requests.values()
            if each.appointment.id == appointment_id and snapshot.is_pending(each.id)
        ]
        if (state["state"] == "unknown") != bool(pending):
            yield f"{appointment_id} is {summarize(state)}, pending are: {', '.join(pending) or 'none'}"
        if "pending" in state and not snapshot.is_pending(state["pending"]["change_id"]):
            yield f"{appointment_id} shows as pending what is not"
        if "rental" in state:
            yield from _shown_rental(snapshot, appointment_id, state["rental"])
        elif state["state"] == "open":
            yield from _shown_nothing(snapshot, appointment_id)


def _shown_rental(snapshot: Snapshot, appointment_id: str, shown: Document) -> Iterator[str]:
    rental = snapshot.carloop.named(shown["id"])
    if rental is None or rental.appointment_id != appointment_id:
        yield f"{appointment_id} shows {shown['id']}, which is none of its"
        return
    if shown["revision"] < snapshot.shown[rental.id]:
        yield f"{rental.id} was shown as of {snapshot.shown[rental.id]}, and is shown as of {shown['revision']}"
    if shown["revision"] > rental.revision:
        yield f"{rental.id} is shown as of {shown['revision']}, and Carloop has {rental.revision}"
    if shown["revision"] == rental.revision and shown["status"] != rental.status:
        yield f"{rental.id} is shown as {shown['status']}, and is {rental.status}"
    if shown["revision"] == rental.revision and shown["vehicle"]["id"] != rental.vehicle:
        yield f"{rental.id} is shown with {shown['vehicle']['id']}, and has {rental.vehicle}"


def _shown_nothing(snapshot: Snapshot, appointment_id: str) -> Iterator[str]:
    for rental in snapshot.carloop.rentals:
        if _counts(snapshot, rental, appointment_id):
            yield f"{appointment_id} is shown as open, and has {rental.id}"


def another_customer_is_shown(snapshot: Snapshot) -> Iterator[str]:
    """A rental for another customer than the appointment's asks for attention, and no other does."""
    for request in filter(lambda each: each.rents, snapshot.requests.values()):
        state = snapshot.states[request.appointment.id]
        shown = snapshot.planner_state.get(state.get("rental", {}).get("id", ""))
        customer = snapshot.customers.get(request.appointment.id)
        if not shown or not shown.is_active or shown.change_id != request.id or not customer:
            continue
        is_other = identity(customer) != identity(request.document["customer"])
        is_sure = request.is_for_its_only_customer and not request.appointment.was_erased
        if is_other and is_sure and state["state"] == "booked":
            yield f"{shown.id} of {request.appointment.id} is for another customer, and nobody says so"
        if not is_other and "customer_changed" in {each["reason"] for each in state["proposals"]}:
            yield f"{shown.id} of {request.appointment.id} is for its customer, and is said not to be"


CHECKS: tuple[Callable[[Snapshot], Iterator[str]], ...] = (
    no_overlap,
    done_is_done,
    refused_did_not_happen,
    nothing_without_intent,
    keys_are_changes,
    nothing_is_overwritten,
    erased_is_gone,
    linked_or_pending,
    one_rental_each,
    states_are_true,
    another_customer_is_shown,
)
