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
    """Remembers what was found last, for as long as the program runs; hundreds are found for one that is named."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._lock = threading.Lock()
        self._options: dict[tuple[str, str], contract.MobilityOption] = {}

    def remember(self, options: Iterable[contract.MobilityOption]) -> None:
        """Remember options, and forget the oldest where there are too many."""
        with self._lock:
            for option in options:
                key = (option["provider"], option["id"])
                self._options.pop(key, None)
                self._options[key] = option
            for key in list(islice(self._options, max(0, len(self._options) - MOST))):
                del self._options[key]

    def title(self, key: str) -> str:
        """Give what the option of a key, `provider:id`, is called; the empty text where it is not known."""
        provider, _, option_id = key.partition(":")
        option = self._options.get((provider, option_id))
        return "" if option is None else _title_of(option)


def _title_of(option: contract.MobilityOption) -> str:
    vehicle = option.get("vehicle")
    if vehicle is None:
        return option["title"]
    parts = (f"{vehicle['make']} {vehicle['model']}", vehicle.get("licence_plate", ""))
    return ", ".join(part for part in parts if part)
