"""More providers than Carloop, as a planner finds what pip has installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "taxi_voucher"

# It says why it has no offer.
LATE_BUS = """
from mobility_hookspecs import MobilityProblem, hookimpl, make_problem


@hookimpl
def describe_mobility_provider():
    info = {"id": "late_bus", "name": "Bus & <b>Bahn</b>", "version": "1.0", "contract": ">=1.0,<2"}
    return {**info, "kinds": ["transit"], "capabilities": []}


@hookimpl
def provide_mobility_options(context):
    raise MobilityProblem(make_problem("busy", locale=context.locale, detail="Signalstörung"))
"""

# What it has for an appointment stands in the appointment's work: state, status, and minutes from now on.
LOANER = """
from datetime import UTC, datetime, timedelta

from mobility_hookspecs import hookimpl

works = {}


@hookimpl
def describe_mobility_provider():
    info = {"id": "loaner", "name": "Hauswagen", "version": "1.0", "contract": ">=1.0,<2"}
    return {**info, "kinds": ["courtesy_car"], "capabilities": []}


@hookimpl
def on_appointment_saved(appointment):
    works[appointment["id"]] = appointment.get("work", "").split()
    return {"notices": [], **state_of(appointment["id"]), "period": appointment["period"], "locked": []}


@hookimpl
def provide_mobility_states(appointment_ids):
    return [state_of(each) for each in appointment_ids]


def state_of(appointment_id):
    found = {"provider": "loaner", "appointment_id": appointment_id, "state": "open", "proposals": []}
    work = works.get(appointment_id, [])
    if len(work) != 4:
        return found
    state, status, *minutes = work
    start, end = ((datetime.now(UTC) + timedelta(minutes=int(each))).isoformat() for each in minutes)
    car = {"id": "H1", "make": "VW", "model": "Polo", "licence_plate": "KA-H 1", "vehicle_class": "k"}
    car |= {"features": [], "station": "s1", "station_name": "Haupthaus"}
    rental = {"provider": "loaner", "site": "main", "id": "R1", "appointment_id": appointment_id}
    rental |= {"kind": "courtesy_car", "title": "VW Polo", "status": status, "revision": 1, "changed_at": start}
    rental |= {"period": {"start": start, "end": end}, "allowed_changes": [], "vehicle": car}
    swapped = {"code": "vehicle_swapped", "severity": "info", "message": "VW Polo statt VW Up"}
    return {**found, "state": state, "rental": rental, "notices": [swapped] if state == "attention" else []}
"""

# It cannot even be loaded.
NO_SHIP = "raise ImportError('no such ship')\n"


def install_providers(folder: Path) -> None:
    """Install the example with pip, and two that fail as if pip had."""
    # pip builds where the source lies
    source = shutil.copytree(EXAMPLE, folder / "source")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *offline, "--target", str(folder), str(source)]
    subprocess.run(command, check=True)
    for name, text in (("late_bus", LATE_BUS), ("no_ship", NO_SHIP)):
        install_provider(folder, name, text)


def install_provider(folder: Path, name: str, text: str) -> None:
    """Put a provider into a folder as if pip had."""
    (folder / f"{name}.py").write_text(text, "utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    (metadata / "entry_points.txt").write_text(f"[workshop_planner.mobility]\n{name} = {name}\n", "utf-8")
