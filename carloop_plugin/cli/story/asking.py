"""Questions that several steps ask, and what they expect of an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING

from carloop_plugin.cli.story.diary import SITE
from carloop_plugin.cli.story.stage import TIMEOUT, Stage, answered
from carloop_plugin.cli.story.telling import Facts, Unexpected, expect

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


def change_end_to(stage: Stage, end: str) -> Facts:
    """Change the end of the story's rental and see that it has changed."""
    rental = done(stage.change(action="change_end", rental_id=stage.memory["rental"], end=end))
    expect("end", _instant(rental["period"]["end"]), _instant(end))
    return {"rental_id": rental["id"], "end": end, "status": rental["status"]}


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
