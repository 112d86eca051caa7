"""Slow down the guessing of passwords: failed tries counted by account and address, in bounded memory.

Failures slow only the address that they come from, so nobody can lock an account for its owner. An
address of IPv6 counts with its whole /64, which one customer of a provider has.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

TRIES: Final = 5
"""Failures for one account from one address, after which that pair must wait."""

TRIES_OF_ADDRESS: Final = 100
"""Failures from one address for whatever accounts, after which the address must wait."""

WAIT_SECONDS: Final = 60
MOST_KEYS: Final = 10_000
_LONGEST_NAME: Final = 80

_Key = tuple[str | None, str]


class Throttle:
    """Counts of failed tries, forgotten after `WAIT_SECONDS`; the oldest are forgotten where there are too many."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        """Count nothing yet.

        :param now: seconds of any clock.
        """
        self._now = now
        self._lock = threading.Lock()
        self._failures: OrderedDict[_Key, tuple[int, float]] = OrderedDict()

    def begin(self, name: str, address: str) -> int:
        """Count a try as failed until it is taken back, so that many at once are many.

        Return the seconds to wait instead where there were too many already, else 0.
        """
        now = self._now()
        account, network = _keys(name, address)
        with self._lock:
            wait = max(self._wait(account, TRIES, now), self._wait(network, TRIES_OF_ADDRESS, now))
            if wait == 0:
                for key in (account, network):
                    self._failures[key] = (self._count(key, now) + 1, now)
                    self._failures.move_to_end(key)
                while len(self._failures) > MOST_KEYS:
                    self._failures.popitem(last=False)
        return wait

    def take_back(self, name: str, address: str, *, succeeded: bool = False) -> None:
        """Count a try no more: it succeeded, which forgets the account's failures too, or was never decided."""
        account, network = _keys(name, address)
        with self._lock:
            if succeeded:
                self._failures.pop(account, None)
            for key in (account, network):
                count, last = self._failures.get(key, (0, 0.0))
                if count > 1:
                    self._failures[key] = (count - 1, last)
                else:
                    self._failures.pop(key, None)

    def _count(self, key: _Key, now: float) -> int:
        count, last = self._failures.get(key, (0, now))
        # A clock that was set back makes nobody wait.
        return count if 0 <= now - last < WAIT_SECONDS else 0

    def _wait(self, key: _Key, tries: int, now: float) -> int:
        if self._count(key, now) < tries:
            return 0
        return max(1, int(self._failures[key][1] + WAIT_SECONDS - now))


def _keys(name: str, address: str) -> tuple[_Key, _Key]:
    network = _network_of(address)
    return (name[:_LONGEST_NAME].casefold(), network), (None, network)


def _network_of(address: str) -> str:
    """Return what of an address one customer of a provider cannot change at will."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:_LONGEST_NAME]
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
