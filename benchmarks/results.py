"""`results.json`: the rows, the machine they were measured on, and the commit."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one the stores use

from benchmarks.row import Row

RESULTS = Path(__file__).with_name("results.json")


def write_results(rows: Iterable[Row], path: Path) -> None:
    """Write the results, replacing those of another run."""
    document = {"rows": [row.document() for row in rows], "machine": machine(), "commit": commit()}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")


def machine() -> dict[str, object]:
    """Return what the figures were measured on, without the machine's name."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def commit() -> str | None:
    """Return the commit that is checked out; None outside a repository."""
    try:
        return _git("rev-parse", "HEAD").strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def has_changes() -> bool:
    """Return whether the measured code differs from the commit."""
    try:
        return bool(
            _git("status", "--porcelain", "--", "*.py", "*.json", ":!benchmarks/results.json").strip()
        )
    except (OSError, subprocess.CalledProcessError):
        return False


def _git(*arguments: str) -> str:
    folder = Path(__file__).parent
    return subprocess.run(
        ["git", *arguments], cwd=folder.parent, check=True, capture_output=True, text=True
    ).stdout


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
