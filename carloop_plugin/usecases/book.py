"""Book a vehicle for a saved appointment, once; or instead of the one that is booked."""

from __future__ import annotations

from carloop_plugin.domain.appointments import SavedAppointment, identify
from carloop_plugin.domain.changes import Action, Book, Intent, Rebook
from carloop_plugin.domain.failures import GONE, Failed, Reason, RuleBroken
from carloop_plugin.domain.rentals import Reference, Rental, RentalRecord, RentalStatus, gone, record_of
from carloop_plugin.domain.values import AppointmentId, Site
from carloop_plugin.ports import Carloop, Prepared, UseCaseContext
from carloop_plugin.usecases.end_or_cancel import connect_to, note_gone


def book(command: Book, context: UseCaseContext) -> Prepared:
    """Return the booking to be sent.

    :raises RuleBroken: the appointment was never saved, its DMS customer was altered, the period ends before it begins,
        or there is a rental already.
    :raises CallFailed: Carloop did not answer.
    """
    appointment = _check(command, command.appointment_id, context)
    for rental in context.store.rentals(appointment_ids=[appointment.id]):
        if rental.is_active and (present := _as_of_now(rental, context)).is_active:
            raise RuleBroken(Reason("already_booked", "change.already_booked"), rental=present)
    carloop = context.connect(command.site)
    return Prepared(_booking(command, command.site, appointment, carloop, context), carloop)


def rebook(command: Rebook, rental: RentalRecord, context: UseCaseContext) -> Prepared:
    """Return the booking that is to replace a rental of ours, as that one is at Carloop now.

    :raises RuleBroken: as for a booking; or the rental is not reserved, or is not as the advisor saw it any more.
    :raises CallFailed: Carloop did not answer.
    """
    appointment = _check(command, rental.appointment_id, context)
    carloop = connect_to(rental, context)
    found = carloop.read_rental(rental.id, deadline=context.deadline)
    if found is None:
        note_gone(rental, carloop, context)
        raise RuleBroken(GONE)
    code = None if found.status is RentalStatus.RESERVED else "rental_closed"
    if code is None and command.revision not in (None, found.revision):
        code = "changed_elsewhere"
    if code is not None:
        raise RuleBroken(Reason(code, f"change.{code}"), rental=_keep(found, rental, context))
    return Prepared(_booking(command, rental.site, appointment, carloop, context, replaced=found), carloop)


def _check(
    command: Book | Rebook, appointment_id: AppointmentId, context: UseCaseContext
) -> SavedAppointment:
    appointment = context.store.appointments([appointment_id]).get(appointment_id)
    if appointment is None:
        raise RuleBroken(Reason("appointment_not_saved", "change.not_saved", pointer="/appointment_id"))
    if appointment.customer_source == "dms" and not appointment.is_of(command.customer):
        raise RuleBroken(Reason("customer_locked", "change.customer_locked", pointer="/customer"))
    if command.period.end <= command.period.start:
        raise RuleBroken(Reason("period_invalid", "change.end_before_start", pointer="/period/end"))
    return appointment


def _booking(
    command: Book | Rebook,
    site: Site,
    appointment: SavedAppointment,
    carloop: Carloop,
    context: UseCaseContext,
    *,
    replaced: Rental | None = None,
) -> Intent:
    reference = str(Reference(context.store.installation, site, appointment.id, command.change_id))
    renter = identify(command.customer, appointment.id, key=context.store.number_key)
    return Intent(
        change_id=command.change_id,
        action=Action.REBOOK if replaced else Action.BOOK,
        site=site,
        appointment_id=appointment.id,
        digest=command.digest,
        recorded_at=context.clock.now(),
        account=carloop.known_account(deadline=context.deadline).id,
        rental_id=replaced.id if replaced else None,
        external_reference=reference,
        vehicle_id=command.vehicle_id,
        period=command.period,
        appointment_period=appointment.period,
        revision=replaced.revision if replaced else None,
        body=carloop.booking_body(
            external_reference=reference,
            vehicle_id=command.vehicle_id,
            period=command.period,
            customer=command.customer,
            note=command.note,
            replaces=replaced.id if replaced else None,
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
    if found:
        return _keep(found, rental, context)
    absent = gone(rental, cancelled_here=False)
    context.store.keep_rental(absent)
    return absent


def _keep(found: Rental, known: RentalRecord, context: UseCaseContext) -> RentalRecord:
    installation = context.store.installation
    present = record_of(found, known.account, installation=installation, known=[known]) or known
    context.store.keep_rental(present)
    return present
