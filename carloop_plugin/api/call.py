"""One call to Carloop with all its attempts: what is asked, how far an attempt has come, and how it ended.

httpx bounds each wait, never their sum: a server that drips a byte now and then kept a time-out of 0.5 s open
for 3.8 s. So every wait for the network (`network.py`) asks the current `Call` how much time is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from carloop_plugin.domain.changes import Action
from carloop_plugin.domain.failures import Reason

BODY_BYTES = 2 * 1024 * 1024
MOST_ATTEMPTS = 3

CONNECT_TIMEOUT = Reason("unreachable", "api.connect_timeout")
DEADLINE = Reason("deadline_exceeded", "api.deadline")
TOO_LARGE = Reason("invalid_answer", "api.too_large")


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask, below the interface's address: `path` includes the query. `action` is None for a read.

    `logged` are the fields by which log events name the request.
    """

    method: Literal["GET", "PATCH", "POST"]
    path: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)
    action: Action | None = None
    logged: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A call's deadline, in monotonic seconds, and the state of its present attempt. Belongs to one thread.

    At most `most_attempts` are made. `until` is the end of the present wait: the deadline, or earlier while connecting.
    `sent`: the first byte of the attempt's request may have left this machine. `answered`: status and headers have
    arrived. `received` counts raw bytes.
    """

    deadline: float
    most_attempts: int = MOST_ATTEMPTS
    attempt: int = 0
    until: float = 0.0
    sent: bool = False
    answered: bool = False
    received: int = 0


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A whole answer, not decoded yet, with the values of three of its headers; "" for one that it does not have."""

    status: int
    body: bytes = field(repr=False)
    content_type: str = ""
    idempotent_replay: str = ""
    retry_after: str = ""


@dataclass(eq=False)
class AttemptFailed(Exception):
    """An attempt brought no usable answer. Never leaves `api/`, and holds no text of the other side.

    `again`: another attempt may do better. `sent`: the request may have reached Carloop.
    """

    reason: Reason
    again: bool = True
    sent: bool = True


CURRENT: ContextVar[Call] = ContextVar("carloop_call")
