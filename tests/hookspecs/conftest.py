"""Providers as their authors would write them, good and hostile, and documents to ask them with."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# what a provider does to a deadline is measured by a command as well
sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

from carloop_faults.papers import Papers, provider_of

from mobility_hookspecs import MobilityHost

MakeProvider = Callable[..., ModuleType]
MakeHost = Callable[..., MobilityHost]


class Clock:
    """Be a clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Give the time in seconds."""
        return self.now


class Stopwatch:
    """Measure seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Give the seconds that have passed."""
        return time.monotonic() - self._began


@pytest.fixture
def papers() -> Papers:
    """Documents."""
    return Papers()


@pytest.fixture
def clock() -> Clock:
    """Time that moves when told."""
    return Clock()


@pytest.fixture
def stopwatch() -> type[Stopwatch]:
    """Make a stopwatch where the measuring begins."""
    return Stopwatch


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Wait on this to hang; it ends with the test, so that no thread outlives it for long."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def make_provider() -> MakeProvider:
    """Write a provider's module: functions become hooks, anything else is what the hook answers."""
    return provider_of


@pytest.fixture
def make_host(release: threading.Event) -> Iterator[MakeHost]:
    """Load providers into a host that is closed when the test ends."""
    hosts: list[MobilityHost] = []

    def make(*plugins: object, **options: Any) -> MobilityHost:
        hosts.append(MobilityHost.of(*plugins, **options))
        return hosts[-1]

    yield make
    release.set()
    for host in hosts:
        host.close()
