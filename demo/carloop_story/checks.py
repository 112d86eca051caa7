"""Questions that several steps ask, and checks of the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING

from carloop_story.context import StepContext
from carloop_story.steps import Facts, Unexpected, expect

if TYPE_CHECKING:
    from mobility_schemas.documents import MobilityOption, Rental, RentalOutcome


def fitting_filters(options: Sequence[MobilityOption]) -> tuple[list[str], list[str]]:
    """Choose two features that most vehicles have together, and two classes of such vehicles."""
    cars = [option["vehicle"] for option in options if "vehicle" in option]
    pairs = Counter(pair for car in cars for pair in combinations(sorted(car["features"]), 2))
    for pair, _ in pairs.most_common():
        classes = list(dict.fromkeys(car["vehicle_class"] for car in cars if {*pair} <= {*car["features"]}))
        if len(classes) >= 2:
            return classes[:2], list(pair)
    raise Unexpected("filters", seen=len(cars), wanted="vehicles of two classes with two features in common")


def is_match(option: MobilityOption, classes: Sequence[str], features: Sequence[str]) -> bool:
    """Return whether a vehicle is of one of the classes and has all the features."""
    car = option.get("vehicle")
    return car is not None and car["vehicle_class"] in classes and {*features} <= {*car["features"]}


def another_option(context: StepContext) -> str:
    """Return a vehicle's option that is neither the story's nor taken by the other planner."""
    avoid = (context.memory.get("option"), context.memory.get("taken"))
    options = context.options(context.appointments.other)["options"]
    return next(each["id"] for each in options if each["id"] not in avoid)


def done(outcome: RentalOutcome) -> Rental:
    """Return the rental of a change that is done. Raise `Unexpected` for any other outcome."""
    code = outcome["problem"]["code"] if "problem" in outcome else None
    expect("outcome", (outcome["status"], code), ("done", None))
    if "rental" not in outcome:
        raise Unexpected("outcome", seen="no rental", wanted="the rental")
    return outcome["rental"]


def refused(context: StepContext, code: str, send: Callable[[], RentalOutcome]) -> RentalOutcome:
    """Send a change; expect that it is refused with a code, and that nothing changed at Carloop."""
    with nothing_changed(context):
        outcome = send()
    seen = outcome["problem"]["code"] if "problem" in outcome else None
    expect("outcome", (outcome["status"], seen), ("refused", code))
    return outcome


def problem_facts(outcome: RentalOutcome, **facts: object) -> Facts:
    """Return the facts of a refusal: its code, and the sentence the advisor reads."""
    problem: Mapping[str, object] = dict(outcome["problem"]) if "problem" in outcome else {}
    return {"code": problem.get("code"), "message": problem.get("detail") or problem.get("title"), **facts}


def change_end_to(context: StepContext, rental_id: str, end: str) -> Facts:
    """Change a rental's end; expect the new end in the answer and at Carloop."""
    rental = done(context.change(action="change_end", rental_id=rental_id, end=end))
    expect("end", instant(rental["period"]["end"]), instant(end))
    expect("end at Carloop", instant(context.carloop.rentals()[rental_id]["end"]), instant(end))
    return {"rental_id": rental["id"], "end": end, "status": rental["status"]}


@contextmanager
def nothing_changed(context: StepContext) -> Iterator[None]:
    """Expect that Carloop has the same rentals before and after, each as it was."""
    before = context.carloop.rentals()
    yield
    after = context.carloop.rentals()
    changed = sorted(key for key in before | after if before.get(key) != after.get(key))
    expect("rentals changed at Carloop", changed, [])


def instant(text: object) -> float:
    """Return the seconds since 1970 of an RFC 3339 time, to compare times of different offsets."""
    return datetime.fromisoformat(str(text)).timestamp()
