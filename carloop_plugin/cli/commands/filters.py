"""`carloop classes` and `carloop features`: what a search can be narrowed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localization import Command, json_option
from carloop_plugin.cli.output import Exit, write_json
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.records import chosen_site
from carloop_plugin.cli.tables import print_table
from carloop_plugin.cli.waiting import spinner

if TYPE_CHECKING:
    from mobility_schemas.documents import MobilityFilters

import click


@click.command("classes", cls=Command)
@json_option
@pass_invocation
def classes(invocation: Invocation, as_json: bool) -> int:
    """List the vehicle classes."""
    filters = _read(invocation)
    texts = invocation.texts
    if as_json:
        write_json(filters)
    else:
        rows = [(each["id"], each["name"]) for each in filters["vehicle_classes"]]
        print_table([texts("heading.id"), texts("heading.class")], rows)
    return Exit.DONE


@click.command("features", cls=Command)
@json_option
@pass_invocation
def features(invocation: Invocation, as_json: bool) -> int:
    """List the vehicle features."""
    filters = _read(invocation)
    texts = invocation.texts
    if as_json:
        write_json(filters)
    else:
        rows = [(each["id"], each["name"], each.get("group")) for each in filters["features"]]
        print_table([texts("heading.id"), texts("heading.feature"), texts("heading.group")], rows)
    return Exit.DONE


def _read(invocation: Invocation) -> MobilityFilters:
    texts = invocation.texts
    with planner_host(texts) as host, spinner(texts("waiting.filters")):
        return answer_of(
            host.mobility_filters(chosen_site(invocation), timeout=HOST_TIMEOUT, locale=texts.locale)
        )
