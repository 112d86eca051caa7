"""How far the rounds have come and how long the rest will take, on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from scenes import Played

EVERY_SECONDS = 30.0


class Progress:
    """A bar at a terminal, a line now and then elsewhere."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._done = 0
        self._breaches = 0
        self._began = self._told = time.monotonic()
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(elapsed_when_finished=False))
        console = Console(stderr=True)
        self._bar = Bar(*columns, *times, console=console, disable=not console.is_terminal)
        self._task = self._bar.add_task("rounds", total=rounds)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, played: list[Played]) -> None:
        """Tell that some more rounds are over."""
        self._done += len(played)
        self._breaches += sum(len(breaches) for _, _, breaches in played)
        self._bar.update(self._task, completed=self._done, description=f"rounds, {self._breaches} breaches")
        now = time.monotonic()
        if self._bar.disable and now - self._told > EVERY_SECONDS:
            self._told = now
            left = (now - self._began) / self._done * (self._rounds - self._done)
            print(
                f"{self._done:,} of {self._rounds:,} rounds, {self._breaches} breaches, about {left / 60:.0f} min left",
                file=sys.stderr,
                flush=True,
            )
