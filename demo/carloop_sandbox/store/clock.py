"""The sandbox's clock: the machine's, or one that was set for a test."""

import json
import time

from carloop_sandbox.store.database import Database, read_setting, write_setting
from carloop_sandbox.units import Instant


def machine_time() -> int:
    """Return the machine's time in microseconds since 1970."""
    return time.time_ns() // 1000


class Clock:
    """The sandbox's time. How it was set is stored, so that it outlives a restart.

    :ivar held: the instant at which it stands still, or None.
    :ivar offset: by how much it differs from the machine's.
    """

    def __init__(self, database: Database) -> None:
        """Read how the clock was set."""
        self._database = database
        stored = json.loads(read_setting(database, "clock") or "{}")
        self.held, self.offset = stored.get("held"), stored.get("offset", 0)

    @property
    def is_free(self) -> bool:
        """Return whether the clock is the machine's."""
        return self.held is None and self.offset == 0

    def now(self) -> Instant:
        """Return the sandbox's time."""
        held = self.held  # read once: another thread may set the clock
        return Instant(machine_time() + self.offset if held is None else held)

    def set(self, instant: Instant | None, *, running: bool = False) -> None:
        """Hold the clock at an instant or, `running`, let it go on from there; None sets it free."""
        runs = running and instant is not None
        offset = instant - machine_time() if instant is not None and runs else 0
        held = None if runs else instant
        with self._database.writing():
            write_setting(self._database, "clock", json.dumps({"held": held, "offset": offset}))
        self.held, self.offset = held, offset
