"""Book: make a rental of a saved appointment, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from carloop_plugin.domain.appointments import SavedAppointment, identify
from carloop_plugin.domain.changes import Action, Intent, Outcome, OutcomeStatus
from carloop_plugin.domain.failures import Failed, Reason, Refused
from carloop_plugin.domain.rentals import Reference, RentalRecord, read_reference
from carloop_plugin.domain.values import (
    AppointmentId,
    ChangeId,
    Site,
    VehicleId,
)
from carloop_plugin.ports import Call
from carloop_plugin.usecases.recover import make_way
from carloop_plugin.usecases.search import read_period
from carloop_plugin.usecases.send import record_and_send
from carloop_plugin.usecases.settle import gone, observed

if TYPE_CHECKING:
    from mobility_schemas.documents import Customer, Period


def book(change: Mapping[str, object], *, change_id: ChangeId, digest: str, call: Call) -> Outcome:
    """Book a car for an appointment.

    :raises Refused: the appointment was never saved, its DMS customer was altered, the period ends before it begins,
        a change is pending, or there is a rental already.
    :raises CallFailed: Carloop did not answer before anything was sent.
    """
    if made := call.store.rental_of_change(change_id):
        # The records were rebuilt from Carloop: the rental is known, and that this change made it.
        return Outcome(change_id, OutcomeStatus.DONE, rental=made.document)
    appointment = _saved(AppointmentId(str(change["appointment_id"])), call)
    customer = cast("Customer", change["customer"])
    if appointment.locks_customer and not appointment.is_of(customer):
        raise Refused(Reason("customer_locked", "change.customer_locked", pointer="/customer"))
    period = read_period(cast("Period", change["period"]), pointer="/period")
    make_way(appointment.id, call)
    _refuse_second(appointment.id, call)
    site = Site(str(change["site"]))
    carloop = call.connect(site)
    account = carloop.known_account(deadline=call.deadline)
    reference = str(Reference(call.store.installation, site, appointment.id, change_id))
    vehicle_id = VehicleId(str(change["option_id"]))
    renter = identify(cast("Mapping[str, object]", customer), appointment.id, key=call.store.number_key)
    intent = Intent(
        change_id=change_id,
        action=Action.BOOK,
        site=site,
        appointment_id=appointment.id,
        digest=digest,
        recorded_at=call.clock.now(),
        account=account.id,
        external_reference=reference,
        vehicle_id=vehicle_id,
        period=period,
        appointment_period=appointment.period,
        body=carloop.booking_body(
            external_reference=reference, vehicle_id=vehicle_id, period=period, customer=customer
        ),
        customers=appointment.customers_of_rental(renter),
    )
    return record_and_send(intent, carloop=carloop, account=account, call=call)


def _saved(appointment_id: AppointmentId, call: Call) -> SavedAppointment:
    appointment = call.store.appointment(appointment_id)
    if appointment is None:
        raise Refused(Reason("appointment_not_saved", "change.not_saved", pointer="/appointment_id"))
    return appointment


def _refuse_second(appointment_id: AppointmentId, call: Call) -> None:
    rentals = call.store.rentals_of([appointment_id]).get(appointment_id, ())
    active = next((rental for rental in rentals if rental.is_active), None)
    if active and (present := _as_of_now(active, call)).is_active:
        raise Refused(Reason("already_booked", "change.already_booked"), rental=present.document)


def _as_of_now(rental: RentalRecord, call: Call) -> RentalRecord:
    """Look at the rental once more: the desk may have cancelled it or taken it back a moment ago."""
    try:
        carloop = call.connect(rental.site)
        account = carloop.read_account(deadline=call.deadline)
        if account.id != rental.account:
            return rental
        found = carloop.read_rental(rental.id, deadline=call.deadline)
    except Failed:
        return rental
    if found is None:
        present = gone(rental, cancelled_here=False)
    else:
        reference = read_reference(found.external_reference, installation=call.store.installation)
        if reference is None:
            return rental
        present = observed(found, reference=reference, account=account, call=call)
    call.store.keep_rental(present)
    return present
