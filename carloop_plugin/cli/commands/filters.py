"""`carloop classes` and `carloop features`: what a search can filter by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.invocation import Invocation, pass_invocation
from carloop_plugin.cli.localization import Command, json_option
from carloop_plugin.cli.output import Exit, write_json
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host
from carloop_plugin.cli.records import chosen_site
from carloop_plugin.cli.tables import print_table
from carloop_plugin.cli.waiting import spinner

if TYPE_CHECKING:
    from mobility_schemas.documents import MobilityFilters

    Rows = Callable[[MobilityFilters], Iterable[tuple[object, ...]]]


@click.command("classes", cls=Command)
@json_option
@pass_invocation
def classes(invocation: Invocation, as_json: bool) -> int:
    """List the vehicle classes."""
    return _list(
        invocation, ("id", "class"), lambda f: ((c["id"], c["name"]) for c in f["vehicle_classes"]), as_json
    )


@click.command("features", cls=Command)
@json_option
@pass_invocation
def features(invocation: Invocation, as_json: bool) -> int:
    """List the vehicle features."""
    headings = ("id", "feature", "group")
    return _list(
        invocation, headings, lambda f: ((c["id"], c["name"], c.get("group")) for c in f["features"]), as_json
    )


def _list(invocation: Invocation, headings: Iterable[str], rows: Rows, as_json: bool) -> Exit:
    texts, site = invocation.texts, chosen_site(invocation)
    with planner_host(texts) as host, spinner(texts("waiting.filters")):
        filters = answer_of(host.mobility_filters(site, timeout=HOST_TIMEOUT, locale=texts.locale))
    if as_json:
        write_json(filters)
    else:
        print_table([texts(f"heading.{each}") for each in headings], rows(filters))
    return Exit.DONE
