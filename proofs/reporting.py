"""What every proof has in common: the head of its report, and its progress on standard error."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]  # the one the stores use

ROOT = Path(__file__).parents[1]
NO_SEED = "none, nothing is random"
"""The seed of a run that is the same every time."""
EVERY_SECONDS = 30.0

T = TypeVar("T")


def command(name: str, arguments: Iterable[object]) -> str:
    """Return the command that repeats a run, for its report."""
    return " ".join(["python -m", f"proofs.{name}", *map(str, arguments)])


def provenance(**more: object) -> str:
    """Return the date, the commit, the machine, and what else a run was made with, as a Markdown list."""
    facts = {
        "Date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Commit": commit(),
        "Machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        **{name.replace("_", " ").capitalize(): value for name, value in more.items()},
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def commit() -> str:
    """Return the commit that is checked out, and whether the code differs from it."""
    try:
        head = _git("rev-parse", "--short", "HEAD").strip()
        return f"{head} with changes" if _git("status", "--porcelain", "--", "*.py").strip() else head
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def write_report(path: Path, *parts: str) -> None:
    """Write a report: its parts with an empty line between them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(parts) + "\n", "utf-8")


def with_progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """Yield the items and show progress: a bar at a terminal, elsewhere a line every half minute."""
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    began = printed = time.monotonic()
    with Progress(
        TextColumn("{task.description}"),
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(label, total=total)
        for done, item in enumerate(items, 1):
            yield item
            bar.advance(task)
            now = time.monotonic()
            if bar.disable and now - printed > EVERY_SECONDS:
                printed, left = now, (now - began) / done * (total - done)
                print(
                    f"{done:,} of {total:,} {label}, about {left / 60:.0f} min left",
                    file=sys.stderr,
                    flush=True,
                )


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout
