"""The Carloop provider: the hooks of `mobility_hookspecs`, a few lines each.

Loaded by entry point into other people's processes, so importing it costs next to nothing: what a hook needs is
imported when it is called.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mobility_hookspecs import hookimpl
from mobility_hookspecs.authoring.forking import load_before_fork

if TYPE_CHECKING:
    from mobility_hookspecs import CallContext
    from mobility_schemas import documents as contract


def _load() -> None:
    from carloop_plugin.bootstrap import load_all

    load_all()


load_before_fork(_load)


@hookimpl
def describe_mobility_provider() -> contract.ProviderInfo:
    """Introduce Carloop."""
    from carloop_plugin import __version__

    return {
        "id": "carloop",
        "name": "Carloop",
        "version": __version__,
        "contract": ">=1.0,<2",
        "kinds": ["rental_car"],
        "capabilities": ["change_end", "cancel"],
    }


@hookimpl
def on_appointment_saved(appointment: contract.Appointment, context: CallContext) -> contract.MobilityStep:
    """Remember the appointment and say what step 4 shows."""
    from carloop_plugin.contract.hook_boundary import answering, checked
    from carloop_plugin.usecases.step import save_appointment

    appointment = checked(appointment, "appointment", context)
    with answering("on_appointment_saved", context) as services:
        return save_appointment(appointment, services.context, locale=context.locale)


@hookimpl
def provide_mobility_filters(site: str, context: CallContext) -> contract.MobilityFilters:
    """Read the vehicle classes and features from Carloop."""
    from carloop_plugin.contract.hook_boundary import answering, checked
    from carloop_plugin.domain.values import Site
    from carloop_plugin.usecases.search import filters

    site = checked(site, "site", context)
    with answering("provide_mobility_filters", context) as services:
        return filters(carloop=services.context.connect(Site(site)), deadline=services.context.deadline)


@hookimpl
def provide_mobility_options(
    request: contract.MobilityRequest, context: CallContext
) -> contract.MobilityOffer:
    """Search the free cars."""
    from carloop_plugin.contract.hook_boundary import answering, checked
    from carloop_plugin.domain.values import AppointmentId, Site
    from carloop_plugin.usecases.search import search

    request = checked(request, "mobility_request", context)
    with answering("provide_mobility_options", context) as services:
        site = Site(request["site"])
        appointment_id = request.get("appointment_id")
        saved = services.context.store.appointment(AppointmentId(appointment_id)) if appointment_id else None
        return search(
            request,
            carloop=services.context.connect(site),
            station=services.context.station_of(site),
            time_zone=saved.time_zone if saved else None,
            locale=context.locale,
            deadline=services.context.deadline,
        )


@hookimpl
def on_rental_change(change: contract.RentalChange, context: CallContext) -> contract.RentalOutcome | None:
    """Book, change the end or cancel; refusals and unknown outcomes are answers, not exceptions."""
    from carloop_plugin.contract.documents import outcome_document
    from carloop_plugin.contract.hook_boundary import (
        answering,
        checked,
        is_for_another,
        refused,
        tell_outcome,
    )
    from carloop_plugin.usecases.change import change_rental
    from mobility_hookspecs.problems import MobilityProblem

    if is_for_another(change):
        return None
    begun = time.monotonic()
    try:
        change = checked(change, "rental_change", context)
        with answering("on_rental_change", context) as services:
            outcome = change_rental(change, services.context)
            answer = outcome_document(outcome, change_id=change["change_id"], locale=context.locale)
    except MobilityProblem as failure:
        answer = refused(change, failure.problem)
    tell_outcome(change, answer, context, begun=begun)
    return answer


@hookimpl
def provide_mobility_states(appointment_ids: list[str], context: CallContext) -> list[contract.MobilityState]:
    """Say from our own records how appointments stand."""
    from carloop_plugin.contract.hook_boundary import answering, checked_ids
    from carloop_plugin.domain.values import AppointmentId
    from carloop_plugin.usecases.step import states

    asked = [AppointmentId(each) for each in checked_ids(appointment_ids, context)]
    with answering("provide_mobility_states", context) as services:
        return states(asked, services.context, locale=context.locale)


@hookimpl
def reconcile_rentals(context: CallContext) -> contract.ReconcileReport:
    """Settle what is pending and bring in what changed at Carloop."""
    from carloop_plugin.contract.documents import reconcile_document
    from carloop_plugin.contract.hook_boundary import answering
    from carloop_plugin.usecases.reconcile import reconcile

    with answering("reconcile_rentals", context) as services:
        report = reconcile(services.sites(), services.context)
        pending, oldest = services.context.store.count_pending()
        return reconcile_document(report, pending=pending, oldest=oldest, locale=context.locale)


@hookimpl
def provide_provider_settings(site: str, context: CallContext) -> contract.ProviderSettings:
    """Give a site's settings and the form to edit them, never a secret."""
    from carloop_plugin.contract.hook_boundary import answering, checked
    from carloop_plugin.domain.values import Site
    from carloop_plugin.settings.page import describe_settings

    site = checked(site, "site", context)
    with answering("provide_provider_settings", context) as services:
        return describe_settings(
            Site(site),
            environment=services.environment,
            store=services.context.store,
            credentials=services.credentials,
            locale=context.locale,
        )


@hookimpl
def save_provider_settings(
    settings: contract.ProviderSettings, context: CallContext
) -> contract.CheckReport | None:
    """Save a site's settings and test them; another provider's are none of ours."""
    from carloop_plugin.contract.hook_boundary import answering, checked, is_for_another
    from carloop_plugin.settings.page import save_settings

    if is_for_another(settings):
        return None
    settings = checked(settings, "provider_settings", context, closed=True)
    with answering("save_provider_settings", context) as services:
        return save_settings(
            settings,
            environment=services.environment,
            store=services.context.store,
            credentials=services.credentials,
            connect=services.context.connect,
            clock=services.context.clock,
            deadline=services.context.deadline,
            locale=context.locale,
        )


@hookimpl
def check_mobility_provider(site: str, context: CallContext) -> contract.CheckReport:
    """Test the connection of a site."""
    from carloop_plugin.contract.hook_boundary import answering, checked
    from carloop_plugin.domain.values import Site
    from carloop_plugin.settings.check import check_site

    site = checked(site, "site", context)
    with answering("check_mobility_provider", context) as services:
        return check_site(
            Site(site),
            environment=services.environment,
            store=services.context.store,
            credentials=services.credentials,
            connect=services.context.connect,
            deadline=services.context.deadline,
            locale=context.locale,
            figures=services.context.store.figures,
        )


@hookimpl
def on_personal_data_erased(
    subjects: contract.ErasureSubjects, context: CallContext
) -> contract.ErasureReport:
    """Forget customers, except for what a pending change still needs."""
    from carloop_plugin.contract.documents import erasure_document
    from carloop_plugin.contract.hook_boundary import answering, checked
    from carloop_plugin.domain.values import AppointmentId
    from carloop_plugin.usecases.erase import erase

    subjects = checked(subjects, "erasure_subjects", context)
    with answering("on_personal_data_erased", context) as services:
        ids = [AppointmentId(each) for each in subjects["appointment_ids"]]
        erased = erase(subjects["customer_numbers"], ids, services.context)
        return erasure_document(erased, locale=context.locale)


@hookimpl
def close_mobility_provider() -> None:
    """Give back connections; calls of other hosts go on, a later call opens anew."""
    from carloop_plugin.bootstrap import close

    close()
