"""What loading the plugin costs a planner that never calls it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

from benchmarks.measuring import alternate
from benchmarks.row import ProgressDisplay, Row, Scale

OURS = """
import carloop_plugin.plugin, pluggy, sys
manager = pluggy.PluginManager("workshop_planner")
manager.register(carloop_plugin.plugin)
heavy = {"httpx", "jsonschema", "sqlite_utils", "rich"} & sys.modules.keys()
assert not heavy, heavy
"""
PEER = "import pluggy"


def load(scale: Scale, progress: ProgressDisplay) -> Iterator[Row]:
    """Measure whole processes, from their start to their end."""
    rounds = progress.rounds("load against import pluggy", scale.rounds(60))
    ours, theirs = alternate(_process(OURS), _process(PEER), rounds=rounds)
    yield Row(
        "load: import carloop_plugin.plugin and register, whole process",
        "import pluggy alone, whole process",
        1.25, ours, theirs,
    )  # fmt: skip


def _process(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)
