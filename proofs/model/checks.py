"""What must hold after every step, seen from outside: Carloop's truth, the records, and what planners are shown."""

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
from proofs.model.carloop import OTHERS, Held, Truth
from proofs.model.records import Asked, Document, in_short, who
from proofs.model.world import World

NEVER_SEEN = "A-0"


@dataclass(frozen=True)
class Sight:
    """The world at one moment."""

    truth: Truth
    asked: Mapping[str, Asked]
    intents: Mapping[str, Intent | None]
    records: Mapping[str, RentalRecord]
    states: Mapping[str, Document]
    shown: Mapping[str, int]
    ends: Mapping[str, set[datetime]]
    late: frozenset[str]
    customers: Mapping[str, Document]
    erased: frozenset[str]

    def is_pending(self, change_id: str) -> bool:
        """Tell whether a change is pending in the records."""
        intent = self.intents.get(change_id)
        return intent is not None and not intent.is_settled

    def settled(self, status: OutcomeStatus) -> Iterator[tuple[Asked, Intent]]:
        """Return the changes that were settled so."""
        for change_id, intent in self.intents.items():
            if intent and intent.outcome and intent.outcome.status is status:
                yield self.asked[change_id], intent


def look(world: World) -> Sight:
    """Look at the world, through a process that does nothing else."""
    observer, ids = world.processes["observer"], [visit.id for visit in world.visits]
    with observer.store(deadline=time.monotonic() + 10) as store:
        intents = {change_id: store.intent(ChangeId(change_id)) for change_id in world.asked}
        rentals = store.rentals_of([AppointmentId(each) for each in ids])
        saved = store.appointments([AppointmentId(each) for each in ids])
    with observer.running():
        states = plugin.provide_mobility_states([*ids, NEVER_SEEN], CallContext.within(10))
    for state in states:
        validate(state, "mobility_state")
        world.see(state.get("rental"))  # type: ignore[arg-type]
    truth = world.carloop.look()
    for rental in truth.rentals:
        world.ends.setdefault(rental.id, set()).add(rental.end)
    return Sight(
        truth=truth,
        asked=world.asked,
        intents=intents,
        records={record.id: record for records in rentals.values() for record in records},
        states={state["appointment_id"]: state for state in states},  # type: ignore[misc]
        shown=world.shown,
        ends=world.ends,
        late=frozenset(world.late),
        customers={
            visit.id: visit.customer_of(saved[AppointmentId(visit.id)].revision)
            for visit in world.visits
            if visit.id in saved
        },
        erased=frozenset(visit.id for visit in world.visits if visit.is_erased),
    )


def complaints(sight: Sight) -> list[str]:
    """Say what does not hold."""
    return [complaint for check in CHECKS for complaint in check(sight)]


def no_overlap(sight: Sight) -> Iterator[str]:
    """A vehicle is held by one rental at a time."""
    active = sorted(
        (each for each in sight.truth.rentals if each.is_active), key=lambda each: (each.vehicle, each.start)
    )
    for vehicle, rentals in groupby(active, key=lambda each: each.vehicle):
        for one, next_one in pairwise(rentals):
            if one.end > next_one.start:
                yield f"{vehicle} is held by {one.id} and {next_one.id} at once"


def done_is_done(sight: Sight) -> Iterator[str]:
    """What was settled as done exists, exactly once."""
    for asked, intent in sight.settled(OutcomeStatus.DONE):
        made = sight.truth.made_by(asked.id)
        if asked.is_booking and len(made) != 1:
            yield f"{asked.name} is done and exists {len(made)} times"
        elif asked.change["action"] == "change_end" and not _has_its_end(sight, asked):
            yield f"{asked.name} is done and Carloop never did it"
        elif "rental_id" in asked.change and asked.change["action"] == "cancel":
            rental = sight.truth.named(asked.change["rental_id"])
            if rental and rental.is_active:
                yield f"{asked.name} is done and {rental.id} is {rental.status}"
        elif intent.gives_up:
            yield from _given_up(sight, sight.asked[intent.gives_up])


def _has_its_end(sight: Sight, asked: Asked) -> bool:
    # an end that the rental has had anyway need not be executed to be so
    end = datetime.fromisoformat(asked.change["end"])
    return asked.id in sight.truth.executed or end in sight.ends[asked.change["rental_id"]]


def refused_did_not_happen(sight: Sight) -> Iterator[str]:
    """What was settled as refused changed nothing; what was given up is cancelled, what is astray is shown."""
    for asked, intent in sight.settled(OutcomeStatus.REFUSED):
        code = intent.outcome.reason.code if intent.outcome and intent.outcome.reason else ""
        if code == "given_up":
            yield from _given_up(sight, asked)
        elif code != "invalid_answer" and asked.id in sight.truth.executed.keys() - sight.truth.idle:
            yield f"{asked.name} is refused ({code}) and Carloop did it"


def _given_up(sight: Sight, booking: Asked) -> Iterator[str]:
    for rental in sight.truth.made_by(booking.id):
        # handed out before it could be cancelled: the customer drives it
        if rental.status == "reserved" and booking.id not in sight.late:
            yield f"{booking.name} is given up and {rental.id} is {rental.status}"


def nothing_without_intent(sight: Sight) -> Iterator[str]:
    """What Carloop executed has a durable intent; what was called unknown keeps one until it is settled."""
    for change_id, intent in sight.intents.items():
        asked = sight.asked[change_id]
        if intent is None and change_id in sight.truth.executed:
            yield f"{asked.name} was executed, and the records know nothing of it"
        if intent is None and asked.was_unknown:
            yield f"{asked.name} was unknown, and the records know nothing of it"
        if intent and intent.is_settled and intent.body is not None:
            yield f"{asked.name} is settled, and its payload is still there"


