"""`carloop classes`, `carloop features` and `carloop stations`: what a search can filter by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import click

from carloop_plugin.cli.invocation import Invocation
from carloop_plugin.cli.layout import print_table
from carloop_plugin.cli.localization import Command
from carloop_plugin.cli.lookups import chosen_site
from carloop_plugin.cli.output import Exit
from carloop_plugin.cli.planner import HOST_TIMEOUT, answer_of, planner_host


@click.command("classes", cls=Command)
def classes(invocation: Invocation) -> int:
    """List the vehicle classes."""
    return _list(invocation, "vehicle_classes", {"id": "id", "class": "name"})


@click.command("features", cls=Command)
def features(invocation: Invocation) -> int:
    """List the vehicle features."""
    return _list(invocation, "features", {"id": "id", "feature": "name", "group": "group"})


@click.command("stations", cls=Command)
def stations(invocation: Invocation) -> int:
    """List the stations."""
    return _list(invocation, "stations", {"id": "id", "station": "name"})


def _list(
    invocation: Invocation,
    kind: Literal["vehicle_classes", "features", "stations"],
    columns: Mapping[str, str],
) -> Exit:
    texts, site = invocation.texts, chosen_site(invocation)
    with planner_host(texts) as host:
        filters = answer_of(host.mobility_filters(site, timeout=HOST_TIMEOUT))
    rows = [{heading: each.get(name) for heading, name in columns.items()} for each in filters.get(kind, [])]
    invocation.answer(filters, lambda: print_table([*columns], rows, texts))
    return Exit.DONE
