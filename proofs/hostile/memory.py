"""The peak memory of this process since the last reset."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def current_memory() -> int:
    """Return the bytes used now; without /proc, the peak of the process."""
    return _figure("VmRSS") or _peak_ever()


def peak_memory() -> int:
    """Return the peak in bytes since `reset_peak`; without /proc, of the process."""
    return _figure("VmHWM") or _peak_ever()


def reset_peak() -> None:
    """Reset the peak, which only Linux can."""
    if _STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5", "ascii")


def _figure(name: str) -> int:
    # not getrusage: its figure survives exec, so that a child begins with what its parent held
    if not _STATUS.exists():
        return 0
    found = re.search(rf"{name}:\s*(\d+) kB", _STATUS.read_text("ascii"))
    return int(found[1]) * 1024 if found else 0


def _peak_ever() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
