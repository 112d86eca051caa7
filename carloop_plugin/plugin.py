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
    from carloop_plugin.domain.values import Site
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
        "capabilities": ["change_end", "cancel", "rebook", "quote", "settings", "erase"],
    }


@hookimpl
def on_appointment_saved(appointment: contract.Appointment, context: CallContext) -> contract.MobilityStep:
    """Remember the appointment and return what step 4 shows."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, requests, steps
    from carloop_plugin.usecases.appointment import save_appointment

    appointment = boundary.receive(appointment, "appointment", context)
    with boundary.answering("on_appointment_saved", context), opened(context.deadline) as services:
        step = save_appointment(requests.parse_appointment(appointment), services.context)
        return steps.step_document(step, appointment["customer"], locale=context.locale)


@hookimpl
def provide_mobility_filters(site: Site, context: CallContext) -> contract.MobilityFilters:
    """Read the vehicle classes, features and stations from Carloop."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, offers

    site = boundary.receive(site, "site", context)
    with boundary.answering("provide_mobility_filters", context), opened(context.deadline) as services:
        own = services.context
        filters = own.connect(site).filters(locale=context.locale, deadline=own.deadline)
        return offers.filters_document(filters, station=own.settings_of(site).station)


@hookimpl
def provide_mobility_options(
    request: contract.MobilityRequest, context: CallContext
) -> contract.MobilityOffer:
    """Search the free vehicles."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, offers, requests
    from carloop_plugin.domain.values import AppointmentId, Site
    from carloop_plugin.usecases.search import search

    request = boundary.receive(request, "mobility_request", context)
    with boundary.answering("provide_mobility_options", context), opened(context.deadline) as services:
        own, site = services.context, Site(request["site"])
        appointment_id = AppointmentId(request.get("appointment_id", ""))
        saved = own.store.appointments([appointment_id]).get(appointment_id) if appointment_id else None
        offer = search(
            requests.parse_search(request, station=own.settings_of(site).station),
            carloop=own.connect(site),
            time_zone=saved.time_zone if saved else None,
            deadline=own.deadline,
        )
        return offers.offer_document(offer, period=request["period"], locale=context.locale)


@hookimpl
def on_rental_change(change: contract.RentalChange, context: CallContext) -> contract.RentalOutcome | None:
    """Book, change the end, cancel or rebook; refusals and unknown outcomes are answers, not exceptions."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, rentals, requests
    from carloop_plugin.usecases.change import change_rental
    from mobility_hookspecs.problems import MobilityProblem

    if boundary.is_for_another(change):
        return None
    begun = time.monotonic()
    try:
        change = boundary.receive(change, "rental_change", context)
        with boundary.answering("on_rental_change", context), opened(context.deadline) as services:
            command = requests.parse_change(change, installation=services.context.store.installation)
            outcome = change_rental(command, services.context)
            answer = rentals.outcome_document(outcome, change_id=change["change_id"], locale=context.locale)
    except MobilityProblem as failure:
        answer = boundary.refuse_change(change, failure.problem)
    boundary.log_outcome(change, answer, context, begun=begun)
    return answer


@hookimpl
def quote_rental_change(change: contract.RentalChange, context: CallContext) -> contract.RentalQuote | None:
    """Ask Carloop what a change would cost, and whether it is possible now; nothing is kept."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, rentals, requests
    from carloop_plugin.usecases.quote import quote

    if boundary.is_for_another(change):
        return None
    change = boundary.receive(change, "rental_change", context)
    with boundary.answering("quote_rental_change", context), opened(context.deadline) as services:
        command = requests.parse_change(change, installation=services.context.store.installation)
        quoted = quote(command, services.context)
        return rentals.quote_document(quoted, change_id=change["change_id"], locale=context.locale)


@hookimpl
def provide_mobility_states(appointment_ids: list[str], context: CallContext) -> list[contract.MobilityState]:
    """Return from our own records how appointments stand."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, steps
    from carloop_plugin.usecases.appointment import standings

    asked = boundary.receive_ids(appointment_ids, context)
    with boundary.answering("provide_mobility_states", context), opened(context.deadline) as services:
        found = standings(asked, services.context)
        return [steps.state_document(each, found[each], locale=context.locale) for each in asked]


@hookimpl
def reconcile_rentals(context: CallContext) -> contract.ReconcileReport:
    """Settle what is pending and read what changed at Carloop."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, rentals
    from carloop_plugin.usecases.reconcile import reconcile

    with boundary.answering("reconcile_rentals", context), opened(context.deadline) as services:
        report = reconcile(services.sites(), services.context)
        backlog = services.context.store.backlog()
        return rentals.reconcile_document(report, backlog, locale=context.locale)


@hookimpl
def provide_provider_settings(site: Site, context: CallContext) -> contract.ProviderSettings:
    """Return a site's settings and the form to edit them, never a secret."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, settings_documents
    from carloop_plugin.settings.page import known_stations

    site = boundary.receive(site, "site", context)
    with boundary.answering("provide_provider_settings", context), opened(context.deadline) as services:
        settings = services.settings(site)
        stations = known_stations(settings, services.context)
        return settings_documents.settings_document(settings, stations, locale=context.locale)


@hookimpl
def save_provider_settings(
    settings: contract.ProviderSettings, context: CallContext
) -> contract.CheckReport | None:
    """Save a site's settings and test them; return None for another provider's."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, settings_documents
    from carloop_plugin.settings.page import save_settings

    if boundary.is_for_another(settings):
        return None
    settings = boundary.receive(settings, "provider_settings", context, closed=True)
    with boundary.answering("save_provider_settings", context), opened(context.deadline) as own:
        asked = settings_documents.read_settings_change(settings)
        report = save_settings(asked, environment=own.environment, context=own.context)
        return settings_documents.report_document(report, locale=context.locale)


@hookimpl
def check_mobility_provider(site: Site, context: CallContext) -> contract.CheckReport:
    """Test the connection of a site."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, settings_documents
    from carloop_plugin.settings.check import check_site

    site = boundary.receive(site, "site", context)
    with boundary.answering("check_mobility_provider", context), opened(context.deadline) as own:
        report = check_site(site, environment=own.environment, context=own.context)
        return settings_documents.report_document(report, locale=context.locale)


@hookimpl
def on_personal_data_erased(
    subjects: contract.ErasureSubjects, context: CallContext
) -> contract.ErasureReport:
    """Erase customers' data, except for what a pending change still needs."""
    from carloop_plugin.bootstrap import opened
    from carloop_plugin.contract import boundary, steps
    from carloop_plugin.domain.values import AppointmentId
    from carloop_plugin.usecases.erase import erase

    subjects = boundary.receive(subjects, "erasure_subjects", context)
    with boundary.answering("on_personal_data_erased", context), opened(context.deadline) as services:
        ids = [AppointmentId(each) for each in subjects["appointment_ids"]]
        erased = erase(subjects["customer_numbers"], ids, services.context)
        return steps.erasure_document(erased, locale=context.locale)


@hookimpl
def close_mobility_provider() -> None:
    """Close connections; calls of other hosts go on, a later call opens them anew."""
    from carloop_plugin.bootstrap import close

    close()
