"""`carloop search`: the vehicles that match and are free."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.documents import show_offer
from carloop_plugin.cli.invocation import Invocation, UsageMistake, nearest
from carloop_plugin.cli.localization import (
    Command,
    appointment_option,
    end_option,
    option,
    start_option,
    whole_number,
)
from carloop_plugin.cli.lookups import NOT_SAVED, chosen_site, known_appointment, zone_of_account
from carloop_plugin.cli.output import Exit
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.times import is_local, print_zone, read_time
from carloop_plugin.domain.appointments import zone_of
from carloop_plugin.domain.failures import RuleBroken
from carloop_plugin.domain.values import PROVIDER_ID

if TYPE_CHECKING:
    from mobility_schemas.documents import (
        MobilityRequest,
        Period,
        RequestedFilters,
        Station,
        VehicleClass,
        VehicleFeature,
    )


@click.command("search", cls=Command)
@appointment_option
@start_option
@end_option
@option("--class", "classes", metavar="ID", multiple=True)
@option("--feature", "features", metavar="ID", multiple=True)
@option("--station", "stations", metavar="ID", multiple=True)
@option("--limit", metavar="COUNT", type=whole_number(1, 10_000))
def search(
    invocation: Invocation,
    appointment_id: str | None,
    start: str | None,
    end: str | None,
    classes: tuple[str, ...],
    features: tuple[str, ...],
    stations: tuple[str, ...],
    limit: int | None,
) -> int:
    """Search the vehicles that are free for an appointment or a period."""
    site, period = _site_and_period(invocation, appointment_id, start=start, end=end)
    wanted: RequestedFilters = {
        "vehicle_classes": [*classes],
        "features": [*features],
        "stations": [*stations],
    }
    request: MobilityRequest = {"site": site, "period": period, "filters": wanted}
    if appointment_id is not None:
        request["appointment_id"] = appointment_id
    if limit is not None:
        request["limit"] = limit
    texts = invocation.texts
    with planner_host(texts) as host:
        # The names are for people, and for what was asked for.
        is_needed = classes or features or stations or not invocation.as_json
        filters = host.mobility_filters(site).answers.get(PROVIDER_ID) if is_needed else None
        if filters is not None:  # a misspelt class would look like a fleet that is rented out
            _require_known(classes, filters["vehicle_classes"])
            _require_known(features, filters["features"])
            _require_known(stations, filters.get("stations", []))
        offer = answer_of(host.mobility_options(request, timeout=HOST_TIMEOUT))
    invocation.answer(offer, lambda: show_offer(offer, filters, texts))
    return Exit.DONE


def _require_known(wanted: Sequence[str], offered: Sequence[VehicleClass | VehicleFeature | Station]) -> None:
    names = {each["id"]: each["name"] for each in offered}
    for value in wanted:
        if value not in names:
            known = ", ".join(f"{key} ({name})" for key, name in names.items())
            raise UsageMistake("usage.not_one_of", near=nearest(value, names), value=value, known=known)


def _site_and_period(
    invocation: Invocation, appointment_id: str | None, *, start: str | None, end: str | None
) -> tuple[str, Period]:
    if appointment_id is not None:
        saved = known_appointment(appointment_id)
        if saved is None:
            raise RuleBroken(NOT_SAVED)
        site, zone = chosen_site(invocation) if invocation.site else saved.site, zone_of(saved.time_zone)
        known = saved.start_text, saved.end_text
    elif start is None or end is None:
        raise UsageMistake("search.period_missing")
    else:
        site, known = chosen_site(invocation), (start, end)
        zone = zone_of_account(site) if is_local(start) or is_local(end) else None
        print_zone(zone, invocation.texts)
    return site, {
        "start": read_time(start, zone, option="--start") if start else known[0],
        "end": read_time(end, zone, option="--end") if end else known[1],
    }
