"""The Carloops that are measured against: sandboxes in processes of their own, never in ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carloop_sandbox.running import run_sandbox_process

TOKEN = "tok_of_the_bench"
INTERFACE = "/api/planner/v1"

Period = dict[str, str]


@dataclass(frozen=True, slots=True)
class Carloop:
    """A running server of Carloop's interface and a token for it."""

    url: str
    token: str = field(default=TOKEN, repr=False)

    @property
    def vehicles(self) -> str:
        """Return the address of the search."""
        return f"{self.url}{INTERFACE}/vehicles"

    @property
    def rentals(self) -> str:
        """Return the address that books."""
        return f"{self.url}{INTERFACE}/rentals"

    @property
    def authorization(self) -> dict[str, str]:
        """Return the header that every call needs."""
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def sandbox(
    *, vehicles: int = 40, data: Path | None = None, arguments: tuple[str, ...] = ()
) -> Iterator[Carloop]:
    """Run a sandbox with a fleet, or over what is in a folder already."""
    arguments = ("--vehicles", str(vehicles), *arguments)
    with run_sandbox_process(data=data, token=TOKEN, arguments=arguments) as running:
        yield Carloop(running.url)


def free_period(*, hours: int = 33, days_ahead: int = 300) -> Period:
    """Write a period so far ahead that the whole fleet is free: no seeded rental reaches there."""
    today = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    start = today + timedelta(days=days_ahead)
    return {"start": instant(start), "end": instant(start + timedelta(hours=hours))}


def instant(when: datetime) -> str:
    """Write an instant in UTC."""
    return when.isoformat().replace("+00:00", "Z")
