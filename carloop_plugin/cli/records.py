"""What the command line looks up in the provider's own records, beside what the contract tells a host."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import TYPE_CHECKING

from carloop_plugin.cli.misuse import Misuse, nearest
from carloop_plugin.cli.planner import DEFAULT_SITE
from carloop_plugin.cli.times import zone_of
from carloop_plugin.model import AppointmentId, Reason, Refused, Site

if TYPE_CHECKING:
    from carloop_plugin.appointment import SavedAppointment
    from carloop_plugin.bootstrap import Wired
    from carloop_plugin.cli.invocation import Invocation

_PATIENCE = 10.0


@contextmanager
def records() -> Iterator[Wired]:
    """Open the provider's records for one look."""
    from carloop_plugin import bootstrap

    with bootstrap.opened(deadline=time.monotonic() + _PATIENCE) as wired:
        yield wired


def chosen_site(invocation: Invocation) -> str:
    """Return the site a command is for. Raise `Misuse` for a site that is not known and that no address serves."""
    if invocation.site is None:
        return DEFAULT_SITE
    site = Site(invocation.site)
    with records() as wired:
        known = list(wired.sites())
        if known and site not in known and wired.settings(site).base_url is None:
            raise Misuse("usage.no_site", near=nearest(site, known), site=site, known=", ".join(known))
    return site


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
