"""How the story is told: steps, what each saw, and whether it saw what it should."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from carloop_plugin.cli.texts import Texts
from carloop_plugin.cli.times import show_time
from carloop_story.diary import TIME_ZONE
from carloop_story.sandbox import SandboxRefused

Facts = Mapping[str, object]
Stage = TypeVar("Stage")


class Unexpected(Exception):
    """A step did not see what it should have seen."""

    def __init__(self, what: str, *, seen: object, wanted: object) -> None:
        super().__init__(f"{what}: {seen!r} instead of {wanted!r}")


def expect(what: str, seen: object, wanted: object) -> None:
    """Compare what was seen with what should be. Raise `Unexpected` where they differ."""
    if seen != wanted:
        raise Unexpected(what, seen=seen, wanted=wanted)


@dataclass(frozen=True, slots=True)
class Told:
    """One step as told: whether it did what it should, a sentence of what was seen, and the facts."""

    step: str
    ok: bool
    title: str
    seen: str
    seconds: float
    facts: Facts = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """Give the step as JSON has it."""
        return {
            "step": self.step,
            "ok": self.ok,
            "title": self.title,
            "seen": self.seen,
            "seconds": round(self.seconds, 3),
            "facts": dict(self.facts),
        }


def tell(act: Callable[[Stage], Facts], stage: Stage, texts: Texts) -> Told:
    """Play one step and tell it. Whatever goes wrong in it is told, so that the story goes on."""
    step = act.__name__
    began = time.monotonic()
    facts: Facts = {}
    try:
        facts = act(stage)
        ok, seen = True, texts(f"story.{step}.seen", **_readable(facts, texts))
    except (Unexpected, SandboxRefused) as error:
        ok, seen = False, texts("story.unexpected", why=str(error))
    except Exception as error:  # noqa: BLE001 - a broken step must not keep the others from being told
        ok, seen = False, texts("story.broken", kind=type(error).__name__)
    return Told(step, ok, texts(f"story.{step}"), seen, time.monotonic() - began, facts)


def _readable(facts: Facts, texts: Texts) -> Facts:
    """Write times and lists as a person reads them."""
    words: dict[str, object] = dict(facts)
    for name, value in facts.items():
        if name in ("start", "end"):
            words[name] = show_time(value, texts, ZoneInfo(TIME_ZONE))
        elif isinstance(value, list):
            words[name] = ", ".join(map(str, value))
    return words
