"""A client that has plain jsonschema validate what comes in and what goes out, formats checked, validators kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]

from benchmarks.carloop import Carloop
from benchmarks.peers.mapping import offer_of
from mobility_schemas.validators import bundle


class JsonschemaClient:
    """Search with the very schemas the product validates by."""

    def __init__(self, carloop: Carloop, http: httpx.Client) -> None:
        """Build both validators once."""
        self._carloop = carloop
        self._http = http
        self._page = _validator("carloop/VehicleList")
        self._offer = _validator("mobility_offer")

    def search(self, period: Mapping[str, str], limit: int, *, days: int) -> dict[str, Any]:
        """Read a page, validate it, map it to an offer and validate that."""
        answer = self._http.get(self._carloop.vehicles, params={**period, "limit": limit})
        page = answer.raise_for_status().json()
        self._page.validate(page)
        offer = offer_of(page, period=period, days=days)
        self._offer.validate(offer)
        return offer


@contextmanager
def jsonschema_client(carloop: Carloop) -> Iterator[JsonschemaClient]:
    """Keep one client for many calls."""
    with httpx.Client(headers=carloop.authorization, timeout=60) as http:
        yield JsonschemaClient(carloop, http)


def _validator(name: str) -> Any:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(bundle(name, "open"), format_checker=checker)
