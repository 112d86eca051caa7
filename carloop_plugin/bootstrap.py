"""Wire settings, records and Carloop together for one hook call. The only place that does.

Settings are read anew at each call; what is costly to open (a store's connections, an HTTP client) is kept
between calls, by the place it leads to, so that several hosts in one process share it. A forked process keeps its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from pkgutil import iter_modules
from threading import Lock
from typing import TYPE_CHECKING

from carloop_plugin.domain.accounts import SiteSettings, StoredSettings
from carloop_plugin.domain.addresses import read_address
from carloop_plugin.domain.failures import ConfigurationProblem, Failed, Reason, StoreFailed
from carloop_plugin.domain.store_location import read_location
from carloop_plugin.domain.values import Site
from carloop_plugin.ports import Carloop, Clock, UseCaseContext
from carloop_plugin.settings.environment import Environment, missing_settings, site_settings

# Not used here: whichever hook comes first loads them for all, so that a save or a booking does not wait for imports.
from carloop_plugin.usecases import appointment, change, reconcile, search  # noqa: F401
from mobility_hookspecs.authoring.forking import detect_fork, load_modules, renew_in_child

if TYPE_CHECKING:
    from carloop_plugin.api.session import CarloopSession
    from carloop_plugin.store.records import Source
    from carloop_plugin.store.sqlite.salvage import Remains
    from carloop_plugin.usecases.rebuild import Rebuilt

DEFAULT_SITE = Site("main")
MOST_SESSIONS = 64
LONGEST_CALL = 24 * 3600.0

_PACKAGES = ("api", "contract", "messages", "settings", "usecases")
_LIBRARIES = (
    *("encodings.ascii", "encodings.idna", "jsonschema", "msgspec"),
    *("mobility_schemas.explaining", "mobility_schemas.sentences"),
)
"""What hooks import when they are called: these packages' modules and these, with everything that they import."""


_sessions: dict[SiteSettings, CarloopSession] = {}
_sources: dict[str, Source] = {}
_guard = Lock()


class SystemClock:
    """The machine's clock: the present instant in UTC."""

    now = staticmethod(partial(datetime.now, UTC))


CLOCK: Clock = SystemClock()
SLEEP: Callable[[float], None] = time.sleep
"""How a retry waits, in seconds; tests replace it so that they need not."""


@dataclass(frozen=True, slots=True)
class Services:
    """What one hook call works with: the use cases' context, and the settings around it."""

    context: UseCaseContext
    environment: Environment
    settings: Callable[[Site], SiteSettings]
    """What is in force for a site, usable or not."""

    def sites(self) -> Iterable[Site]:
        """Return every site that is known: from the configuration file and from our records."""
        return dict.fromkeys((*map(Site, self.environment.config.sites), *self.context.store.sites()))


@contextmanager
def opened(deadline: float, source: Source | None = None) -> Iterator[Services]:
    """Open everything for one call.

    :param deadline: monotonic seconds; bounds every wait of the call.
    :param source: the records, None for those that the settings name.
    :raises StoreFailed: the records cannot be opened.
    """
    from carloop_plugin.store.records import source_of

    detect_fork()
    environment = Environment.read()
    with _guard:
        if source is None and (source := _sources.get(environment.store)) is None:
            source = _sources[environment.store] = source_of(environment.store)
    # A host that knows no deadline still gets one that clocks and sockets can count to.
    deadline = min(deadline, time.monotonic() + LONGEST_CALL)
    with source.open(deadline=deadline) as store:
        settings = partial(site_settings, environment=environment, store=store)
        usable = partial(_usable_settings, settings)
        context = UseCaseContext(store, partial(_connect, usable), usable, CLOCK, deadline)
        yield Services(context, environment, settings)


def _usable_settings(settings_of: Callable[[Site], SiteSettings], site: Site) -> SiteSettings:
    settings = settings_of(site)
    for reason in missing_settings(settings):
        raise ConfigurationProblem(reason.text or "", **dict(reason.params))
    # One from the environment or the configuration file was not validated when it was set.
    read_address(settings.base_url or "")
    return settings


