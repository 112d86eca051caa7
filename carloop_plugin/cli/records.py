"""What the command line looks up in the provider's own records, beside what the contract tells a host."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING

from carloop_plugin.cli.times import zone_of
from carloop_plugin.model import AppointmentId, Reason, Refused

if TYPE_CHECKING:
    from carloop_plugin.appointment import SavedAppointment
    from carloop_plugin.bootstrap import Wired

_PATIENCE = 10.0


@contextmanager
def records() -> Iterator[Wired]:
    """Open the provider's records for one look."""
    from carloop_plugin import bootstrap

    with bootstrap.opened(deadline=time.monotonic() + _PATIENCE) as wired:
        yield wired


def known_appointment(appointment_id: str) -> SavedAppointment | None:
    """Give an appointment as last saved; None where it never was."""
    with records() as wired:
        return wired.call.store.appointment(AppointmentId(appointment_id))


def saved_appointment(appointment_id: str) -> SavedAppointment:
    """Give an appointment as last saved. Raise `Refused` where it never was."""
    appointment = known_appointment(appointment_id)
    if appointment is None:
        raise not_saved()
    return appointment


def not_saved() -> Refused:
    """Refuse to go on without a saved appointment."""
    return Refused(Reason("appointment_not_saved", pointer="/appointment_id"))


def zones_of(appointment_ids: Sequence[str]) -> dict[str, tzinfo | None]:
    """Give the zones of appointments, as far as they are known."""
    with records() as wired:
        found = wired.call.store.appointments([AppointmentId(each) for each in appointment_ids])
    return {each: zone_of(saved.time_zone) for each, saved in found.items()}


def store_location() -> str:
    """Give where the provider's records are: a file's path or a database's address."""
    from carloop_plugin.settings import Environment

    return Environment.read().store
