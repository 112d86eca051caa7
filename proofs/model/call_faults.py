"""What goes wrong in a call, on the network and at a step of a process, and the trace that says so, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from carloop_sandbox.faults.armed import Fault

WRITES = ("book", "change_end", "cancel")
DELAYED = "the request is held up on the way"

FAULTS: Mapping[str, tuple[str, object]] = {
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
"""Each fault as the trace describes it, and as the sandbox names it."""

TARGETS: Mapping[str, tuple[str, ...]] = {
    "writes": WRITES,
    "reads": ("read",),
    "account": ("account",),
    "everything": ("any",),
}


@dataclass(frozen=True, slots=True)
class NetworkFault:
    """What happens on the network during one call: `kind` of FAULTS or DELAYED, to the next `times` of TARGETS."""

    kind: str
    target: str = "writes"
    times: int = 3

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults to arm in the sandbox."""
        if self.kind == DELAYED:
            return ()
        fault, value = FAULTS[self.kind]
        return tuple(Fault(each, fault, self.times, value) for each in TARGETS[self.target])

    def __str__(self) -> str:
        if self.kind == DELAYED:
            return self.kind
        return f"{self.kind}, {self.target}, {self.times} times"


@dataclass(frozen=True, slots=True)
class Crash:
    """The process dies before this step that has an effect, or before it answers if there are fewer."""

    step: int


@dataclass(frozen=True, slots=True)
class Interleaved:
    """Something else happens before this step of the call."""

    step: int
    action: str


@dataclass(frozen=True, slots=True)
class Overlapped:
    """The other planner begins something before this step of the call, and pauses before its own step `pause`.

    It continues when the call has ended, so that each of the two has read what the other one changes.
    """

    step: int
    action: str
    pause: int


@dataclass(frozen=True, slots=True)
class CallFaults:
    """What goes wrong during one call."""

    network: NetworkFault | None = None
    interruption: Crash | Interleaved | Overlapped | None = None


NO_FAULTS = CallFaults()


class ProcessDied(BaseException):
    """The process is killed. A BaseException, since no handler of the plugin may catch it."""


class Violation(AssertionError):
    """Something that must hold does not."""


@dataclass
class Trace:
    """Lines; those of what happened during an action are indented."""

    lines: list[str] = field(default_factory=list)
    _depth: int = 0

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * self._depth + line)

    def add_result(self, begun: int, result: str) -> None:
        """Add the result of the action in line `begun`, in a line of its own if others follow it."""
        if begun == len(self.lines) - 1:
            self.lines[begun] += f" → {result}"
        else:
            self.add(f"→ {result}")

    @contextmanager
    def meanwhile(self, where: str) -> Iterator[None]:
        """Add what happens during an action."""
        self.add(f"  meanwhile, before {where}:")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def __str__(self) -> str:
        return "\n".join(f"{number:3}  {line}" for number, line in enumerate(self.lines, 1))
