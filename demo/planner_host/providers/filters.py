"""What a search can be filtered by. It seldom changes, so it is cached for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from planner_host.dms.folding import written_out
from planner_host.providers.stations import written_hours
from web_base.languages import Language

if TYPE_CHECKING:
    from mobility_hookspecs import Failure, MobilityHost
    from mobility_schemas import documents as contract

TIMEOUT: Final = 3.0
FRESH_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Choices:
    """The classes and features of all providers, by id what a person reads; and which providers failed.

    :ivar stations: those of all providers by their ids, in the order of their names.
    """

    classes: Mapping[str, str]
    features: Mapping[str, str]
    failures: tuple[Failure, ...] = ()
    stations: Mapping[str, contract.Station] = field(default_factory=dict)

    def names_of_features(self, ids: Iterable[str]) -> list[str]:
        """Return the names of some features; one that is not known is named by its id."""
        return [self.features.get(each, each) for each in ids]

    @property
    def named_stations(self) -> list[tuple[str, str]]:
        """Return ids and names of the stations to choose from; a single one is no choice."""
        return (
            [(each["id"], each["name"]) for each in self.stations.values()] if len(self.stations) > 1 else []
        )

    def hours(self, language: Language) -> list[tuple[str, tuple[str]]]:
        """Return when each station is open whose hours are known, in words."""
        hours = ((each["name"], written_hours(each, language)) for each in self.stations.values())
        return [(name, (text,)) for name, text in hours if text]


class FilterCache:
    """Asks the providers, and caches what all of them answered."""

    def __init__(self, host: MobilityHost, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._host = host
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, Choices]] = {}

    def choices(self, site: str, locale: str) -> Choices:
        """Return a site's choices; the providers are asked again after `FRESH_SECONDS`, or where one failed."""
        with self._lock:
            asked_at, known = self._known.get((site, locale), (0.0, None))
        if known is not None and self._clock() - asked_at < FRESH_SECONDS:
            return known
        gathered = self._host.mobility_filters(site, timeout=TIMEOUT, locale=locale)
        answers = gathered.answers.values()
        stations = {each["id"]: each for one in answers for each in one.get("stations", ())}
        choices = Choices(
            {each["id"]: each["name"] for one in answers for each in one["vehicle_classes"]},
            {each["id"]: each["name"] for one in answers for each in one["features"]},
            gathered.failures,
            dict(sorted(stations.items(), key=lambda each: written_out(each[1]["name"]))),
        )
        # Without a provider that failed the list is too short, and would stay so.
        if not choices.failures:
            with self._lock:
                self._known[(site, locale)] = (self._clock(), choices)
        return choices

    def forget(self) -> None:
        """Ask again, as after a change of settings."""
        with self._lock:
            self._known.clear()
