"""What a search can be narrowed by, remembered for a while: classes and features seldom change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
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
    """The classes and features of all providers, each id once, and who could not tell theirs."""

    classes: tuple[Choice, ...]
    features: tuple[Choice, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def class_names(self) -> Mapping[str, str]:
        """Give the name of each class's id."""
        return {each.id: each.name for each in self.classes}

    @property
    def feature_names(self) -> Mapping[str, str]:
        """Give the name of each feature's id."""
        return {each.id: each.name for each in self.features}


class FilterCache:
    """Asks the providers, and remembers what all of them answered."""

    def __init__(self, host: MobilityHost, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet."""
        self._host = host
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[float, Choices]] = {}

    def choices(self, site: str, locale: str) -> Choices:
        """Give a site's choices; asked anew where they are old, or where a provider failed the last time."""
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
        """Ask anew, as after a change of settings."""
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
