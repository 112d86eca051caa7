"""What a hook is told about one call: its deadline, its language and its id."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

LOCALES = ("de", "en")


def known_locale(locale: object) -> str:
    """Return the contract's language for a locale that a host names.

    :param locale: anything such as ``de``, ``de-AT``, ``en_GB``, ``fr``.
    :returns: ``de`` or ``en``; what is neither is answered in English.
    """
    language = str(locale).replace("_", "-").split("-")[0].strip().lower()
    return language if language in LOCALES else "en"


@dataclass(frozen=True, slots=True)
class CallContext:
    """How long a hook may take, in which language it answers, and the id of the call.

    :ivar deadline: seconds on ``time.monotonic()``'s clock by which the answer must be there.
    :ivar locale: ``de`` or ``en``, the language of titles and messages.
    :ivar request_id: names this call in the logs of both sides; holds no personal data.
    """

    deadline: float
    locale: str = "de"
    request_id: str = field(default_factory=lambda: os.urandom(8).hex())  # uuid takes time to import

    @classmethod
    def within(cls, seconds: float, *, locale: str = "de", request_id: str | None = None) -> CallContext:
        """Return a context whose deadline lies ``seconds`` from now.

        :param seconds: how long the call may take.
        :param locale: ``de``, ``en`` or a variant of them; anything else becomes ``en``.
        :param request_id: an id of the caller's own; drawn when absent.
        """
        deadline = time.monotonic() + seconds
        if not request_id:
            return cls(deadline, known_locale(locale))
        return cls(deadline, known_locale(locale), request_id)

    def remaining(self) -> float:
        """Return the seconds left until the deadline, never less than zero."""
        return max(0.0, self.deadline - time.monotonic())
