"""Questions that several steps ask, and what they expect of an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING

from carloop_story.diary import SITE
from carloop_story.stage import TIMEOUT, Stage, answered
from carloop_story.telling import Facts, Unexpected, expect

if TYPE_CHECKING:
    from mobility_schemas.documents import (
        Appointment,
        MobilityFilters,
        MobilityOffer,
        MobilityOption,
        Rental,
        RentalOutcome,
    )

SEVERAL = 2
"""How many classes and features the story searches by."""


def read_filters(stage: Stage) -> MobilityFilters:
    """Read the vehicle classes and features."""
    gathered = stage.host.mobility_filters(SITE, timeout=TIMEOUT, locale=stage.locale)
    return answered(gathered)


def search_cars(
    stage: Stage, appointment: Appointment, classes: Sequence[str] = (), features: Sequence[str] = ()
) -> MobilityOffer:
    """Search the cars that are free for an appointment."""
    gathered = stage.host.mobility_options(
        {
            "appointment_id": appointment["id"],
            "site": SITE,
            "period": appointment["period"],
            "filters": {"vehicle_classes": list(classes), "features": list(features)},
            "limit": 1000,
        },
        timeout=TIMEOUT,
        locale=stage.locale,
    )
    return answered(gathered)


def fitting_filters(options: Sequence[MobilityOption]) -> tuple[list[str], list[str]]:
    """Choose two features that most cars have together, and two classes of such cars."""
    cars = [option["vehicle"] for option in options if "vehicle" in option]
    pairs = Counter(
        pair for car in cars for pair in combinations(sorted(car["features"]), SEVERAL)
    ).most_common()
    for pair, _ in pairs:
        classes = list(dict.fromkeys(car["vehicle_class"] for car in cars if {*pair} <= {*car["features"]}))
        if len(classes) >= SEVERAL:
            return classes[:SEVERAL], list(pair)
    raise Unexpected("filters", seen=len(cars), wanted="cars of two classes with two features in common")


def matches(option: MobilityOption, classes: Sequence[str], features: Sequence[str]) -> bool:
    """Tell whether a car is of one of the classes and has all the features."""
    car = option.get("vehicle")
    return car is not None and car["vehicle_class"] in classes and {*features} <= {*car["features"]}


def another_option(stage: Stage) -> str:
    """Name a car that is neither the story's nor the one taken by another planner."""
    avoid = (stage.memory.get("option"), stage.memory.get("taken"))
    return next(
        each["id"] for each in search_cars(stage, stage.diary.other)["options"] if each["id"] not in avoid
    )


def done(outcome: RentalOutcome) -> Rental:
    """Give the rental of a change that is done. Raise `Unexpected` for any other outcome."""
    code = outcome["problem"]["code"] if "problem" in outcome else None
    expect("outcome", (outcome["status"], code), ("done", None))
    if "rental" not in outcome:
        raise Unexpected("outcome", seen="no rental", wanted="the rental")
    return outcome["rental"]


def refused(outcome: RentalOutcome, code: str) -> RentalOutcome:
    """Give an outcome that is refused with a code. Raise `Unexpected` for any other."""
    seen = outcome["problem"]["code"] if "problem" in outcome else None
    expect("outcome", (outcome["status"], seen), ("refused", code))
    return outcome


def problem_facts(outcome: RentalOutcome, **facts: object) -> Facts:
    """Give the facts of a refusal: its code, and the sentence the advisor reads."""
    problem: Mapping[str, object] = dict(outcome["problem"]) if "problem" in outcome else {}
    return {"code": problem.get("code"), "message": problem.get("detail") or problem.get("title"), **facts}


def change_end_to(stage: Stage, rental_id: str, end: str) -> Facts:
    """Change a rental's end and see that it has changed, in the answer and at Carloop."""
    rental = done(stage.change(action="change_end", rental_id=rental_id, end=end))
    expect("end", instant(rental["period"]["end"]), instant(end))
    expect("end at Carloop", instant(rental_at_carloop(stage, rental_id)["end"]), instant(end))
    return {"rental_id": rental["id"], "end": end, "status": rental["status"]}


def rental_at_carloop(stage: Stage, rental_id: str) -> Mapping[str, object]:
    """Read a rental as Carloop itself has it. Raise `Unexpected` where there is none."""
    for rental in stage.sandbox.all_rentals(stage.token):
        if rental["id"] == rental_id:
            return rental
    raise Unexpected("rental at Carloop", seen=None, wanted=rental_id)


@contextmanager
def nothing_changed(stage: Stage) -> Iterator[None]:
    """Expect that Carloop has the same rentals before and after, each as it was."""
    before = _as_they_are(stage)
    yield
    after = _as_they_are(stage)
    changed = sorted(key for key in before | after if before.get(key) != after.get(key))
    expect("rentals changed at Carloop", changed, [])


def instant(text: object) -> float:
    """Give the instant of an RFC 3339 time, to compare times of different offsets."""
    return datetime.fromisoformat(str(text)).timestamp()


def _as_they_are(stage: Stage) -> dict[str, Mapping[str, object]]:
    return {str(rental["id"]): rental for rental in stage.sandbox.all_rentals(stage.token)}
