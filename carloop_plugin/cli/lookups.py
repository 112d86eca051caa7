"""What the command line looks up in the provider's own records, beside what a host learns by the contract."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import tzinfo
from typing import TYPE_CHECKING

from carloop_plugin.cli.invocation import Invocation, UsageMistake, nearest
from carloop_plugin.domain.appointments import SavedAppointment, zone_of
from carloop_plugin.domain.failures import Reason
from carloop_plugin.domain.values import AppointmentId, RentalId, Site

if TYPE_CHECKING:
    from carloop_plugin.bootstrap import Services
    from carloop_plugin.domain.rentals import RentalRecord

DEFAULT_SITE = "main"
NOT_SAVED = Reason("appointment_not_saved", pointer="/appointment_id")
_TIMEOUT = 10.0


def records() -> AbstractContextManager[Services]:
    """Open the provider's records."""
    from carloop_plugin import bootstrap

    return bootstrap.opened(deadline=time.monotonic() + _TIMEOUT)


def chosen_site(invocation: Invocation) -> str:
    """Return the site a command is for. Raise `UsageMistake` for an unknown one that no address serves."""
    if invocation.site is None:
        return DEFAULT_SITE
    site = Site(invocation.site)
    with records() as services:
        known = list(services.sites())
        if known and site not in known and services.settings(site).base_url is None:
            raise UsageMistake("usage.no_site", near=nearest(site, known), site=site, known=", ".join(known))
    return site


def known_appointment(appointment_id: str) -> SavedAppointment | None:
    """Return an appointment as last saved; None where it never was."""
    wanted = AppointmentId(appointment_id)
    with records() as services:
        return services.context.store.appointments([wanted]).get(wanted)


def known_rental(rental_id: str, site: str | None) -> RentalRecord:
    """Return a rental of ours. Raise `Failed` where there is none, or several sites have one of this id."""
    from carloop_plugin.usecases.end_or_cancel import find_rental

    with records() as services:
        return find_rental(RentalId(rental_id), Site(site) if site else None, services.context)


def zones_of(appointment_ids: Sequence[str]) -> Mapping[str, tzinfo | None]:
    """Return the zones in which the times of appointments' rentals are shown, as far as they are known."""
    with records() as services:
        found = services.context.store.time_zones([*map(AppointmentId, appointment_ids)])
    return {each: zone_of(name) for each, name in found.items()}


def zone_of_rental(rental_id: str, site: str | None) -> tzinfo | None:
    """Return the zone in which a local time of a rental is meant; None where that is not known or not clear.

    :raises Failed: the records do not say, and its account cannot be asked.
    """
    with records() as services:
        found = services.context.store.rentals(
            rental_id=RentalId(rental_id), site=Site(site) if site else None
        )
        names = services.context.store.time_zones([each.appointment_id for each in found])
    if names:
        # Rentals of one id at several sites may be of several zones.
        return zone_of(min(names.values())) if len({*names.values()}) == 1 else None
    return zone_of_account(found[0].site if found else site or DEFAULT_SITE)


def zone_of_account(site: str) -> tzinfo | None:
    """Return the zone of the Carloop account that a site uses; None where this computer does not know it.

    :raises Failed: the account cannot be asked.
    """
    with records() as services:
        carloop = services.context.connect(Site(site))
        return zone_of(carloop.known_account(deadline=services.context.deadline).time_zone)
