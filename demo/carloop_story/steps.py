"""A step of the story: run it, and report whether it saw what it should."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from carloop_sandbox.remote import ControlRefused
from carloop_story.appointments import TIME_ZONE
from web_base.languages import Catalogues, Language

Facts = Mapping[str, object]


def steps_of(module: ModuleType) -> list[Callable[[Any], Facts]]:
    """Return a module's steps: its own public functions, in their order."""
    # What a module imports is known by where it was made.
    return [
        each
        for name, each in vars(module).items()
        if getattr(each, "__module__", "") == module.__name__ and not name.startswith("_")
    ]


@cache
def language_of(locale: str) -> Language:
    """Return the texts in German or English."""
    return Catalogues(Path(__file__).parent / "locale")[locale]


class Unexpected(Exception):
    """A step did not see what it should have seen."""

    def __init__(self, what: str, *, seen: object, wanted: object) -> None:
        super().__init__(f"{what}: {seen!r} instead of {wanted!r}")


def expect(what: str, seen: object, wanted: object) -> None:
    """Compare what was seen with what should be. Raise `Unexpected` where they differ."""
    if seen != wanted:
        raise Unexpected(what, seen=seen, wanted=wanted)


def run_step(action: Callable[[Any], Facts], context: object, language: Language) -> dict[str, object]:
    """Run one step and return its result: step, ok, title, seen, seconds, facts.

    Whatever goes wrong in it is its result too, so that the story goes on.
    """
    step, began, ok = action.__name__, time.monotonic(), False
    facts: Facts = {}
    try:
        facts = action(context)
        ok, seen = True, language.text(f"step.{step}.seen", **_readable(facts, language))
    except (Unexpected, ControlRefused) as error:
        seen = language.text("failed.unexpected", why=str(error))
    except Exception as error:  # noqa: BLE001 - a broken step must not keep the others from running
        seen = language.text("failed.broken", kind=type(error).__name__)
    return {
        "step": step,
        "ok": ok,
        "title": language.text(f"step.{step}.title"),
        "seen": seen,
        "seconds": round(time.monotonic() - began, 3),
        "facts": dict(facts),
    }


def _readable(facts: Facts, language: Language) -> dict[str, object]:
    """Write times and lists as a person reads them."""
    lists = {name: ", ".join(map(str, value)) for name, value in facts.items() if isinstance(value, list)}
    times = {name: datetime.fromisoformat(str(facts[name])) for name in ("start", "end") if name in facts}
    zone = ZoneInfo(TIME_ZONE)
    return {**facts, **lists, **{name: language.moment(when, zone) for name, when in times.items()}}
