"""Why something is not done: a reason with its code, and the exceptions that carry one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mobility_hookspecs.problems import RETRYABLE

if TYPE_CHECKING:
    from carloop_plugin.domain.rentals import RentalRecord


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not done: a problem code of the contract and a text of our catalogue.

    `text` is a key of `messages`; `params` fill it. Texts are made in the call's language when a hook answers,
    so that a stored reason can be worded in another language later. Params hold no personal data.
    """

    code: str
    text: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    pointer: str | None = None


GONE = Reason("rental_not_found", "change.rental_gone", pointer="/rental_id")
"""Why the end of a rental that Carloop no longer has cannot be changed."""

ACCOUNT_CHANGED = Reason("account_changed", "change.account_changed")
"""Why no answer about a rental counts: the token is of another account than the one that made it."""


class Failed(Exception):
    """Something could not be done; `reason` says why. The exception's text is the code alone.

    Failed
    ├── CallFailed              a call to Carloop gave no usable answer
    ├── RuleBroken              a rule of ours forbids it
    ├── StoreFailed             our own records cannot be read or written
    └── ConfigurationProblem    the settings are missing or wrong
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class CallFailed(Failed):
    """A call to Carloop gave no usable answer."""


class RuleBroken(Failed):
    """A rule of ours forbids it. `rental` is the one that stands in the way."""

    def __init__(self, reason: Reason, *, rental: RentalRecord | None = None) -> None:
        super().__init__(reason)
        self.rental = rental


class StoreFailed(Failed):
    """Our records cannot be read or written: `busy` or `storage_failed`.

    `may_be_written`: the answer to a commit was lost, so what was to be written may be there or not.
    """

    def __init__(self, reason: Reason, *, may_be_written: bool = False) -> None:
        super().__init__(reason)
        self.may_be_written = may_be_written


class ConfigurationProblem(Failed):
    """Settings that cannot be used. Its reason names the file and says what to do; nothing was sent."""

    def __init__(self, text: str, *, code: str = "not_configured", **params: str) -> None:
        super().__init__(Reason(code, text, tuple(params.items())))


def is_final(reason: Reason) -> bool:
    """Return whether a refusal holds for ever; a retryable one and an invalid document keep nothing."""
    return reason.code not in RETRYABLE and reason.code != "invalid_document"
