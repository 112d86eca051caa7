"""What the planner's pages work with, put together once."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

from planner_host.dms import Dms, import_example
from planner_host.privacy.erasing import Erasing
from planner_host.providers.filters import FilterCache
from planner_host.providers.open_changes import Changes
from planner_host.storage.audit import Audit, AuditEntry
from planner_host.storage.records import Records

if TYPE_CHECKING:
    from mobility_hookspecs import MobilityHost
    from mobility_schemas import documents as contract
    from web_base.pages import Page

log: Final = logging.getLogger(__name__)

SITE: Final = "main"
TIME_ZONE: Final = "Europe/Berlin"
SEARCHES: Final = 100
RETRY_SECONDS: Final = 10.0
RECONCILE_SECONDS: Final = 20.0
ROUNDS_AN_HOUR: Final = 360
# For a younger change a person still waits, on another thread.
_LONGEST_WAIT: Final = timedelta(seconds=30)


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Planner:
    """One workshop's planner: its providers, its records, its DMS, its clock.

    :ivar found: what the last searches found, to name the car of a booking while its outcome is unknown.
    """

    host: MobilityHost
    records: Records
    audit: Audit
    changes: Changes
    filters: FilterCache
    dms: Dms
    now: Callable[[], datetime] = utc_now
    site: str = SITE
    time_zone: str = TIME_ZONE
    found: deque[Sequence[contract.MobilityOption]] = field(default_factory=lambda: deque(maxlen=SEARCHES))

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the workshop's wall clock."""
        return ZoneInfo(self.time_zone)

    @property
    def erasing(self) -> Erasing:
        """Return what erases people's data."""
        return Erasing(self.host, self.records, self.audit, self.dms, self.now)

    def provider_name(self, provider: str) -> str:
        """Return a provider's name, or its id where it is not loaded."""
        return next((info["name"] for info in self.host.providers if info["id"] == provider), provider)

    def can(self, provider: str, capability: str) -> bool:
        """Return whether a provider has a capability of the contract, such as `quote` or `rebook`."""
        return any(
            capability in info["capabilities"] for info in self.host.providers if info["id"] == provider
        )


def planner_of(page: Page) -> Planner:
    """Return the planner behind a page."""
    return cast("Planner", page.program.state)


def user_name(page: Page) -> str:
    """Return who has signed in; for pages that nobody else sees."""
    assert page.user is not None  # noqa: S101  # the route asks for it
    return page.user.name


def audit(
    page: Page, action: str, subject: str, *, provider: str = "", outcome: str = "done", code: str = ""
) -> None:
    """Add to the audit log what the person at a page has done."""
    planner = planner_of(page)
    entry = AuditEntry(planner.now(), user_name(page), action, subject, provider, outcome=outcome, code=code)
    planner.audit.add(entry)


@contextmanager
def open_planner(folder: Path, host: MobilityHost) -> Iterator[Planner]:
    """Open a planner's records and DMS in a folder until the block is left; the host is the caller's."""
    with ExitStack() as stack:
        records = stack.enter_context(closing(Records(folder)))
        dms = stack.enter_context(closing(Dms(folder / "dms.sqlite3")))
        if dms.is_empty:
            import_example(dms)
        audit = Audit(records.database)
        changes = Changes(host, records, audit, now=utc_now)
        yield Planner(host, records, audit, changes, FilterCache(host), dms)


def go_on(planner: Planner, *, erases_overdue: bool) -> None:
    """Retry open changes and erasures that are due.

    :param erases_overdue: whether to erase appointments that are older than they are kept, too.
    """
    works: list[Callable[[], object]] = [
        partial(planner.changes.retry_all, older_than=_LONGEST_WAIT),
        planner.erasing.repeat_due,
    ]
    for work in (*works, planner.erasing.erase_overdue) if erases_overdue else works:
        try:
            work()
        except Exception:  # a database that is locked once must not end the thread
            log.exception("going on with what was left to do failed")


@contextmanager
def retrying_open_changes(planner: Planner, *, every: float = RETRY_SECONDS) -> Iterator[None]:
    """Let the providers reconcile, and retry open changes and erasures, on threads of their own."""
    stopped = threading.Event()

    def run() -> None:
        for number in itertools.count():
            if stopped.wait(every):
                return
            go_on(planner, erases_overdue=number % ROUNDS_AN_HOUR == 0)

    planner.host.keep_reconciling(every=RECONCILE_SECONDS)
    thread = threading.Thread(target=run, name="planner-retries", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
