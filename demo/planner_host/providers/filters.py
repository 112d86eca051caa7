"""What a search can be filtered by. Classes and features seldom change, so they are cached for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mobility_hookspecs import Failure, MobilityHost
    from mobility_schemas import documents as contract

TIMEOUT: Final = 3.0
FRESH_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One class or feature: its id, what a person reads, and the heading it stands under."""

    id: str
    name: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The classes and features of all providers, each id once, and which providers failed."""

    classes: tuple[Choice, ...]
    features: tuple[Choice, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def class_names(self) -> Mapping[str, str]:
        """Return the name of each class, by id."""
        return {each.id: each.name for each in self.classes}

    @property
    def feature_names(self) -> Mapping[str, str]:
        """Return the name of each feature, by id."""
        return {each.id: each.name for each in self.features}

    def names_of_features(self, ids: Iterable[str]) -> list[str]:
        """Return the names of some features; one that is not known is named by its id."""
        return [self.feature_names.get(each, each) for each in ids]


class FilterCache:
    """Asks the providers, and caches what all of them answered."""

    def __init__(self, host: MobilityHost, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty."""
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
        choices = _merged(list(gathered.answers.values()), gathered.failures)
        if not choices.failures:
            with self._lock:
                self._known[(site, locale)] = (self._clock(), choices)
        return choices

    def forget(self) -> None:
        """Ask again, as after a change of settings."""
        with self._lock:
            self._known.clear()


def _merged(answers: list[contract.MobilityFilters], failures: tuple[Failure, ...]) -> Choices:
    classes = {
        each["id"]: Choice(each["id"], each["name"]) for one in answers for each in one["vehicle_classes"]
    }
    features = {
        each["id"]: Choice(each["id"], each["name"], each.get("group", ""))
        for one in answers
        for each in one["features"]
    }
    return Choices(tuple(classes.values()), tuple(features.values()), failures)
