"""Providers as their authors would write them, good and hostile, and documents of the contract to call them with."""

import threading

import pytest

from mobility_hookspecs import MobilityHost
from tests.support.contract_documents import ContractDocuments, provider_of


class Clock:
    """Be a clock that moves when told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        """Return the time in seconds."""
        return self.now


class Hanging:
    """A hook that hangs until it is released, and knows how many calls of it have begun."""

    def __init__(self, release):
        self._begun = threading.Semaphore(0)
        self._release = release

    def hook(self):
        """Hang."""
        self._begun.release()
        self._release.wait(10)

    def wait_for(self, calls):
        """Wait until so many calls have begun."""
        assert [self._begun.acquire(timeout=5) for _ in range(calls)] == [True] * calls


@pytest.fixture
def documents():
    """Return the contract's documents, valid unless a test alters them."""
    return ContractDocuments()


@pytest.fixture
def clock():
    """Time that moves when told."""
    return Clock()


@pytest.fixture
def release():
    """Wait on this to hang; it ends with the test, so that no thread outlives it for long."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def hanging(release):
    """A hook that hangs until the test ends, or until `release` is set."""
    return Hanging(release)


@pytest.fixture
def in_threads(release):
    """Call something on so many threads at once; what is returned waits for all of them."""
    threads = []

    def start(count, function, *args):
        started = [threading.Thread(target=function, args=args) for _ in range(count)]
        threads.extend(started)
        for thread in started:
            thread.start()

        def join():
            for thread in started:
                thread.join(5)
            assert [thread for thread in started if thread.is_alive()] == []

        return join

    yield start
    release.set()
    for thread in threads:
        thread.join(10)


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
