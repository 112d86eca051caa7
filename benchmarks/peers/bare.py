"""The minimum: one call of httpx and `.json()`; nothing is validated, mapped or kept.

In two ways: the one-liner `httpx.get(...)`, which builds a client and loads the trusted certificates at every call, and
a client that is kept, as in code that calls more than once. The second is much harder to match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import httpx

from benchmarks.carloop import Carloop


class Bare:
    """Calls Carloop without checking its answers."""

    def __init__(self, carloop: Carloop, http: httpx.Client) -> None:
        """Keep the client."""
        self._carloop = carloop
        self._http = http

    def search(self, period: Mapping[str, str], limit: int) -> dict[str, object]:
        """Read one page of free vehicles."""
        answer = self._http.get(self._carloop.vehicles, params={**period, "limit": limit})
        page: dict[str, object] = answer.raise_for_status().json()
        return page

    def search_once(self, period: Mapping[str, str], limit: int) -> dict[str, object]:
        """Read one page of free vehicles by the one-liner, without a client of our own."""
        answer = httpx.get(
            self._carloop.vehicles,
            params={**period, "limit": limit},
            headers=self._carloop.authorization,
            timeout=60,
        )
        page: dict[str, object] = answer.raise_for_status().json()
        return page

    def book(self, rental: Mapping[str, object]) -> dict[str, object]:
        """Book, with a key of its own and nothing recorded before."""
        headers = {"Idempotency-Key": str(uuid4())}
        answer = self._http.post(self._carloop.rentals, json=dict(rental), headers=headers)
        booked: dict[str, object] = answer.raise_for_status().json()
        return booked


@contextmanager
def bare(carloop: Carloop) -> Iterator[Bare]:
    """Keep one client for many calls."""
    with httpx.Client(headers=carloop.authorization, timeout=60) as http:
        yield Bare(carloop, http)
