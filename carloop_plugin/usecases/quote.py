"""Quote: what a change would cost, and whether it is possible now. Nothing is kept, at Carloop or here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from carloop_plugin.domain.changes import Action, Book, Cancel, ChangeEnd, Command, GiveUp, Rebook
from carloop_plugin.domain.failures import GONE, CallFailed, Reason, RuleBroken, is_final
from carloop_plugin.domain.rentals import RentalRecord
from carloop_plugin.domain.values import Money, Period
from carloop_plugin.domain.vehicles import Quote
from carloop_plugin.ports import UseCaseContext
from carloop_plugin.usecases.deliver import with_advice
from carloop_plugin.usecases.end_or_cancel import connect_to, known_rental

_UNKNOWN_VEHICLE = Reason("vehicle_unavailable", "api.unknown_vehicle", pointer="/option_id")
_ACTIONS = {Book: Action.BOOK, Rebook: Action.REBOOK, ChangeEnd: Action.CHANGE_END}


@dataclass(frozen=True, slots=True)
class Quoted:
    """What the whole rental would cost and how much more that is than now, as far as that is known.

    `reason` is why the change is not possible. `free_until` is how far the end could go; None where no end is in sight,
    and where the vehicle is not free at all.
    """

    reason: Reason | None = None
    price: Money | None = None
    difference: Money | None = None
    free_until: datetime | None = None


def quote(command: Command, context: UseCaseContext) -> Quoted:
    """Return what a change would cost, and whether it is possible now.

    :raises RuleBroken: it is a cancellation, or several sites have its rental.
    :raises CallFailed: Carloop did not answer.
    """
    if isinstance(command, Cancel | GiveUp):
        raise RuleBroken(Reason("invalid_document", "change.not_quoted", pointer="/action"))
    try:
        if isinstance(command, ChangeEnd):
            return _quote_end(command, context)
        return _quote_booking(command, context)
    except (CallFailed, RuleBroken) as failure:
        if not is_final(failure.reason):
            raise
        return Quoted(with_advice(failure.reason, _ACTIONS[type(command)]))


def _quote_end(command: ChangeEnd, context: UseCaseContext) -> Quoted:
    if command.unexpected:
        raise RuleBroken(Reason("rental_immutable", "change.immutable", pointer=f"/{command.unexpected}"))
    rental = known_rental(command.rental_id, command.site, context)
    period = _checked(Period(rental.period.start, command.end), pointer="/end")
    carloop = connect_to(rental, context)
    quoted = carloop.quote_end(rental.id, command.end, deadline=context.deadline)
    if quoted is None:
        raise RuleBroken(GONE)
    return _quoted(quoted, period, Action.CHANGE_END, rental)


def _quote_booking(command: Book | Rebook, context: UseCaseContext) -> Quoted:
    period, rental = _checked(command.period, pointer="/period/end"), None
    if isinstance(command, Book):
        carloop = context.connect(command.site)
    else:
        rental = known_rental(command.rental_id, command.site, context)
        carloop = connect_to(rental, context)
    replaces = rental.id if rental else None
    quoted = carloop.quote_vehicle(command.vehicle_id, period, replaces=replaces, deadline=context.deadline)
    if quoted is None:
        raise RuleBroken(_UNKNOWN_VEHICLE)
    return _quoted(quoted, period, _ACTIONS[type(command)], rental)


def _checked(period: Period, *, pointer: str) -> Period:
    if period.end <= period.start:
        raise RuleBroken(Reason("period_invalid", "change.end_before_start", pointer=pointer))
    return period


def _quoted(quoted: Quote, period: Period, action: Action, rental: RentalRecord | None) -> Quoted:
    until = quoted.free_until if quoted.free_until and quoted.free_until > period.start else None
    if not quoted.available:
        return Quoted(with_advice(Reason("vehicle_unavailable"), action), free_until=until)
    price, present, difference = quoted.price, rental and rental.price, None
    if price and present and (price.currency, price.tax_included) == (present.currency, present.tax_included):
        difference = replace(price, amount=price.amount - present.amount)
    return Quoted(price=price, difference=difference, free_until=until)
