"""The hooks of contract 1.1: one document in, one document out.

Write ``@hookimpl`` functions of these names with these arguments, or fewer of them: never with default
values, never ``async def``, never as wrappers. An argument holds a JSON-compatible ``dict`` of your own,
valid against the schema of its name. A provider that cannot answer raises
``MobilityProblem(make_problem(code))``. Only ``describe_mobility_provider`` is mandatory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobility_hookspecs import hookspec

if TYPE_CHECKING:
    from mobility_hookspecs.context import CallContext
    from mobility_schemas.documents import (
        Appointment,
        CheckReport,
        ErasureReport,
        ErasureSubjects,
        MobilityFilters,
        MobilityOffer,
        MobilityRequest,
        MobilityState,
        MobilityStep,
        ProviderInfo,
        ProviderSettings,
        ReconcileReport,
        RentalChange,
        RentalOutcome,
        RentalQuote,
    )


@hookspec
def describe_mobility_provider() -> ProviderInfo:
    """Describe the provider and the contract it fulfils.

    :returns: a ``provider_info``: id, name, version, contract (a specifier such as ``>=1.0,<2``), kinds,
        capabilities (``Capability``: what it offers; a host ignores words that it does not know).

    Raising, ``None`` or an invalid answer: the provider is not loaded, and listed with the reason.
    Delivery: once, at load, before every other hook. Must not open a connection, a file or a thread.
    Without it: as for an invalid answer.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def on_appointment_saved(appointment: Appointment, context: CallContext) -> MobilityStep | None:
    """React to an appointment that was saved, moved or cancelled, and return what step 4 shows.

    :param appointment: the ``appointment`` as saved; its ``revision`` grows with each save.
    :param context: deadline, locale and request id.
    :returns: a ``mobility_step``, or ``None``.

    Raising: step 4 shows the problem beside the other providers. ``None``: nothing to show for this
    appointment. Empty ``proposals``: nothing needs the advisor's decision.
    Delivery: at least once a save and once each time step 4 is opened, in any order: an older revision
    changes nothing and is answered like the newest. Must not change a rental by itself, only propose;
    settles this appointment's pending change first, in half of what remains of the deadline.
    Without it: step 4 shows nothing of this provider but its offers.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def provide_mobility_filters(site: str, context: CallContext) -> MobilityFilters:
    """Return the vehicle classes, features and stations that a search can ask for.

    :param site: the dealer's site, 1 to 60 of ``[A-Za-z0-9._~-]``.
    :param context: deadline, locale (of the names) and request id.
    :returns: a ``mobility_filters``.

    Raising: the filters of this provider are missing, with the problem. Empty lists: it has no filters.
    Delivery: any number of times, in parallel. Must not change anything.
    Without it: the search has no filters of this provider.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def provide_mobility_options(request: MobilityRequest, context: CallContext) -> MobilityOffer:
    """Return the options that fit a period and are free in it.

    :param request: a ``mobility_request``; a search needs no saved appointment.
    :param context: deadline, locale and request id.
    :returns: a ``mobility_offer``; alternatives come after the exact matches and count in no total.

    Raising: the list shows the other providers' options, and the problem. Empty ``options``: nothing is
    free; an ``explanation`` says why. Delivery: any number of times, in parallel; every provider is asked.
    Must not reserve or keep anything; an option's ``id`` is the same in every search.
    Without it: the list has no options of this provider.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def on_rental_change(change: RentalChange, context: CallContext) -> RentalOutcome | None:
    """Book, change the end, cancel, or rebook.

    :param change: a ``rental_change``; its ``change_id`` identifies the intent for ever.
    :param context: deadline, locale and request id.
    :returns: a ``rental_outcome`` with the change's own ``change_id`` and ``provider``: ``done``,
        ``refused`` (nothing happened) or ``unknown`` (it may have happened; a later answer settles it). A
        ``done`` carries the rental, of a ``rebook`` the new one.

    Raising: a bug; the user is told that the outcome is unknown. ``None``: ``change["provider"]`` is
    another's. Delivery: at least once; the same change again gives the same outcome, for ever, unless the
    refusal was retryable. A ``rebook`` is sent to a provider that declares it: it cancels and creates as
    one, so that there is always exactly one rental; a refusal leaves the old one as it was. Must not answer
    ``refused`` when something may have happened.
    Without it: nothing can be booked with this provider, every change is ``not_supported``.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def provide_mobility_states(appointment_ids: list[str], context: CallContext) -> list[MobilityState]:
    """Return for many appointments at once what is booked.

    :param appointment_ids: ids of appointments, each once.
    :param context: deadline, locale and request id.
    :returns: a list with one ``mobility_state`` for each id asked; one never seen is ``open``.

    Raising: calendars and lists show no state of this provider. An empty list answers an empty question.
    Delivery: any number of times, in parallel. Must not use the network: the provider's own records
    answer. A host asks this before it books, to warn of a rental with another provider.
    Without it: calendars and lists show nothing of this provider.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def quote_rental_change(change: RentalChange, context: CallContext) -> RentalQuote | None:
    """Return what a change would cost, and whether it is possible now.

    :param change: a ``rental_change`` as it would be sent: ``book``, ``change_end`` or ``rebook``.
    :param context: deadline, locale and request id.
    :returns: a ``rental_quote`` with the change's own ``change_id`` and ``provider``; a price that is not
        known is left out.

    Raising: no quote is shown, but the problem; the change may be sent all the same. ``None``:
    ``change["provider"]`` is another's. ``possible`` false: the ``problem`` says why.
    Delivery: any number of times, in parallel, while a person decides; to a provider that declares
    ``quote``. Must not keep, reserve or record anything, nor the ``change_id``: the change comes later, or
    never.
    Without it: nothing is priced before it is sent, and a quote is ``not_supported``.

    .. versionadded:: 1.1
    """
    raise NotImplementedError


@hookspec
def reconcile_rentals(context: CallContext) -> ReconcileReport:
    """Settle what is pending, and bring in what changed at the provider.

    :param context: deadline, locale and request id.
    :returns: a ``reconcile_report``.

    Raising: the host shows the problem and asks again at the next turn. Empty lists: nothing new.
    Delivery: at start, then every 30 seconds; in parallel and on several servers. Must not send a change
    under a new key, and not take longer than the deadline: what is left waits for the next turn.
    Without it: a change is settled only when it is sent again.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def provide_provider_settings(site: str, context: CallContext) -> ProviderSettings:
    """Return the settings of a site and the form to edit them.

    :param site: the dealer's site.
    :param context: deadline, locale (of titles and help) and request id.
    :returns: a ``provider_settings`` with its JSON Schema; ``secrets_set`` instead of secrets.

    Raising: the settings page shows the problem. Empty ``values``: nothing is set yet.
    Delivery: whenever the page is opened. Must not return a secret.
    Without it: the provider has no settings page.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def save_provider_settings(settings: ProviderSettings, context: CallContext) -> CheckReport:
    """Save a site's settings, and return whether they work.

    :param settings: a ``provider_settings`` as the page sends it: a secret in ``values`` sets it, absent
        keeps it, ``null`` deletes it.
    :param context: deadline, locale and request id.
    :returns: a ``check_report`` of the settings as saved.

    Raising: nothing was saved, and the page shows the problem. Empty ``findings``: all is well.
    Delivery: once a click; the same twice is harmless. Must not log or return a secret.
    Without it: settings are shown, and saving them is ``not_supported``.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def check_mobility_provider(site: str, context: CallContext) -> CheckReport:
    """Test whether the provider could work now: address, access data, clock.

    :param site: the dealer's site.
    :param context: deadline, locale and request id.
    :returns: a ``check_report``; each finding has a hint what to do.

    Raising: shown as a finding with the problem's code. Empty ``findings``: all is well.
    Delivery: when a person asks. Must not change anything.
    Without it: the report has ``not_supported`` as its finding.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def on_personal_data_erased(subjects: ErasureSubjects, context: CallContext) -> ErasureReport:
    """Erase the personal data of customers and appointments.

    :param subjects: an ``erasure_subjects``: customer numbers and appointment ids.
    :param context: deadline, locale and request id.
    :returns: an ``erasure_report``: what was erased, what is kept, until when and why.

    Raising: nothing is known to be erased, and the host asks again. ``erased`` 0 and empty ``kept``:
    nothing was held. Delivery: at least once. Must not keep a copy, in logs or in files moved aside.
    Without it: the host reports ``not_supported``, for what is held stays.

    .. versionadded:: 1.0
    """
    raise NotImplementedError


@hookspec
def close_mobility_provider() -> None:
    """Close clients and connections, because the host closes.

    Raising: logged, nothing else. Delivery: at least once; a later call of another hook opens anew. Must
    not harm calls that another host in the same process is running.
    Without it: the host ends its threads and calls nothing.

    .. versionadded:: 1.0
    """