def _connect(usable: Callable[[Site], SiteSettings], site: Site) -> Carloop:
    from carloop_plugin.api.session import CarloopSession

    settings = usable(site)
    base_url, token, ca_file = settings.base_url or "", settings.token or "", settings.ca_file
    # All sites with the same address and token share a session.
    key = SiteSettings(DEFAULT_SITE, base_url, token, ca_file=ca_file)
    with _guard:
        if key not in _sessions:
            while len(_sessions) >= MOST_SESSIONS:
                _sessions.pop(next(iter(_sessions))).close()
            _sessions[key] = CarloopSession(base_url, token, ca_file=ca_file, sleep=SLEEP)
        return _sessions[key]


def rebuild_store(
    *, deadline: float, progress: Callable[[int], None] = lambda _: None
) -> tuple[Path | None, Rebuilt]:
    """Rebuild damaged or lost records from Carloop, then put them in the place of the old ones, which are moved aside.

    The old ones stay in their place until the new ones are complete, whenever this is interrupted, and where a site
    could not be read. Meanwhile nobody else uses the records, and nobody can write to the old ones.

    :returns: where the old ones are now, None where there were none or they stayed, and what was found.
    :raises StoreFailed: the records are sound, in use, or of a newer version; the installation's id is lost; or the new
        ones cannot be written.
    """
    from carloop_plugin.store.records import source_of
    from carloop_plugin.store.replaced_files import put_in_place, rebuilding
    from carloop_plugin.store.sqlite.file import lock_records
    from carloop_plugin.store.sqlite.salvage import remains_of

    location = Environment.read().store
    if read_location(location).is_shared:
        params = (("path", read_location(location).shown),)
        raise StoreFailed(Reason("storage_failed", "store.rebuild_shared", params))
    path = Path(location)
    with (
        lock_records(path, alone=True, deadline=deadline),
        remains_of(path, deadline=deadline) as remains,
        rebuilding(path) as fresh,
        closing(source_of(str(fresh), installation=remains.installation())) as source,
    ):
        with opened(deadline, source) as services:
            rebuilt = _rebuild_from(remains, services, progress)
        source.close()
        if rebuilt.missing:
            return None, rebuilt
        close()
        return put_in_place(fresh, path, at=CLOCK.now()), rebuilt


def _rebuild_from(remains: Remains, services: Services, progress: Callable[[int], None]) -> Rebuilt:
    from carloop_plugin.usecases.rebuild import rebuild

    store = services.context.store
    store.carry_over(remains.rows())
    sites = [*remains.sites(), *services.sites()]
    # Where the old records do not say which sites they had, the one that is named nowhere may be among them.
    if not remains.is_complete:
        with suppress(Failed):
            sites.append(services.context.settings_of(DEFAULT_SITE).site)
    sites = [*dict.fromkeys(sites)] or [DEFAULT_SITE]
    for site in sites:
        _restore_address(site, services)
    rebuilt = rebuild(sites, services.context, progress=progress)
    return replace(rebuilt, pending=store.backlog().pending, is_complete=remains.is_complete)


def _restore_address(site: Site, services: Services) -> None:
    """Take a site's address from its token, which is kept elsewhere with the origin that it was entered for."""
    with suppress(Failed):  # reading the site says what is wrong with its settings
        settings = services.settings(site)
        if settings.base_url is None and (token := services.environment.credentials.token(site)):
            services.context.store.save_settings(site, StoredSettings(token.origin, settings.station))


def load_all() -> None:
    """Load what hooks import when they are called: see `load_before_fork`."""
    from carloop_plugin.store.records import source_of

    folder = Path(__file__).parent
    modules = [
        (package, each.name) for package in _PACKAGES for each in iter_modules([str(folder / package)])
    ]
    load_modules(*(f"carloop_plugin.{package}.{name}" for package, name in modules), *_LIBRARIES)
    with suppress(StoreFailed):
        source_of(Environment.read().store)
    # Importing it looks for every back end there is, so it is not loaded for nothing.
    if "keyring" in sys.modules:
        load_modules("keyring")


def close() -> None:
    """Close what is kept between calls, once the calls under way have ended; a later call opens it anew."""
    detect_fork()
    with _guard:
        sessions, sources = list(_sessions.values()), list(_sources.values())
        _sessions.clear()
        _sources.clear()
    for session in sessions:
        session.close()
    for source in sources:
        source.close()


def _renew() -> None:
    global _guard
    _guard = Lock()
    _sessions.clear()


renew_in_child(_renew)
