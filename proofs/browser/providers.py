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
        (folder / f"{name}.py").write_text(text, "utf-8")
        metadata = folder / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        (metadata / "entry_points.txt").write_text(f"[workshop_planner.mobility]\n{name} = {name}\n", "utf-8")
