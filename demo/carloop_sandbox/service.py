"""What the endpoints of one application share."""

import asyncio
from dataclasses import dataclass, field

from carloop_sandbox.faults import FaultList
from carloop_sandbox.store import Store
from carloop_sandbox.worker import InFlight, Worker


@dataclass(slots=True)
class Service:
    """The state behind one running application; further pages are built on the same."""

    store: Store
    allow_faults: bool = False
    faults: FaultList = field(default_factory=FaultList)
    worker: Worker = field(default_factory=Worker)
    in_flight: InFlight = field(default_factory=InFlight)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        """End the worker; the store is closed by who opened it."""
        self.worker.close()
