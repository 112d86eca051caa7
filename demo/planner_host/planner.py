"""What the planner's pages work with, put together once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from planner_host.dms import Dms, import_example, open_dms
from planner_host.providers.changes import Changes
from planner_host.providers.filters import FilterCache
from planner_host.providers.titles import Titles
from planner_host.storage.audit import Audit
from planner_host.storage.records import Records

if TYPE_CHECKING:
    from mobility_hookspecs import MobilityHost

log: Final = logging.getLogger(__name__)

SITE: Final = "main"
TIME_ZONE: Final = "Europe/Berlin"
ASK_AGAIN_SECONDS: Final = 10.0
_LONGEST_WAIT: Final = timedelta(seconds=30)


def utc_now() -> datetime:
    """Give the present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Planner:
    """One workshop's planner: its providers, its records, its DMS, its clock."""

    host: MobilityHost
    records: Records
    audit: Audit
    changes: Changes
    filters: FilterCache
    dms: Dms
    now: Callable[[], datetime] = utc_now
    site: str = SITE
    time_zone: str = TIME_ZONE
    titles: Titles = field(default_factory=Titles)

    @property
    def zone(self) -> ZoneInfo:
        """Give the zone whose wall clock the workshop looks at."""
        return ZoneInfo(self.time_zone)

    def provider_name(self, provider: str) -> str:
        """Give what a person reads of a provider: its name, else its id."""
        return next((info["name"] for info in self.host.providers if info["id"] == provider), provider)


@contextmanager
def open_planner(
    folder: Path, host: MobilityHost, *, now: Callable[[], datetime] = utc_now
) -> Iterator[Planner]:
    """Open a planner's records and DMS in a folder; what is open is closed when the block is left.

    The host is the caller's, who closes it.
    """
    with ExitStack() as stack:
        records = stack.enter_context(closing(Records(folder)))
        dms = stack.enter_context(open_dms(folder / "dms.sqlite3"))
        if dms.is_empty:
            import_example(dms)
        audit = Audit(records.database)
        changes = Changes(host, records, audit, now=now)
        yield Planner(host, records, audit, changes, FilterCache(host), dms, now)


@contextmanager
def finding_out(planner: Planner, *, every: float = ASK_AGAIN_SECONDS) -> Iterator[None]:
    """Let the providers reconcile, and ask again for what is open, on threads of their own."""
    stopped = threading.Event()

    def ask() -> None:
        while not stopped.wait(every):
            try:
                planner.changes.ask_all_again(older_than=_LONGEST_WAIT)
            except Exception:  # a file that is locked for once must not end the asking
                log.exception("the open changes could not be asked for")

    planner.host.keep_reconciling()
    thread = threading.Thread(target=ask, name="planner-asking-again", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
