"""What the offers that were found are called, so that a booking can be named while nobody knows what became of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

MOST: Final = 5_000


class Titles:
    """Remembers the titles of what was found last, for as long as the program runs."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._lock = threading.Lock()
        self._titles: dict[str, str] = {}

    def remember(self, options: Iterable[contract.MobilityOption]) -> None:
        """Remember what options are called, and forget the oldest where there are too many."""
        with self._lock:
            for option in options:
                key = f"{option['provider']}:{option['id']}"
                self._titles.pop(key, None)
                self._titles[key] = _title_of(option)
            for key in list(islice(self._titles, max(0, len(self._titles) - MOST))):
                del self._titles[key]

    def title(self, key: str) -> str:
        """Give what the option of a key, `provider:id`, is called; the empty text where it is not known."""
        return self._titles.get(key, "")


def _title_of(option: contract.MobilityOption) -> str:
    vehicle = option.get("vehicle")
    if vehicle is None:
        return option["title"]
    parts = (f"{vehicle['make']} {vehicle['model']}", vehicle.get("licence_plate", ""))
    return ", ".join(part for part in parts if part)
