"""The sandbox's clock: the machine's, or one that was set for a test."""

import json
import time
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


class Clock:
    """The sandbox's time. How it was set is stored, so that it outlives a restart."""

    def __init__(self, database: Database) -> None:
        """Read how the clock was set."""
        self._database = database
        stored = read_setting(database, "clock")
        self.state = ClockState(**json.loads(stored)) if stored else ClockState()

    @property
    def is_free(self) -> bool:
        """Return whether the clock is the machine's."""
        return self.state == ClockState()

    def now(self) -> Instant:
        """Return the sandbox's time."""
        state = self.state  # read once: another thread may set the clock
        return Instant(machine_time() + state.offset if state.held is None else state.held)

    def set(self, instant: Instant | None, *, running: bool = False) -> None:
        """Hold the clock at an instant or, `running`, let it go on from there; None sets it free."""
        state = ClockState(held=instant)
        if running and instant is not None:
            state = ClockState(offset=instant - machine_time())
        with self._database.writing():
            write_setting(self._database, "clock", json.dumps(asdict(state)))
        self.state = state
