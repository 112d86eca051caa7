"""What the offers that were found are called, so that a booking can be named while nobody knows what became of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mobility_schemas import documents as contract

SEARCHES: Final = 100


class Titles:
    """Remembers what the last searches found, for as long as the program runs.

    A search finds hundreds, of which one is named at most: it is looked for only then.
    """

    def __init__(self, searches: int = SEARCHES) -> None:
        """Remember nothing yet, and never more than so many searches."""
        self._found: deque[Sequence[contract.MobilityOption]] = deque(maxlen=searches)

    def remember(self, options: Sequence[contract.MobilityOption]) -> None:
        """Remember what a search found, and forget the oldest search where there are too many."""
        self._found.append(options)

    def title(self, key: str) -> str:
        """Give what the option of a key, `provider:id`, was called last; the empty text where it is not known."""
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
