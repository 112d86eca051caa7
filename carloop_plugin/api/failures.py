"""What an attempt to reach Carloop ends in: an answer, or the trouble that kept it away.

Broken            raised below the client, by sockets and transport; never leaves `api/`
RawAnswer | Trouble  what `transport.exchange` returns
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from carloop_plugin.domain.failures import Reason


class Broken(Exception):
    """An attempt cannot go on. `again`: another one may do better. Holds no text of the other side."""

    def __init__(self, reason: Reason, *, again: bool = True) -> None:
        super().__init__(reason.code, reason.text)
        self.reason = reason
        self.again = again


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A whole answer, not yet understood. Header names are in lower case.

    `moment` is when Carloop wrote it, as well as we can tell, in monotonic seconds.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    moment: float = 0.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an attempt gave no whole answer. `sent`: the request may have reached Carloop."""

    reason: Reason
    sent: bool
    again: bool = True
