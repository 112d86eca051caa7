"""The titles of offers that were found, to show which car a booking is for while its outcome is unknown."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

SEARCHES: Final = 100


class Titles:
    """Keeps what the last searches found, for as long as the program runs.

    A search finds hundreds, of which at most one is booked, so a title is made only when it is asked for.
    """

    def __init__(self, searches: int = SEARCHES) -> None:
        """Keep at most so many searches."""
        self._found: deque[Sequence[contract.MobilityOption]] = deque(maxlen=searches)

    def remember(self, options: Sequence[contract.MobilityOption]) -> None:
        """Keep what a search found, and forget the oldest search where there are too many."""
        self._found.append(options)

    def title(self, key: str) -> str:
        """Return the title of the option with a key, `provider:id`; the empty text where it is not known."""
        provider, _, option_id = key.partition(":")
        for options in reversed(tuple(self._found)):
            for option in options:
                if option["id"] == option_id and option["provider"] == provider:
                    return _title_of(option)
        return ""


def _title_of(option: contract.MobilityOption) -> str:
    vehicle = option.get("vehicle")
    if vehicle is None:
        return option["title"]
    parts = (f"{vehicle['make']} {vehicle['model']}", vehicle.get("licence_plate", ""))
    return ", ".join(part for part in parts if part)
