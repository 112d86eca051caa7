"""`carloop search`: the vehicles that match and are free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.documents import show_offer
from carloop_plugin.cli.invocation import Invocation, UsageMistake, nearest, pass_invocation
from carloop_plugin.cli.localization import (
    Command,
    Option,
    WholeNumber,
    appointment_option,
    end_option,
    json_option,
    start_option,
)
from carloop_plugin.cli.output import Exit, write_json
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.records import chosen_site, saved_appointment, zone_of_account
from carloop_plugin.cli.times import is_local, print_zone, read_time, zone_of
from carloop_plugin.cli.waiting import spinner

if TYPE_CHECKING:
    from mobility_hookspecs import MobilityHost
    from mobility_schemas.documents import MobilityRequest, Period


@click.command("search", cls=Command)
@appointment_option
@start_option
@end_option
@click.option("--class", "classes", metavar="ID", multiple=True, cls=Option)
@click.option("--feature", "features", metavar="ID", multiple=True, cls=Option)
@click.option("--limit", metavar="COUNT", type=WholeNumber(1, 10_000), cls=Option)
@json_option
@pass_invocation
def search(
    invocation: Invocation,
    appointment_id: str | None,
    start: str | None,
    end: str | None,
    classes: tuple[str, ...],
    features: tuple[str, ...],
    limit: int | None,
    as_json: bool,
) -> int:
    """Search the vehicles that are free for an appointment or a period."""
    request = _request(invocation, appointment_id, start=start, end=end)
    request["filters"] = {"vehicle_classes": list(classes), "features": list(features)}
    if limit is not None:
        request["limit"] = limit
    texts = invocation.texts
    with planner_host(texts) as host, spinner(texts("waiting.search")):
        _require_known(request, host)  # a misspelt class would look like a fleet that is rented out
        offer = answer_of(host.mobility_options(request, timeout=HOST_TIMEOUT, locale=texts.locale))
        names = None if as_json else host.mobility_filters(request["site"], locale=texts.locale)
    if names is None:
        write_json(offer)
    else:
        show_offer(offer, next(iter(names.answers.values()), None), texts)
    return Exit.DONE


def _require_known(request: MobilityRequest, host: MobilityHost) -> None:
    """Raise `UsageMistake` for a class or feature that Carloop does not have, as far as it answers."""
    asked = request["filters"]
    if not asked["vehicle_classes"] and not asked["features"]:
        return
    for filters in host.mobility_filters(request["site"]).answers.values():
        for option, wanted, offered in (
            ("class", asked["vehicle_classes"], filters["vehicle_classes"]),
            ("feature", asked["features"], filters["features"]),
        ):
            names = {each["id"]: each["name"] for each in offered}
            for value in wanted:
                if value not in names:
                    known = ", ".join(f"{key} ({name})" for key, name in names.items())
                    near = nearest(value, names)
                    raise UsageMistake(f"search.no_{option}", near=near, value=value, known=known)


def _request(
    invocation: Invocation, appointment_id: str | None, *, start: str | None, end: str | None
) -> MobilityRequest:
    """Build the request: period and site are the appointment's where no others are given."""
    if appointment_id is not None:
        saved = saved_appointment(appointment_id)
        site, zone = chosen_site(invocation) if invocation.site else saved.site, zone_of(saved.time_zone)
        known = saved.start_text, saved.end_text
    elif start is None or end is None:
        raise UsageMistake("search.period_missing")
    else:
        site, known = chosen_site(invocation), (start, end)
        zone = zone_of_account(site) if is_local(start) or is_local(end) else None
        print_zone(zone, invocation.texts)
    period: Period = {
        "start": read_time(start, zone, option="--start") if start else known[0],
        "end": read_time(end, zone, option="--end") if end else known[1],
    }
    request: MobilityRequest = {
        "site": site,
        "period": period,
        "filters": {"vehicle_classes": [], "features": []},
    }
    return request if appointment_id is None else {"appointment_id": appointment_id, **request}
