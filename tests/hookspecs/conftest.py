"""Providers as their authors would write them, good and hostile, and documents to ask them with."""

import threading
import time

import pytest

from mobility_hookspecs import MobilityHost
from tests.support.papers import Papers, provider_of


class Clock:
    """Be a clock that moves when told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        """Give the time in seconds."""
        return self.now


class Stopwatch:
    """Measure seconds since it was made."""

    def __init__(self):
        self._began = time.monotonic()

    def seconds(self):
        """Give the seconds that have passed."""
        return time.monotonic() - self._began


@pytest.fixture
def papers():
    """Documents."""
    return Papers()


@pytest.fixture
def clock():
    """Time that moves when told."""
    return Clock()


@pytest.fixture
def stopwatch():
    """Make a stopwatch where the measuring begins."""
    return Stopwatch


@pytest.fixture
def release():
    """Wait on this to hang; it ends with the test, so that no thread outlives it for long."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def make_provider():
    """Write a provider's module: functions become hooks, anything else is what the hook answers."""
    return provider_of


@pytest.fixture
def make_host(release):
    """Load providers into a host that is closed when the test ends."""
    hosts = []

    def make(*plugins, **options):
        hosts.append(MobilityHost.of(*plugins, **options))
        return hosts[-1]

    yield make
    release.set()
    for host in hosts:
        host.close()
