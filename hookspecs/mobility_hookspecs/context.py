"""The frame of one call: until when, in which language, under which id."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

LOCALES = ("de", "en")


def _draw_request_id() -> str:
    # os.urandom instead of uuid: this module is imported by every provider, and uuid is not free.
    return os.urandom(8).hex()


def known_locale(locale: object) -> str:
    """Give the contract's language for a locale a host names.

    :param locale: anything such as ``de``, ``de-AT``, ``en_GB``, ``fr``.
    :returns: ``de`` or ``en``; what is neither is answered in English.
    """
    language = str(locale).replace("_", "-").split("-")[0].strip().lower()
    return language if language in LOCALES else "en"


@dataclass(frozen=True, slots=True)
class CallContext:
    """Tell a hook how long it may take and how to speak.

    :ivar deadline: seconds on ``time.monotonic()``'s clock by which the answer must be there.
    :ivar locale: ``de`` or ``en``, the language of titles and messages.
    :ivar request_id: names this call in the logs of both sides; holds no personal data.
    """

    deadline: float
    locale: str = "de"
    request_id: str = field(default_factory=_draw_request_id)

    @classmethod
    def within(cls, seconds: float, *, locale: str = "de", request_id: str | None = None) -> CallContext:
        """Make a context whose deadline lies ``seconds`` from now.

        :param seconds: how long the call may take.
        :param locale: ``de``, ``en`` or a variant of them; anything else becomes ``en``.
        :param request_id: an id of the caller's own; drawn when absent.
        """
        return cls(time.monotonic() + seconds, known_locale(locale), request_id or _draw_request_id())

    def remaining(self) -> float:
        """Give the seconds left until the deadline, never less than zero."""
        return max(0.0, self.deadline - time.monotonic())