def keys_are_changes(sight: Sight) -> Iterator[str]:
    """What is sent carries the change's id as its key, in each attempt."""
    for key in sight.truth.keys - sight.asked.keys():
        if not key.startswith(OTHERS):
            yield f"Carloop was sent the key {key}, which is no change's"


def an_end_overwrites_nothing(sight: Sight) -> Iterator[str]:
    """A change of the end is executed at the revision it was recorded with, or not at all."""
    for change_id, revision in sight.truth.executed.items():
        intent = sight.intents.get(change_id)
        if intent and intent.action is Action.CHANGE_END and revision - (intent.revision or 0) not in (0, 1):
            yield f"{sight.asked[change_id].name} of revision {intent.revision} was executed as {revision}"


def erased_is_gone(sight: Sight) -> Iterator[str]:
    """An appointment that was to be erased is, unless a change of it is pending."""
    for appointment_id in sight.erased & sight.customers.keys():
        asked = [each for each in sight.asked.values() if each.visit.id == appointment_id]
        if not any(sight.is_pending(each.id) for each in asked):
            yield f"{appointment_id} was to be erased, and is remembered"


def linked_or_pending(sight: Sight) -> Iterator[str]:
    """Each rental of ours is in the records, or the change that made it is pending."""
    for rental in sight.truth.rentals:
        known = rental.id in sight.records or sight.is_pending(rental.change_id) if rental.is_ours else True
        if not known and rental.change_id not in sight.late:
            yield f"{rental.id} is neither linked nor pending"


def one_each(sight: Sight) -> Iterator[str]:
    """An appointment has one active rental at most, those aside that are shown as astray, pending or given up."""
    for appointment_id in sight.states:
        active = [each.id for each in sight.truth.rentals if _counts(sight, each, appointment_id)]
        if len(active) > 1:
            yield f"{appointment_id} has {', '.join(active)}"


def _counts(sight: Sight, rental: Held, appointment_id: str) -> bool:
    record = sight.records.get(rental.id)
    return (
        rental.is_ours
        and rental.is_active
        and rental.appointment_id == appointment_id
        and (record is None or record.linked)
        and rental.change_id not in sight.late
        and not sight.is_pending(rental.change_id)
    )


def states_tell_the_truth(sight: Sight) -> Iterator[str]:
    """What a planner is shown may be a moment old. It is never something that was not so."""
    for appointment_id, state in sight.states.items():
        pending = [
            each.name
            for each in sight.asked.values()
            if each.visit.id == appointment_id and sight.is_pending(each.id)
        ]
        if (state["state"] == "unknown") != bool(pending):
            yield f"{appointment_id} is {in_short(state)}, pending are: {', '.join(pending) or 'none'}"
        if "pending" in state and not sight.is_pending(state["pending"]["change_id"]):
            yield f"{appointment_id} shows as pending what is not"
        if "rental" in state:
            yield from _shown_rental(sight, appointment_id, state["rental"])
        elif state["state"] == "open":
            yield from _shown_nothing(sight, appointment_id)


def _shown_rental(sight: Sight, appointment_id: str, shown: Document) -> Iterator[str]:
    rental = sight.truth.named(shown["id"])
    if rental is None or rental.appointment_id != appointment_id:
        yield f"{appointment_id} shows {shown['id']}, which is none of its"
        return
    if shown["revision"] < sight.shown[rental.id]:
        yield f"{rental.id} was shown as of {sight.shown[rental.id]}, and is shown as of {shown['revision']}"
    if shown["revision"] > rental.revision:
        yield f"{rental.id} is shown as of {shown['revision']}, and Carloop has {rental.revision}"
    if shown["revision"] == rental.revision and shown["status"] != rental.status:
        yield f"{rental.id} is shown as {shown['status']}, and is {rental.status}"
    if shown["revision"] == rental.revision and shown["vehicle"]["id"] != rental.vehicle:
        yield f"{rental.id} is shown with {shown['vehicle']['id']}, and has {rental.vehicle}"


def _shown_nothing(sight: Sight, appointment_id: str) -> Iterator[str]:
    for rental in sight.truth.rentals:
        if _counts(sight, rental, appointment_id):
            yield f"{appointment_id} is shown as open, and has {rental.id}"


def another_customer_is_said(sight: Sight) -> Iterator[str]:
    """A rental for somebody else than the appointment's customer asks for attention, and no other does."""
    for asked in filter(lambda each: each.is_booking, sight.asked.values()):
        state = sight.states[asked.visit.id]
        shown = sight.records.get(state.get("rental", {}).get("id", ""))
        customer = sight.customers.get(asked.visit.id)
        if not shown or not shown.is_active or shown.change_id != asked.id or not customer:
            continue
        is_other = who(customer) != who(asked.change["customer"])
        is_sure = asked.is_for_its_only_customer and not asked.visit.was_erased
        if is_other and is_sure and state["state"] == "booked":
            yield f"{shown.id} of {asked.visit.id} is for another customer, and nobody says so"
        if not is_other and "customer_changed" in {each["reason"] for each in state["proposals"]}:
            yield f"{shown.id} of {asked.visit.id} is for its customer, and is said not to be"


CHECKS: tuple[Callable[[Sight], Iterator[str]], ...] = (
    no_overlap,
    done_is_done,
    refused_did_not_happen,
    nothing_without_intent,
    keys_are_changes,
    an_end_overwrites_nothing,
    erased_is_gone,
    linked_or_pending,
    one_each,
    states_tell_the_truth,
    another_customer_is_said,
)
