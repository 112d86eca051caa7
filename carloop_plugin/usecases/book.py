"""Book a vehicle for a saved appointment, once."""

from __future__ import annotations

from carloop_plugin.domain.appointments import SavedAppointment, identify
from carloop_plugin.domain.changes import Action, Book, Intent
from carloop_plugin.domain.failures import Failed, Reason, RuleBroken
from carloop_plugin.domain.rentals import Reference, RentalRecord, gone, record_of
from carloop_plugin.ports import Carloop, Prepared, UseCaseContext


def book(command: Book, context: UseCaseContext) -> Prepared:
    """Return the booking to be sent.

    :raises RuleBroken: the appointment was never saved, its DMS customer was altered, the period ends before it begins,
        or there is a rental already.
    :raises CallFailed: Carloop did not answer.
    """
    appointment = context.store.appointments([command.appointment_id]).get(command.appointment_id)
    if appointment is None:
        raise RuleBroken(Reason("appointment_not_saved", "change.not_saved", pointer="/appointment_id"))
    if appointment.customer_source == "dms" and not appointment.is_of(command.customer):
        raise RuleBroken(Reason("customer_locked", "change.customer_locked", pointer="/customer"))
    if command.period.end <= command.period.start:
        raise RuleBroken(Reason("period_invalid", "change.end_before_start", pointer="/period/end"))
    for rental in context.store.rentals(appointment_ids=[appointment.id]):
        if rental.is_active and (present := _as_of_now(rental, context)).is_active:
            raise RuleBroken(Reason("already_booked", "change.already_booked"), rental=present)
    carloop = context.connect(command.site)
    return Prepared(_booking(command, appointment, carloop, context), carloop)


def _booking(
    command: Book, appointment: SavedAppointment, carloop: Carloop, context: UseCaseContext
) -> Intent:
    reference = str(Reference(context.store.installation, command.site, appointment.id, command.change_id))
    renter = identify(command.customer, appointment.id, key=context.store.number_key)
    return Intent(
        change_id=command.change_id,
        action=Action.BOOK,
        site=command.site,
        appointment_id=appointment.id,
        digest=command.digest,
        recorded_at=context.clock.now(),
        account=carloop.known_account(deadline=context.deadline).id,
        external_reference=reference,
        vehicle_id=command.vehicle_id,
        period=command.period,
        appointment_period=appointment.period,
        body=carloop.booking_body(
            external_reference=reference,
            vehicle_id=command.vehicle_id,
            period=command.period,
            customer=command.customer,
        ),
        customers=appointment.customers_of_rental(renter),
    )


def _as_of_now(rental: RentalRecord, context: UseCaseContext) -> RentalRecord:
    """Read the rental at Carloop once more: the desk may have cancelled it or taken it back a moment ago."""
    try:
        carloop = context.connect(rental.site)
        account = carloop.read_account(deadline=context.deadline)
        if account.id != rental.account:
            return rental
        found = carloop.read_rental(rental.id, deadline=context.deadline)
    except Failed:
        return rental
    if found is None:
        present = gone(rental, cancelled_here=False)
    else:
        installation = context.store.installation
        present = record_of(found, account.id, installation=installation, known=[rental]) or rental
    context.store.keep_rental(present)
    return present
