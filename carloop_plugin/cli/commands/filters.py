"""`carloop classes` and `carloop features`: what a search can filter by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.localization import Command
from carloop_plugin.cli.lookups import chosen_site
from carloop_plugin.cli.output import Exit
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host

if TYPE_CHECKING:
    from carloop_plugin.cli.invocation import Invocation
    from mobility_schemas.documents import MobilityFilters

    Rows = Callable[[MobilityFilters], Iterable[tuple[object, ...]]]


@click.command("classes", cls=Command)
def classes(invocation: Invocation) -> int:
    """List the vehicle classes."""
    return _list(invocation, ("id", "class"), lambda f: ((c["id"], c["name"]) for c in f["vehicle_classes"]))


@click.command("features", cls=Command)
def features(invocation: Invocation) -> int:
    """List the vehicle features."""
    headings = ("id", "feature", "group")
    return _list(
        invocation, headings, lambda f: ((c["id"], c["name"], c.get("group")) for c in f["features"])
    )


def _list(invocation: Invocation, headings: Iterable[str], rows: Rows) -> Exit:
    texts, site = invocation.texts, chosen_site(invocation)
    with planner_host(texts, "filters") as host:
        filters = answer_of(host.mobility_filters(site, timeout=HOST_TIMEOUT))
    titles = [texts(f"heading.{each}") for each in headings]
    invocation.answer(filters, lambda: print_table(titles, rows(filters)))
    return Exit.DONE
