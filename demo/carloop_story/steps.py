"""A step of the story: run it, and report whether it saw what it should."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from carloop_sandbox.remote import ControlRefused
from carloop_story.appointments import TIME_ZONE
from web_base.languages import Language

Facts = Mapping[str, object]
Context = TypeVar("Context")


class Unexpected(Exception):
    """A step did not see what it should have seen."""

    def __init__(self, what: str, *, seen: object, wanted: object) -> None:
        super().__init__(f"{what}: {seen!r} instead of {wanted!r}")


def expect(what: str, seen: object, wanted: object) -> None:
    """Compare what was seen with what should be. Raise `Unexpected` where they differ."""
    if seen != wanted:
        raise Unexpected(what, seen=seen, wanted=wanted)


@dataclass(frozen=True, slots=True)
class StepResult:
    """Whether a step did what it should, a sentence about what it saw, and the facts."""

    step: str
    ok: bool
    title: str
    seen: str
    seconds: float
    facts: Facts = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """Return the result as JSON has it."""
        return {
            "step": self.step,
            "ok": self.ok,
            "title": self.title,
            "seen": self.seen,
            "seconds": round(self.seconds, 3),
            "facts": dict(self.facts),
        }


def run_step(action: Callable[[Context], Facts], context: Context, language: Language) -> StepResult:
    """Run one step. Whatever goes wrong in it is its result, so that the story goes on."""
    step = action.__name__
    began = time.monotonic()
    facts: Facts = {}
    try:
        facts = action(context)
        ok, seen = True, language.text(f"step.{step}.seen", **_readable(facts, language))
    except (Unexpected, ControlRefused) as error:
        ok, seen = False, language.text("failed.unexpected", why=str(error))
    except Exception as error:  # noqa: BLE001 - a broken step must not keep the others from running
        ok, seen = False, language.text("failed.broken", kind=type(error).__name__)
    return StepResult(step, ok, language.text(f"step.{step}.title"), seen, time.monotonic() - began, facts)


def _readable(facts: Facts, language: Language) -> dict[str, object]:
    """Write times and lists as a person reads them."""
    readable = dict(facts)
    for name, value in facts.items():
        if name in ("start", "end"):
            readable[name] = language.moment(datetime.fromisoformat(str(value)), ZoneInfo(TIME_ZONE))
        elif isinstance(value, list):
            readable[name] = ", ".join(map(str, value))
    return readable
