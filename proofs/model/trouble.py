"""What goes wrong: on the wire between planner and Carloop, and at a step of a planner's process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from carloop_sandbox.faults.armed import Fault, Value

WRITES = ("book", "change_end", "cancel")
HELD = "the request is held up on the way"

FAULTS: Mapping[str, tuple[str, Value]] = {
    "the answer is lost": ("drop_after", None),
    "the request is lost": ("drop_before", None),
    "Carloop fails (500)": ("status", 500),
    "Carloop does it and fails (500)": ("status", {"status": 500, "after": True}),
    "Carloop is being maintained (503)": ("status", 503),
    "Carloop is asked too often (429)": ("status", 429),
    "Carloop rejects the token (401)": ("status", 401),
    "Carloop is still at it (409)": ("status", 409),
    "Carloop does it and is still at it (409)": ("status", {"status": 409, "after": True}),
    "the answer breaks off": ("truncate", None),
    "the answer is garbage": ("garbage", None),
    "the answer is a web page": ("html", None),
    "the request is sent elsewhere": ("redirect", None),
    "another car is booked": ("wrong_vehicle", None),
}
"""Each as a story tells it, and as the sandbox is asked for it."""

TARGETS: Mapping[str, tuple[str, ...]] = {
    "writes": WRITES,
    "reads": ("read",),
    "account": ("account",),
    "everything": ("any",),
}


@dataclass(frozen=True, slots=True)
class Weather:
    """What happens on the wire while one call lasts: `kind` of FAULTS or HELD, to the next `times` of TARGETS."""

    kind: str
    target: str = "writes"
    times: int = 3

    def faults(self) -> tuple[Fault, ...]:
        """Return what the sandbox is asked for."""
        if self.kind == HELD:
            return ()
        fault, value = FAULTS[self.kind]
        return tuple(Fault(each, fault, self.times, value) for each in TARGETS[self.target])

    def __str__(self) -> str:
        if self.kind == HELD:
            return self.kind
        return f"{self.kind}, {self.target}, {self.times} times"


@dataclass(frozen=True, slots=True)
class Death:
    """The process dies before this step that has an effect, or before it can answer where there are fewer."""

    step: int


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something else happens before this step of the call."""

    step: int
    deed: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """The other planner begins something before this step of the call, and stops before step `pause` of its own.

    It goes on only when the call has ended, so that each of the two has read what the other one changes.
    """

    step: int
    deed: str
    pause: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong during one call."""

    weather: Weather | None = None
    fate: Death | Meanwhile | Overlap | None = None


FAIR = Trouble()


class Died(BaseException):
    """The process is dead. No handler of the plugin may catch it, as none could catch a SIGKILL."""
