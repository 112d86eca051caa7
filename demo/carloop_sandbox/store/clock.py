"""The sandbox's clock: the machine's, or one that was set for a test."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from carloop_sandbox.store.database import Database, read_setting, write_setting
from carloop_sandbox.units import Instant


def machine_time() -> int:
    """Return the machine's time in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class ClockState:
    """How the clock was set: held at an instant, running with an offset, or neither (free)."""

    held: int | None = None
    offset: int = 0

    @property
    def is_free(self) -> bool:
        """Return whether the clock is the machine's."""
        return self == ClockState()


class Clock:
    """The sandbox's time. How it was set is stored, so that it outlives a restart."""

    def __init__(self, database: Database, *, machine: Callable[[], int] = machine_time) -> None:
        """Read how the clock was set."""
        self._database = database
        self._machine = machine
        stored = read_setting(database, "clock")
        self.state = ClockState(**json.loads(stored)) if stored else ClockState()

    def now(self) -> Instant:
        """Return the sandbox's time."""
        if self.state.held is not None:
            return Instant(self.state.held)
        return Instant(self._machine() + self.state.offset)

    def hold(self, instant: Instant) -> None:
        """Stop the clock at an instant; it stays there until it is set again."""
        self._set(ClockState(held=instant))

    def run_from(self, instant: Instant) -> None:
        """Set the clock to an instant, from where it runs on."""
        self._set(ClockState(offset=instant - self._machine()))

    def free(self) -> None:
        """Let the clock follow the machine's again."""
        self._set(ClockState())

    def _set(self, state: ClockState) -> None:
        with self._database.writing():
            write_setting(self._database, "clock", json.dumps(asdict(state)))
        self.state = state
