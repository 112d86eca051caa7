"""A planner host with the real plugin, loaded by its entry point, as an installation has it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from benchmarks.carloop import Carloop, Period
from mobility_hookspecs import MobilityHost

if TYPE_CHECKING:
    from mobility_schemas.documents import MobilityOffer, MobilityRequest

LONG = 60.0


@contextmanager
def planner(carloop: Carloop) -> Iterator[MobilityHost]:
    """Load the installed providers, Carloop set up by its environment with records of its own."""
    with TemporaryDirectory(prefix="carloop-bench-") as folder:
        store = str(Path(folder) / "carloop.sqlite3")
        settings = {"CARLOOP_BASE_URL": carloop.url, "CARLOOP_TOKEN": carloop.token, "CARLOOP_STORE": store}
        with environment(settings), MobilityHost.load() as host:
            if "carloop" not in [provider["id"] for provider in host.providers]:
                raise RuntimeError(f"the plugin did not load: {host.failures}")
            yield host


def request_of(period: Period, limit: int) -> MobilityRequest:
    """Write a search without filters."""
    filters: dict[str, list[str]] = {"vehicle_classes": [], "features": []}
    return cast("MobilityRequest", {"site": "main", "period": period, "filters": filters, "limit": limit})


def search(host: MobilityHost, request: MobilityRequest) -> MobilityOffer:
    """Search through the host kit and return Carloop's answer."""
    gathered = host.mobility_options(request, LONG)
    if "carloop" not in gathered.answers:
        raise RuntimeError(f"the search failed: {gathered.failures}")
    return gathered.answers["carloop"]


def point_at(carloop: Carloop) -> None:
    """Send the next calls to another Carloop, within `planner` or `environment`."""
    os.environ["CARLOOP_BASE_URL"] = carloop.url


def use_store(location: str) -> None:
    """Use other records in the next calls, within `planner` or `environment`."""
    os.environ["CARLOOP_STORE"] = location


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Set the plugin's variables for a block, and leave everything as it was."""
    names = ("CARLOOP_BASE_URL", "CARLOOP_TOKEN", "CARLOOP_STORE", "CARLOOP_CONFIG")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)
