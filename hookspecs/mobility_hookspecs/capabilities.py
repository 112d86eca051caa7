"""What a provider may be able to do beyond offering something, as words of its description."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """A word of ``capabilities`` in a ``provider_info``.

    A provider declares what it offers. A host ignores a word that is not here: it is a later version's.
    """

    CHANGE_END = "change_end"
    """Changes the end of a rental."""
    CANCEL = "cancel"
    """Cancels a rental."""
    REBOOK = "rebook"
    """Cancels a rental and creates it anew as one change; without the word no such change is sent."""
    QUOTE = "quote"
    """Says what a change would cost; without the word it is not asked."""
    SETTINGS = "settings"
    """Has settings to edit."""
    ERASE = "erase"
    """Erases personal data."""
