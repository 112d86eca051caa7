"""When, of what and on what a figure was measured: the head of every report."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[3]

CHANCELESS = "none, what is played is not left to chance"
"""The seed of a run that plays the same every time."""


def provenance(**more: str) -> str:
    """Write the date, the commit, the machine, and what else a run was made with, as a list."""
    facts: Mapping[str, str] = {
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Commit": commit(),
        "Machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}",
        **{name.capitalize(): value for name, value in more.items()},
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def commit() -> str:
    """Give the commit that is checked out, and whether the code differs from it."""
    try:
        head = _git("rev-parse", "HEAD").strip()
        return f"{head}, with changes" if _git("status", "--porcelain", "--", "*.py").strip() else head
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def write_report(path: Path, text: str) -> None:
    """Write a report where asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout
